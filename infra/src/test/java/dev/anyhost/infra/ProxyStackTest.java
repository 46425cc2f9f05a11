package dev.anyhost.infra;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A fleet behind its load balancer; {@code security} has what protects it. */
class ProxyStackTest {

    private final CloudTemplate plain = Example.oneRegion().template("proxy-us-east-1-blue");
    private final CloudTemplate home = Example.threeRegions().template("proxy-us-east-1-blue");
    private final CloudTemplate away = Example.threeRegions().template("proxy-eu-central-1-blue");

    @Test
    void sourceRanges_leaveHttp01Alone_amongTheChallenges() {
        assertThat(Container.of(home).environment()).containsEntry("ANYHOST_CHALLENGES", "http-01");
        assertThat(Container.of(plain).environment()).doesNotContainKey("ANYHOST_CHALLENGES");
    }

    @Test
    void loadBalancer_isANetworkBalancerThatFacesTheInternet() {
        JsonNode balancer = home.only("AWS::ElasticLoadBalancingV2::LoadBalancer");
        assertThat(balancer.get("Type").stringValue()).isEqualTo("network");
        assertThat(balancer.get("Scheme").stringValue()).isEqualTo("internet-facing");
    }

    @Test
    void targets_areThePortsOfTheProxy() {
        assertThat(plain.properties("AWS::ElasticLoadBalancingV2::TargetGroup"))
                .extracting(group -> group.get("Port").intValue())
                .containsExactlyInAnyOrder(8080, 8443);
    }

    @Test
    void container_mayHaveTwoDescriptorsForEveryConnectionThatTheBalancerCanOpen() {
        JsonNode limit = Container.of(plain).json().at("/Ulimits/0");
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
        assertThat(CloudTemplate.text(Container.of(away).json().get("Image")))
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
    void egress_isByNat_andWhereConfiguredByIpv6() {
        assertThat(plain.resources("AWS::EC2::NatGateway")).hasSize(2);
        assertThat(plain.resources("AWS::EC2::EgressOnlyInternetGateway")).isEmpty();
        assertThat(plain.resources("AWS::EC2::VPCCidrBlock")).isEmpty();
        assertThat(away.resources("AWS::EC2::NatGateway")).hasSize(1);
        assertThat(away.resources("AWS::EC2::EgressOnlyInternetGateway")).hasSize(1);
        assertThat(away.properties("AWS::EC2::Route"))
                .anyMatch(route -> route.has("EgressOnlyInternetGatewayId")
                        && route.path("DestinationIpv6CidrBlock").asString("").equals("::/0"));
    }

    @Test
    void flowLogs_areOffUnlessAskedFor() {
        assertThat(plain.resources("AWS::EC2::FlowLog")).isEmpty();
    }
}
