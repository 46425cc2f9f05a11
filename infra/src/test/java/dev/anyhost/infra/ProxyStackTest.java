package dev.anyhost.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A fleet behind its load balancer. */
class ProxyStackTest {

    private static final String TARGETS = "AWS::ElasticLoadBalancingV2::TargetGroup";

    private final CloudTemplate plain = Example.oneRegion().template("proxy-us-east-1-blue");
    private final CloudTemplate home = Example.threeRegions().template("proxy-us-east-1-blue");
    private final CloudTemplate away = Example.threeRegions().template("proxy-eu-central-1-blue");

    @Test
    void tasks_areInPrivateSubnets_withoutPublicAddresses() {
        JsonNode network = plain.only("AWS::ECS::Service").at("/NetworkConfiguration/AwsvpcConfiguration");
        assertThat(network.get("AssignPublicIp").stringValue()).isEqualTo("DISABLED");
        assertThat(CloudTemplate.texts(network.get("Subnets")))
                .hasSize(2)
                .allMatch(subnet -> subnet.contains("PrivateSubnet"));
        assertThat(plain.properties("AWS::EC2::Subnet"))
                .allMatch(subnet -> !subnet.path("MapPublicIpOnLaunch").booleanValue(false));
    }

    @Test
    void proxies_acceptTheLoadBalancerOnly() {
        assertThat(plain.properties("AWS::EC2::SecurityGroupIngress"))
                .extracting(
                        rule -> rule.get("FromPort").intValue(),
                        rule -> rule.get("ToPort").intValue(),
                        rule -> group(rule.get("GroupId")),
                        rule -> group(rule.get("SourceSecurityGroupId")))
                .containsExactlyInAnyOrder(
                        tuple(8080, 8080, "TaskGroup", "BalancerGroup"),
                        tuple(8443, 8443, "TaskGroup", "BalancerGroup"));
        JsonNode tasks = group(plain, "What proxies accept: the load balancer only");
        assertThat(tasks.has("SecurityGroupIngress")).isFalse();
        String own = CloudTemplate.text(
                plain.only("AWS::ECS::Service").at("/NetworkConfiguration/AwsvpcConfiguration/SecurityGroups/0"));
        assertThat(own).contains("TaskGroup");
    }

    @Test
    void loadBalancer_admitsEverybodyOnTwoPorts_andReachesProxiesOnly() {
        assertThat(admitted(plain)).containsExactlyInAnyOrder("0.0.0.0/0 80", "0.0.0.0/0 443");
        assertThat(group(plain, "What the load balancer accepts").has("SecurityGroupEgress"))
                .isFalse();
        assertThat(plain.properties("AWS::EC2::SecurityGroupEgress"))
                .hasSize(2)
                .allMatch(rule -> group(rule.get("DestinationSecurityGroupId")).equals("TaskGroup"));
    }

    @Test
    void sourceRanges_holdForHttps_whileChallengesAreForEverybody() {
        assertThat(admitted(home))
                .containsExactlyInAnyOrder("0.0.0.0/0 80", "203.0.113.0/24 443", "198.51.100.0/24 443");
        assertThat(container(home).environment()).containsEntry("ANYHOST_CHALLENGES", "http-01");
        assertThat(container(plain).environment()).doesNotContainKey("ANYHOST_CHALLENGES");
    }

    @Test
    void loadBalancer_hasAnElasticAddressInEveryZone_andSaysWhatIsBetweenZones() {
        JsonNode balancer = home.only("AWS::ElasticLoadBalancingV2::LoadBalancer");
        assertThat(balancer.get("Type").stringValue()).isEqualTo("network");
        assertThat(balancer.get("Scheme").stringValue()).isEqualTo("internet-facing");
        assertThat(CloudTemplate.elements(balancer.get("SubnetMappings")))
                .hasSize(3)
                .allMatch(mapping -> mapping.has("AllocationId"));
        assertThat(attributes(balancer.get("LoadBalancerAttributes")))
                .containsEntry("load_balancing.cross_zone.enabled", "true")
                .containsEntry("deletion_protection.enabled", "true");
        assertThat(balancer.get("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic")
                        .stringValue())
                .isEqualTo("on");
    }

    @Test
    void visitors_comeByIpv4_alsoWhereEgressIsByIpv6() {
        assertThat(away.only("AWS::ElasticLoadBalancingV2::LoadBalancer")
                        .get("IpAddressType")
                        .stringValue())
                .isEqualTo("ipv4");
        assertThat(plain.resources("AWS::EC2::VPCCidrBlock")).isEmpty();
    }

    @Test
    void listeners_areTcpOn80And443() {
        assertThat(plain.properties("AWS::ElasticLoadBalancingV2::Listener"))
                .extracting(listener -> listener.get("Protocol").stringValue() + " "
                        + listener.get("Port").intValue())
                .containsExactlyInAnyOrder("TCP 80", "TCP 443");
    }

    @Test
    void targets_getTheClientByProxyHeader_andAreAskedForTheirHealth() {
        List<JsonNode> groups = plain.properties(TARGETS);
        assertThat(groups).extracting(group -> group.get("Port").intValue()).containsExactlyInAnyOrder(8080, 8443);
        for (JsonNode group : groups) {
            assertThat(attributes(group.get("TargetGroupAttributes")))
                    .containsEntry("proxy_protocol_v2.enabled", "true")
                    .containsEntry("preserve_client_ip.enabled", "false")
                    .containsEntry("deregistration_delay.connection_termination.enabled", "false");
            assertThat(group.get("HealthCheckProtocol").stringValue()).isEqualTo("HTTP");
            assertThat(group.get("HealthCheckPath").stringValue()).isEqualTo("/health");
            assertThat(group.get("HealthCheckPort").stringValue()).isEqualTo("8080");
            assertThat(group.at("/Matcher/HttpCode").stringValue()).isEqualTo("200");
        }
    }

    @Test
    void deregistration_takesAsLongAsTheDrain_andTheTaskMayTakeLonger() {
        Container container = container(plain);
        int drain = container.seconds("ANYHOST_DRAIN_ANNOUNCE") + container.seconds("ANYHOST_DRAIN_GRACE");
        assertThat(plain.properties(TARGETS))
                .extracting(group -> attributes(group.get("TargetGroupAttributes")))
                .hasSize(2)
                .allSatisfy(attributes -> assertThat(attributes)
                        .containsEntry("deregistration_delay.timeout_seconds", Integer.toString(drain))
                        .containsEntry("target_health_state.unhealthy.connection_termination.enabled", "false")
                        .containsEntry(
                                "target_health_state.unhealthy.draining_interval_seconds", Integer.toString(drain)));
        assertThat(container(plain).json().get("StopTimeout").intValue()).isBetween(drain + 1, 120);
    }

    @Test
    void container_isNotRoot_canNotWrite_andHasNoCapabilities() {
        JsonNode container = container(plain).json();
        assertThat(container.get("User").stringValue()).matches("[1-9][0-9]*:[1-9][0-9]*");
        assertThat(container.get("ReadonlyRootFilesystem").booleanValue()).isTrue();
        assertThat(container.get("Privileged").booleanValue()).isFalse();
        assertThat(CloudTemplate.texts(container.at("/LinuxParameters/Capabilities/Drop")))
                .containsExactly("ALL");
        assertThat(container.at("/LinuxParameters/Capabilities").has("Add")).isFalse();
        assertThat(plain.only("AWS::ECS::TaskDefinition").at("/Volumes").isMissingNode())
                .isTrue();
        assertThat(plain.only("AWS::ECS::Service").get("EnableExecuteCommand").booleanValue())
                .isFalse();
    }

    @Test
    void container_mayHaveTwoDescriptorsForEveryConnectionThatTheBalancerCanOpen() {
        JsonNode limit = container(plain).json().at("/Ulimits/0");
        assertThat(limit.get("Name").stringValue()).isEqualTo("nofile");
        assertThat(limit.get("SoftLimit").intValue()).isGreaterThan(2 * 55_000);
        assertThat(limit.get("HardLimit").intValue())
                .isEqualTo(limit.get("SoftLimit").intValue())
                .isLessThanOrEqualTo(1_048_576);
    }

    @Test
    void elasticAddresses_areAsManyAsTheConfigurationCounts() {
        Example three = Example.threeRegions();
        assertThat(three.config().regions())
                .allSatisfy(region -> assertThat(region.fleets().stream()
                                .flatMap(fleet -> three
                                        .template("proxy-" + region.name() + "-" + fleet.name())
                                        .resources("AWS::EC2::EIP")
                                        .stream()))
                        .hasSize(region.elasticAddresses()));
    }

    @Test
    void task_runsOnArmInFargate_withAnImageFromOurRegistryOfItsRegion() {
        JsonNode task = away.only("AWS::ECS::TaskDefinition");
        assertThat(task.at("/RuntimePlatform/CpuArchitecture").stringValue()).isEqualTo("ARM64");
        assertThat(CloudTemplate.texts(task.get("RequiresCompatibilities"))).containsExactly("FARGATE");
        assertThat(CloudTemplate.text(container(away).json().get("Image")))
                .contains(".dkr.ecr.eu-central-1.")
                .endsWith("/anyhost-world:0.1.0");
    }

    @Test
    void deployments_rollBack_whenNewTasksDoNotGetHealthy() {
        JsonNode deployment = plain.only("AWS::ECS::Service").get("DeploymentConfiguration");
        assertThat(deployment.at("/DeploymentCircuitBreaker/Enable").booleanValue())
                .isTrue();
        assertThat(deployment.at("/DeploymentCircuitBreaker/Rollback").booleanValue())
                .isTrue();
        assertThat(deployment.get("MinimumHealthyPercent").intValue()).isEqualTo(100);
    }

    @Test
    void tasks_areAddedByProcessorAndByConnections() {
        JsonNode target = home.only("AWS::ApplicationAutoScaling::ScalableTarget");
        assertThat(target.get("MinCapacity").intValue()).isEqualTo(3);
        assertThat(target.get("MaxCapacity").intValue()).isEqualTo(30);
        List<JsonNode> policies = home.properties("AWS::ApplicationAutoScaling::ScalingPolicy").stream()
                .map(policy -> policy.get("TargetTrackingScalingPolicyConfiguration"))
                .toList();
        assertThat(policies)
                .hasSize(2)
                .anyMatch(policy -> policy.at("/PredefinedMetricSpecification/PredefinedMetricType")
                        .asString("")
                        .equals("ECSServiceAverageCPUUtilization"))
                .anyMatch(policy -> policy.at("/CustomizedMetricSpecification/Metrics/0/MetricStat/Metric/MetricName")
                                .asString("")
                                .equals("ActiveFlowCount")
                        && policy.get("TargetValue").intValue() == 10_000);
        assertThat(home.only("AWS::ECS::Cluster").toString()).contains("containerInsights", "enabled");
    }

    @Test
    void gateways_letThroughOurTablesAndLayersOnly() {
        JsonNode dynamo = gateway(home, ".dynamodb");
        assertThat(resources(dynamo))
                .allMatch(resource -> resource.contains(":table/anyhost-world-"))
                .noneMatch(resource -> resource.endsWith("*"));
        assertThat(resources(gateway(away, ".dynamodb")))
                .noneMatch(resource -> resource.contains("coordination"))
                .allMatch(resource -> resource.contains(":dynamodb:eu-central-1:"));
        assertThat(resources(gateway(away, ".s3")))
                .containsExactly("arn:${AWS::Partition}:s3:::prod-eu-central-1-starport-layer-bucket/*");
        for (JsonNode endpoint : home.properties("AWS::EC2::VPCEndpoint")) {
            assertThat(endpoint.get("VpcEndpointType").stringValue()).isEqualTo("Gateway");
            assertThat(CloudTemplate.texts(endpoint.get("RouteTableIds")))
                    .hasSize(3)
                    .allMatch(table -> table.contains("PrivateSubnet"));
        }
    }

    @Test
    void egress_isByNat_andWhereConfiguredByIpv6() {
        assertThat(plain.resources("AWS::EC2::NatGateway")).hasSize(2);
        assertThat(plain.resources("AWS::EC2::EgressOnlyInternetGateway")).isEmpty();
        assertThat(away.resources("AWS::EC2::NatGateway")).hasSize(1);
        assertThat(away.resources("AWS::EC2::EgressOnlyInternetGateway")).hasSize(1);
        assertThat(away.properties("AWS::EC2::Route"))
                .anyMatch(route -> route.has("EgressOnlyInternetGatewayId")
                        && route.path("DestinationIpv6CidrBlock").asString("").equals("::/0"));
    }

    @Test
    void options_areOffUnlessAskedFor() {
        assertThat(plain.resources("AWS::EC2::VPCEndpointService")).isEmpty();
        assertThat(plain.resources("AWS::EC2::FlowLog")).isEmpty();
    }

    @Test
    void privateLink_isForAllowedPrincipals_whomSomebodyAccepts() {
        assertThat(home.only("AWS::EC2::VPCEndpointService")
                        .get("AcceptanceRequired")
                        .booleanValue())
                .isTrue();
        assertThat(CloudTemplate.texts(
                        home.only("AWS::EC2::VPCEndpointServicePermissions").get("AllowedPrincipals")))
                .containsExactly("arn:aws:iam::111122223333:root");
    }

    @Test
    void flowLogs_whenAskedFor_areOfAllTraffic() {
        assertThat(home.only("AWS::EC2::FlowLog").get("TrafficType").stringValue())
                .isEqualTo("ALL");
    }

    @Test
    void logs_areKeptAsLongAsConfigured() {
        assertThat(home.properties("AWS::Logs::LogGroup"))
                .isNotEmpty()
                .allMatch(logs -> logs.get("RetentionInDays").intValue() == 90);
    }

    @Test
    void alarms_watchHealthPortsAndProcessor() {
        assertThat(plain.properties("AWS::CloudWatch::Alarm"))
                .extracting(alarm -> alarm.get("MetricName").stringValue())
                .containsExactlyInAnyOrder("UnHealthyHostCount", "PortAllocationErrorCount", "CPUUtilization");
    }

    /** The one container of a task. */
    record Container(JsonNode json) {
        int seconds(String variable) {
            String duration = environment().getOrDefault(variable, "");
            assertThat(duration).endsWith("s");
            return Integer.parseInt(duration.substring(0, duration.length() - 1));
        }

        Map<String, String> environment() {
            return CloudTemplate.elements(json.get("Environment")).stream()
                    .collect(Collectors.toMap(
                            variable -> variable.get("Name").stringValue(),
                            variable -> CloudTemplate.text(variable.get("Value"))));
        }
    }

    static Container container(CloudTemplate template) {
        List<JsonNode> containers =
                CloudTemplate.elements(template.only("AWS::ECS::TaskDefinition").get("ContainerDefinitions"));
        assertThat(containers).hasSize(1);
        return new Container(containers.getFirst());
    }

    private static Map<String, String> attributes(JsonNode list) {
        return CloudTemplate.elements(list).stream()
                .collect(Collectors.toMap(
                        attribute -> attribute.get("Key").stringValue(),
                        attribute -> attribute.get("Value").stringValue()));
    }

    private static String group(JsonNode reference) {
        return Stream.of("TaskGroup", "BalancerGroup")
                .filter(CloudTemplate.text(reference)::contains)
                .findFirst()
                .orElse("");
    }

    private static JsonNode group(CloudTemplate template, String description) {
        return template.only("AWS::EC2::SecurityGroup", "GroupDescription", description);
    }

    private static List<String> admitted(CloudTemplate template) {
        return CloudTemplate.elements(
                        group(template, "What the load balancer accepts").get("SecurityGroupIngress"))
                .stream()
                .map(rule ->
                        rule.path("CidrIp").asString("") + rule.path("CidrIpv6").asString("") + " "
                                + rule.get("FromPort").intValue())
                .toList();
    }

    private static JsonNode gateway(CloudTemplate template, String service) {
        return template.properties("AWS::EC2::VPCEndpoint").stream()
                .filter(endpoint ->
                        CloudTemplate.text(endpoint.get("ServiceName")).endsWith(service))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> resources(JsonNode endpoint) {
        return CloudTemplate.elements(endpoint.at("/PolicyDocument/Statement")).stream()
                .map(statement -> CloudTemplate.texts(statement.get("Resource")))
                .flatMap(List::stream)
                .toList();
    }
}
