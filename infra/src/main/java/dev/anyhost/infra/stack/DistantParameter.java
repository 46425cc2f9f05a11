package dev.anyhost.infra.stack;

import java.util.List;
import java.util.Map;
import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.customresources.AwsCustomResource;
import software.amazon.awscdk.customresources.AwsCustomResourcePolicy;
import software.amazon.awscdk.customresources.AwsSdkCall;
import software.amazon.awscdk.customresources.PhysicalResourceId;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.logs.LogGroup;
import software.amazon.awscdk.services.logs.RetentionDays;

/**
 * What a stack left in another region's Parameter Store. CloudFormation itself reads parameters of its own region only, so
 * that a function asks for it, anew whenever {@link DeploymentStack#revision} is another one.
 */
final class DistantParameter {

    private static final String LOGS = "DistantParameterLogs";

    private DistantParameter() {}

    /** @return the value, as a token */
    static String read(DeploymentStack stack, String id, String region, String name) {
        Accepted.customResource(stack);
        AwsSdkCall call = AwsSdkCall.builder()
                .service("SSM")
                .action("getParameter")
                .parameters(Map.of("Name", name))
                .region(region)
                .physicalResourceId(PhysicalResourceId.of(region + name + "#" + stack.revision()))
                .outputPaths(List.of("Parameter.Value"))
                .build();
        String arn = stack.formatArn(ArnComponents.builder()
                .service("ssm")
                .region(region)
                .resource("parameter")
                .resourceName(name.substring(1))
                .build());
        return AwsCustomResource.Builder.create(stack, id)
                .onUpdate(call)
                .policy(AwsCustomResourcePolicy.fromStatements(List.of(PolicyStatement.Builder.create()
                        .actions(List.of("ssm:GetParameter"))
                        .resources(List.of(arn))
                        .build())))
                .installLatestAwsSdk(false)
                .logGroup(logs(stack))
                .build()
                .getResponseField("Parameter.Value");
    }

    private static LogGroup logs(Stack stack) {
        return stack.getNode().tryFindChild(LOGS) instanceof LogGroup there
                ? there
                : LogGroup.Builder.create(stack, LOGS)
                        .retention(RetentionDays.ONE_WEEK)
                        .removalPolicy(RemovalPolicy.DESTROY)
                        .build();
    }
}
