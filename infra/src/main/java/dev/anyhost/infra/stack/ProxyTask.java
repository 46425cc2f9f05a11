package dev.anyhost.infra.stack;

import dev.anyhost.infra.config.DeploymentConfig;
import dev.anyhost.infra.config.Fleet;
import dev.anyhost.infra.config.Region;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.ecr.Repository;
import software.amazon.awscdk.services.ecs.AwsLogDriverMode;
import software.amazon.awscdk.services.ecs.AwsLogDriverProps;
import software.amazon.awscdk.services.ecs.Capability;
import software.amazon.awscdk.services.ecs.ContainerDefinitionOptions;
import software.amazon.awscdk.services.ecs.ContainerImage;
import software.amazon.awscdk.services.ecs.CpuArchitecture;
import software.amazon.awscdk.services.ecs.FargateTaskDefinition;
import software.amazon.awscdk.services.ecs.LinuxParameters;
import software.amazon.awscdk.services.ecs.LogDriver;
import software.amazon.awscdk.services.ecs.OperatingSystemFamily;
import software.amazon.awscdk.services.ecs.PortMapping;
import software.amazon.awscdk.services.ecs.RuntimePlatform;
import software.amazon.awscdk.services.ecs.Ulimit;
import software.amazon.awscdk.services.ecs.UlimitName;
import software.amazon.awscdk.services.iam.AnyPrincipal;
import software.amazon.awscdk.services.iam.PolicyDocument;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.logs.LogGroup;

/**
 * One proxy as a Fargate task: no root, no capabilities, nothing that it could write to, and exactly the rights
 * that its program uses. Its ports are above 1024, so that it needs no privilege for them.
 */
final class ProxyTask {

    static final int HTTPS_PORT = 8443;
    static final int HTTP_PORT = 8080;
    static final String CONTAINER = "proxy";

    /** The image's own; said here as well, so that another image can't be root. */
    private static final String USER = "65532:65532";

    /** What a task needs after its drain. */
    private static final Duration SPARE = Duration.seconds(10);

    /** Twice the 55,000 connections that the balancer can open: each has one to the origin; and what else is open. */
    private static final int OPEN_FILES = 131_072;

    private final DeploymentStack stack;
    private final Region region;
    private final Fleet fleet;

    ProxyTask(DeploymentStack stack, Region region, Fleet fleet) {
        this.stack = stack;
        this.region = region;
        this.fleet = fleet;
    }

    FargateTaskDefinition definition() {
        FargateTaskDefinition definition = FargateTaskDefinition.Builder.create(stack, "Task")
                .cpu(fleet.capacity().cpu())
                .memoryLimitMiB(fleet.capacity().memory())
                .runtimePlatform(RuntimePlatform.builder()
                        .cpuArchitecture(CpuArchitecture.ARM64)
                        .operatingSystemFamily(OperatingSystemFamily.LINUX)
                        .build())
                .taskRole(role())
                .build();
        definition.addContainer(CONTAINER, container());
        Accepted.finding(
                definition, "AwsSolutions-ECS2", "No variable is a secret: keys are in KMS, rights are the role's");
        Accepted.wildcard(
                definition.obtainExecutionRole(), "*", "ecr:GetAuthorizationToken knows no resources (IAM reference)");
        return definition;
    }

    private ContainerDefinitionOptions container() {
        LinuxParameters linux = LinuxParameters.Builder.create(stack, "Linux").build();
        linux.dropCapabilities(Capability.ALL);
        return ContainerDefinitionOptions.builder()
                .image(ContainerImage.fromEcrRepository(
                        Repository.fromRepositoryName(
                                stack, "Repository", stack.names().repository()),
                        fleet.image()))
                .essential(true)
                .user(USER)
                .privileged(false)
                .readonlyRootFilesystem(true)
                .linuxParameters(linux)
                .environment(environment())
                .portMappings(Stream.of(HTTP_PORT, HTTPS_PORT)
                        .map(port -> PortMapping.builder().containerPort(port).build())
                        .toList())
                .ulimits(List.of(Ulimit.builder()
                        .name(UlimitName.NOFILE)
                        .softLimit(OPEN_FILES)
                        .hardLimit(OPEN_FILES)
                        .build()))
                .stopTimeout(Duration.seconds(drain().whole().toSeconds()).plus(SPARE))
                .logging(LogDriver.awsLogs(AwsLogDriverProps.builder()
                        .streamPrefix("proxy")
                        .logGroup(LogGroup.Builder.create(stack, "Logs")
                                .retention(stack.config().operations().logs())
                                .removalPolicy(RemovalPolicy.DESTROY)
                                .build())
                        .mode(AwsLogDriverMode.NON_BLOCKING)
                        .build()))
                .build();
    }

    private DeploymentConfig.Drain drain() {
        return stack.config().drain();
    }

    /** What {@code infra/image/proxy.yaml} asks for. */
    private Map<String, String> environment() {
        DeploymentConfig config = stack.config();
        var environment = new TreeMap<String, String>();
        environment.put("ANYHOST_ACME_DIRECTORY", config.acme().directory());
        environment.put("ANYHOST_ACME_EMAIL", config.acme().email());
        if (!config.options().sourceRanges().isEmpty()) {
            // An authority that isn't in the ranges gets no tls-alpn-01 answer: that one is asked for at 443.
            environment.put("ANYHOST_CHALLENGES", "http-01");
        }
        environment.put("ANYHOST_CERTIFICATES_TABLE", stack.names().certificates());
        environment.put("ANYHOST_COORDINATION_TABLE", stack.names().coordination());
        environment.put("ANYHOST_DRAIN_ANNOUNCE", drain().announce().toSeconds() + "s");
        environment.put("ANYHOST_DRAIN_GRACE", drain().grace().toSeconds() + "s");
        environment.put("ANYHOST_EDGE_DOMAIN", config.domain());
        environment.put("ANYHOST_HOME_REGION", config.homeRegion());
        environment.put("ANYHOST_KEY_ENCRYPTION", "kms:" + stack.left(Names.Parameter.SECRETS_KEY_ARN));
        environment.put("ANYHOST_ORIGIN_URL", config.origin());
        environment.put("ANYHOST_PROXY_PROTOCOL_FROM", region.cidr());
        environment.put("ANYHOST_REGION", region.name());
        environment.put("ANYHOST_STATIC_ADDRESSES", stack.left(Names.Parameter.STATIC_ADDRESSES));
        environment.put("ANYHOST_VERIFIER_URL", stack.left(Names.Parameter.ASK_URL));
        return environment;
    }

    private Role role() {
        PolicyDocument rights = PolicyDocument.Builder.create().build();
        rights.addStatements(certificates());
        rights.addStatements(certificateIndex());
        rights.addStatements(coordination());
        rights.addStatements(coordinationIndex());
        rights.addStatements(Rights.tablesKey(stack, regions(), stack.left(Names.Parameter.TABLES_KEY_ID)));
        rights.addStatements(Rights.allow(
                List.of("kms:Decrypt", "kms:Encrypt"), List.of(stack.left(Names.Parameter.SECRETS_KEY_ARN))));
        VerifierFunction.calling(stack.left(Names.Parameter.ASK_FUNCTION_ARN)).forEach(rights::addStatements);
        return Role.Builder.create(stack, "TaskRole")
                .assumedBy(new ServicePrincipal("ecs-tasks.amazonaws.com"))
                .inlinePolicies(Map.of("rights", rights))
                .build();
    }

    /** Where certificates are read, and where they are written. */
    private List<String> regions() {
        return Stream.of(region.name(), stack.config().homeRegion()).distinct().toList();
    }

    private PolicyStatement certificates() {
        return Rights.allow(CERTIFICATE_ACTIONS, arns(regions()));
    }

    private static final List<String> CERTIFICATE_ACTIONS = List.of(
            "dynamodb:ConditionCheckItem",
            "dynamodb:DeleteItem",
            "dynamodb:DescribeTable",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem");

    private static final List<String> COORDINATION_ACTIONS = List.of(
            "dynamodb:BatchGetItem",
            "dynamodb:BatchWriteItem",
            "dynamodb:ConditionCheckItem",
            "dynamodb:DeleteItem",
            "dynamodb:DescribeTable",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem");

    private List<String> arns(List<String> regions) {
        String table = stack.names().certificates();
        return regions.stream().map(in -> Names.tableArn(stack, in, table)).toList();
    }

    private PolicyStatement certificateIndex() {
        String table = stack.names().certificates();
        return Rights.allow(
                List.of("dynamodb:Query"),
                regions().stream()
                        .map(in -> Names.indexArn(stack, in, table, "by-due"))
                        .toList());
    }

    private PolicyStatement coordination() {
        return Rights.allow(COORDINATION_ACTIONS, List.of(coordinationArn()));
    }

    private PolicyStatement coordinationIndex() {
        return Rights.allow(List.of("dynamodb:Query"), List.of(coordinationArn() + "/index/by-retry"));
    }

    private String coordinationArn() {
        return Names.tableArn(stack, stack.config().homeRegion(), stack.names().coordination());
    }

    /** The same for the network's gateway, which reaches the tables of its own region. */
    PolicyStatement[] gatewayRights() {
        Stream<PolicyStatement> certificates = Stream.of(
                anybody(CERTIFICATE_ACTIONS, arns(List.of(region.name()))),
                anybody(
                        List.of("dynamodb:Query"),
                        List.of(Names.indexArn(
                                stack, region.name(), stack.names().certificates(), "by-due"))));
        Stream<PolicyStatement> coordination = stack.isHome()
                ? Stream.of(
                        anybody(COORDINATION_ACTIONS, List.of(coordinationArn())),
                        anybody(List.of("dynamodb:Query"), List.of(coordinationArn() + "/index/by-retry")))
                : Stream.of();
        return Stream.concat(certificates, coordination).toArray(PolicyStatement[]::new);
    }

    private static PolicyStatement anybody(List<String> actions, List<String> resources) {
        return PolicyStatement.Builder.create()
                .principals(List.of(new AnyPrincipal()))
                .actions(actions)
                .resources(resources)
                .build();
    }
}
