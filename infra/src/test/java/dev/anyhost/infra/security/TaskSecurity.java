package dev.anyhost.infra.security;

import static dev.anyhost.infra.security.SecurityRule.each;
import static dev.anyhost.infra.security.SecurityRule.leadsTo;
import static dev.anyhost.infra.security.SecurityRule.none;
import static dev.anyhost.infra.security.SecurityRule.rule;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.infra.CloudTemplate;
import dev.anyhost.infra.Container;
import dev.anyhost.infra.Example;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What a proxy's container is and is told: nothing to write to, nobody to become, nothing in clear. */
final class TaskSecurity {

    private static final String TASK = "AWS::ECS::TaskDefinition";
    private static final Place CONTAINER = Place.of(TASK, "ContainerDefinitions/*");
    private static final Place CAPABILITIES = CONTAINER.then("LinuxParameters").then("Capabilities");

    private TaskSecurity() {}

    static Stream<SecurityProperty> properties() {
        List<CloudTemplate> fleets = Example.all()
                .flatMap(example -> example.templates("proxy-").stream())
                .toList();
        return Stream.of(confinement(), roles(), connections()).flatMap(rules -> SecurityRule.of(fleets, rules));
    }

    private static List<SecurityRule> confinement() {
        return List.of(
                matches(
                        "the user isn't root, nor is the group",
                        CONTAINER.then("User"),
                        "[1-9][0-9]*:[1-9][0-9]*",
                        "0:0"),
                each("the root is read-only", CONTAINER.then("ReadonlyRootFilesystem"), true, false),
                each("the container isn't privileged", CONTAINER.then("Privileged"), false, true),
                rule(
                        "all capabilities are dropped",
                        template -> assertThat(
                                        CAPABILITIES.then("Drop").then("*").values(template))
                                .containsExactly("ALL"),
                        Weakening.without(CAPABILITIES.then("Drop")),
                        Weakening.with(CAPABILITIES.then("Drop").then("*"), "NET_RAW")),
                none("no capability is added", CAPABILITIES.then("Add"), List.of("SYS_PTRACE")),
                none("there is no volume", Place.of(TASK, "Volumes"), List.of(Map.of("Name", "shared"))),
                none("nothing is mounted", CONTAINER.then("MountPoints"), List.of(Map.of("ContainerPath", "/"))),
                none(
                        "no part is in memory",
                        CONTAINER.then("LinuxParameters").then("Tmpfs"),
                        List.of(Map.of("Size", 1))),
                each("nobody gets a shell", Place.of("AWS::ECS::Service", "EnableExecuteCommand"), false, true),
                each("each task has a network interface", Place.of(TASK, "NetworkMode"), "awsvpc", "host"),
                rule(
                        "there is one container",
                        template -> assertThat(CONTAINER.values(template)).hasSize(1),
                        Weakening.adding(Place.of(TASK, "ContainerDefinitions"), Map.of("Name", "sidecar"))));
    }

    private static List<SecurityRule> roles() {
        return List.of(
                leadsTo("the task has a role of its own", Place.of(TASK, "TaskRoleArn"), "${TaskRole"),
                leadsTo("the start has a role of its own", Place.of(TASK, "ExecutionRoleArn"), "${TaskExecutionRole"),
                matches(
                        "the image is of our registry",
                        CONTAINER.then("Image"),
                        "\\$\\{AWS::AccountId}\\.dkr\\.ecr\\.[a-z0-9-]+\\.\\$\\{AWS::URLSuffix}/anyhost-[a-z]+:[0-9.]+",
                        "docker.io/anyhost:latest"),
                leadsTo(
                        "what is written goes to a log whose life is set",
                        CONTAINER.then("LogConfiguration").then("Options").then("awslogs-group"),
                        "${Logs"),
                each(
                        "what is written goes to CloudWatch",
                        CONTAINER.then("LogConfiguration").then("LogDriver"),
                        "awslogs",
                        "json-file"));
    }

    private static List<SecurityRule> connections() {
        return List.of(
                matches("the origin is reached by TLS", variable("ANYHOST_ORIGIN_URL"), "https://.+", "http://app"),
                matches(
                        "the authority is reached by TLS",
                        variable("ANYHOST_ACME_DIRECTORY"),
                        "https://.+",
                        "http://ca"),
                unset("ANYHOST_ORIGIN_TRUSTED_ROOTS", "only public authorities vouch for origins"),
                unset("ANYHOST_ACME_TRUSTED_ROOTS", "only public authorities vouch for the authority"),
                rule(
                        "what is for operators stays in the container",
                        template -> assertThat(CONTAINER
                                        .then("PortMappings")
                                        .then("*")
                                        .then("ContainerPort")
                                        .values(template))
                                .containsExactlyInAnyOrder("8080", "8443"),
                        Weakening.with(CONTAINER.then("PortMappings").then("*").then("ContainerPort"), 9180),
                        Weakening.adding(CONTAINER.then("PortMappings"), Map.of("ContainerPort", 9180))),
                matches(
                        "private keys are wrapped by KMS",
                        variable("ANYHOST_KEY_ENCRYPTION"),
                        "kms:\\$\\{SsmParameterValueanyhost[a-z]+keyssecretsarn.*",
                        "file:/etc/anyhost/key"),
                rule(
                        "PROXY headers are believed from the network only",
                        template -> assertThat(
                                        variable("ANYHOST_PROXY_PROTOCOL_FROM").values(template))
                                .containsExactlyElementsOf(
                                        Place.of("AWS::EC2::VPC", "CidrBlock").values(template)),
                        Weakening.without(variable("ANYHOST_PROXY_PROTOCOL_FROM")),
                        Weakening.with(variable("ANYHOST_PROXY_PROTOCOL_FROM"), "0.0.0.0/0")),
                none(
                        "no variable comes from elsewhere",
                        CONTAINER.then("EnvironmentFiles"),
                        List.of(Map.of("Type", "s3"))));
    }

    private static Place variable(String name) {
        return CONTAINER.then("Environment").then("Name=" + name).then("Value");
    }

    private static SecurityRule matches(String name, Place place, String pattern, String worse) {
        return rule(
                name,
                template -> assertThat(place.values(template))
                        .hasSize(1)
                        .allSatisfy(value -> assertThat(value).matches(pattern)),
                Weakening.without(place),
                Weakening.with(place, worse));
    }

    /** The image's default holds. */
    private static SecurityRule unset(String variable, String name) {
        return rule(
                name,
                template -> assertThat(Container.of(template).environment()).doesNotContainKey(variable),
                Weakening.adding(CONTAINER.then("Environment"), Map.of("Name", variable, "Value", "other")));
    }
}
