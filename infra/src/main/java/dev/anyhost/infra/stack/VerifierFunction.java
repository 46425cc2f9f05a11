package dev.anyhost.infra.stack;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import software.amazon.awscdk.Annotations;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.iam.PolicyDocument;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.lambda.Alias;
import software.amazon.awscdk.services.lambda.Architecture;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.FunctionUrl;
import software.amazon.awscdk.services.lambda.FunctionUrlAuthType;
import software.amazon.awscdk.services.lambda.FunctionUrlOptions;
import software.amazon.awscdk.services.lambda.IFunction;
import software.amazon.awscdk.services.lambda.Runtime;
import software.amazon.awscdk.services.lambda.SnapStartConf;
import software.amazon.awscdk.services.lambda.VersionOptions;
import software.amazon.awscdk.services.logs.LogGroup;
import software.constructs.Construct;

/**
 * One of the verifier's functions: a published version, restored from a snapshot, under the alias {@code live}, with a role
 * that may write its own logs and what it is given. Java functions take seconds to start and a visitor may wait for the
 * ask, hence the snapshot; one is made of published versions only.
 *
 * <p>Function and version have the revision in their descriptions: a version keeps the variables that it was published with,
 * and is published anew only when its own properties change, which an address or a secret behind a reference doesn't do.
 * Without a change of the function itself Lambda refuses to publish (AWS: Lambda API, PublishVersion).
 */
final class VerifierFunction {

    private static final String ALIAS = "live";

    private final Function function;
    private final Alias alias;

    /**
     * @param name in one word, such as {@code ask}
     * @param code the package that the build leaves
     * @param handler the class in it
     * @param rights beyond its own logs
     */
    record Shape(
            String name,
            Path code,
            String handler,
            Duration timeout,
            Map<String, String> environment,
            List<PolicyStatement> rights) {}

    VerifierFunction(DeploymentStack stack, Shape shape) {
        String name = stack.names().function(shape.name());
        LogGroup logs = LogGroup.Builder.create(stack, id(shape) + "Logs")
                .logGroupName("/aws/lambda/" + name)
                .retention(stack.config().operations().logs())
                .removalPolicy(RemovalPolicy.DESTROY)
                .build();
        String revised = "revision " + stack.revision();
        this.function = Function.Builder.create(stack, id(shape))
                .functionName(name)
                .description(revised)
                .runtime(Runtime.JAVA_25)
                .architecture(Architecture.ARM_64)
                .handler(shape.handler())
                .code(Code.fromAsset(shape.code().toString()))
                .memorySize(1024)
                .timeout(shape.timeout())
                .environment(shape.environment())
                .currentVersionOptions(
                        VersionOptions.builder().description(revised).build())
                .snapStart(SnapStartConf.ON_PUBLISHED_VERSIONS)
                .role(role(stack, shape, logs))
                .logGroup(logs)
                .build();
        Annotations.of(function)
                .acknowledgeWarning(
                        "@aws-cdk/aws-lambda:snapStartRequirePublish", "The alias is of a published version");
        this.alias = Alias.Builder.create(stack, id(shape) + "Live")
                .aliasName(ALIAS)
                .version(function.getCurrentVersion())
                .build();
    }

    private static Role role(Construct scope, Shape shape, LogGroup logs) {
        PolicyDocument document = PolicyDocument.Builder.create()
                .statements(List.of(PolicyStatement.Builder.create()
                        .actions(List.of("logs:CreateLogStream", "logs:PutLogEvents"))
                        .resources(List.of(logs.getLogGroupArn()))
                        .build()))
                .build();
        shape.rights().forEach(document::addStatements);
        return Role.Builder.create(scope, id(shape) + "Role")
                .assumedBy(new ServicePrincipal("lambda.amazonaws.com"))
                .inlinePolicies(Map.of("rights", document))
                .build();
    }

    private static String id(Shape shape) {
        return shape.name().substring(0, 1).toUpperCase(Locale.ROOT)
                + shape.name().substring(1);
    }

    /** Only who may call it by IAM gets through; there is no CORS, since browsers are no callers. */
    FunctionUrl url() {
        return alias.addFunctionUrl(FunctionUrlOptions.builder()
                .authType(FunctionUrlAuthType.AWS_IAM)
                .build());
    }

    IFunction live() {
        return alias;
    }

    /** What is wrong with it. Throttles and duration are the function's, whatever alias was called. */
    void watch(Alarms alarms, double slowMillis) {
        String name = function.getNode().getId();
        Map<String, String> dimensions = Map.of("FunctionName", function.getFunctionName());
        alarms.above(name + "Errors", name + " fails", 5, Alarms.metric("AWS/Lambda", "Errors", "Sum", dimensions));
        alarms.above(
                name + "Throttles",
                name + " is throttled: raise the account's concurrency",
                0,
                Alarms.metric("AWS/Lambda", "Throttles", "Sum", dimensions));
        alarms.above(
                name + "Duration",
                name + " is slow",
                slowMillis,
                Alarms.metric("AWS/Lambda", "Duration", "p99", dimensions));
    }

    /** The rights that a caller of its URL needs, both of them, and only by the URL. */
    static List<PolicyStatement> calling(String aliasArn) {
        return List.of(
                PolicyStatement.Builder.create()
                        .actions(List.of("lambda:InvokeFunctionUrl"))
                        .resources(List.of(aliasArn))
                        .conditions(Map.of("StringEquals", Map.of("lambda:FunctionUrlAuthType", "AWS_IAM")))
                        .build(),
                PolicyStatement.Builder.create()
                        .actions(List.of("lambda:InvokeFunction"))
                        .resources(List.of(aliasArn))
                        .conditions(Map.of("Bool", Map.of("lambda:InvokedViaFunctionUrl", "true")))
                        .build());
    }
}
