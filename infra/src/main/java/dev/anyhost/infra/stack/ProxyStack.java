package dev.anyhost.infra.stack;

import dev.anyhost.infra.config.DeploymentConfig;
import dev.anyhost.infra.config.Fleet;
import dev.anyhost.infra.config.Region;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.applicationautoscaling.CfnScalingPolicy;
import software.amazon.awscdk.services.applicationautoscaling.CfnScalingPolicy.CustomizedMetricSpecificationProperty;
import software.amazon.awscdk.services.applicationautoscaling.CfnScalingPolicy.TargetTrackingMetricDataQueryProperty;
import software.amazon.awscdk.services.applicationautoscaling.CfnScalingPolicy.TargetTrackingMetricDimensionProperty;
import software.amazon.awscdk.services.applicationautoscaling.CfnScalingPolicy.TargetTrackingMetricProperty;
import software.amazon.awscdk.services.applicationautoscaling.CfnScalingPolicy.TargetTrackingMetricStatProperty;
import software.amazon.awscdk.services.applicationautoscaling.CfnScalingPolicy.TargetTrackingScalingPolicyConfigurationProperty;
import software.amazon.awscdk.services.applicationautoscaling.EnableScalingProps;
import software.amazon.awscdk.services.ecs.AvailabilityZoneRebalancing;
import software.amazon.awscdk.services.ecs.Cluster;
import software.amazon.awscdk.services.ecs.ContainerInsights;
import software.amazon.awscdk.services.ecs.CpuUtilizationScalingProps;
import software.amazon.awscdk.services.ecs.DeploymentCircuitBreaker;
import software.amazon.awscdk.services.ecs.FargatePlatformVersion;
import software.amazon.awscdk.services.ecs.FargateService;
import software.amazon.awscdk.services.ecs.PropagatedTagSource;
import software.amazon.awscdk.services.ecs.ScalableTaskCount;
import software.amazon.awscdk.services.elasticloadbalancingv2.NetworkTargetGroup;
import software.amazon.awscdk.services.sns.Topic;
import software.constructs.Construct;

/** A fleet of proxies in a region, behind a load balancer of its own. */
public final class ProxyStack extends DeploymentStack {

    private static final int BUSY_PERCENT = 60;
    private static final double OVERLOADED_PERCENT = 85;

    private final Fleet fleet;

    /** Needs {@link DomainServiceStack}, and its image in the region's repository. */
    public ProxyStack(Construct scope, DeploymentConfig config, Region region, Fleet fleet) {
        super(scope, new Place(config, region.name()), "proxy", region.name(), fleet.name());
        this.fleet = fleet;
        var network = new ProxyNetwork(this, region);
        var task = new ProxyTask(this, region, fleet);
        network.open(task.gatewayRights());
        var balancer = new ProxyBalancer(this, network);
        FargateService service = service(network, task);
        NetworkTargetGroup targets = balancer.forward(service, 443, ProxyTask.HTTPS_PORT);
        balancer.forward(service, 80, ProxyTask.HTTP_PORT);
        scale(service, balancer);
        Alarms alarms = new Alarms(this, Topic.fromTopicArn(this, "Topic", left(Names.Parameter.ALARM_TOPIC_ARN)));
        balancer.watch(alarms, targets);
        alarms.above("Cpu", "Proxies are at their limit", OVERLOADED_PERCENT, service.metricCpuUtilization());
        leave("LoadBalancer", names().loadBalancerParameter(fleet), balancer.arn());
    }

    private FargateService service(ProxyNetwork network, ProxyTask task) {
        Cluster cluster = Cluster.Builder.create(this, "Cluster")
                .vpc(network.vpc())
                .containerInsightsV2(ContainerInsights.ENABLED)
                .build();
        return FargateService.Builder.create(this, "Service")
                .cluster(cluster)
                .taskDefinition(task.definition())
                .platformVersion(FargatePlatformVersion.VERSION1_4)
                .assignPublicIp(false)
                .vpcSubnets(ProxyNetwork.PRIVATE)
                .securityGroups(List.of(network.tasks()))
                .circuitBreaker(DeploymentCircuitBreaker.builder()
                        .enable(true)
                        .rollback(true)
                        .build())
                .minHealthyPercent(100)
                .maxHealthyPercent(200)
                .healthCheckGracePeriod(Duration.seconds(60))
                .availabilityZoneRebalancing(AvailabilityZoneRebalancing.ENABLED)
                .enableExecuteCommand(false)
                .propagateTags(PropagatedTagSource.SERVICE)
                .build();
    }

    /** By processor, since handshakes need it, and by open connections, since quiet ones need memory. */
    private void scale(FargateService service, ProxyBalancer balancer) {
        ScalableTaskCount count = service.autoScaleTaskCount(EnableScalingProps.builder()
                .minCapacity(fleet.capacity().least())
                .maxCapacity(fleet.capacity().most())
                .build());
        count.scaleOnCpuUtilization(
                "Processor",
                CpuUtilizationScalingProps.builder()
                        .targetUtilizationPercent(BUSY_PERCENT)
                        .scaleInCooldown(Duration.minutes(5))
                        .scaleOutCooldown(Duration.minutes(1))
                        .build());
        CfnScalingPolicy flows = CfnScalingPolicy.Builder.create(this, "Connections")
                .policyName(names().stack(regionName(), fleet.name(), "connections"))
                .policyType("TargetTrackingScaling")
                .serviceNamespace("ecs")
                .scalableDimension("ecs:service:DesiredCount")
                .resourceId("service/" + service.getCluster().getClusterName() + "/" + service.getServiceName())
                .targetTrackingScalingPolicyConfiguration(TargetTrackingScalingPolicyConfigurationProperty.builder()
                        .targetValue(fleet.capacity().flowsPerTask())
                        .scaleInCooldown(300)
                        .scaleOutCooldown(60)
                        .customizedMetricSpecification(CustomizedMetricSpecificationProperty.builder()
                                .metrics(flowsPerTask(service, balancer))
                                .build())
                        .build())
                .build();
        flows.getNode().addDependency(count);
    }

    /** The balancer counts connections of all proxies; a target to track must be for one of them. */
    private static List<TargetTrackingMetricDataQueryProperty> flowsPerTask(
            FargateService service, ProxyBalancer balancer) {
        return List.of(
                query("flows", "AWS/NetworkELB", "ActiveFlowCount", Map.of("LoadBalancer", balancer.metricName())),
                query(
                        "tasks",
                        "ECS/ContainerInsights",
                        "RunningTaskCount",
                        Map.of(
                                "ClusterName", service.getCluster().getClusterName(),
                                "ServiceName", service.getServiceName())),
                TargetTrackingMetricDataQueryProperty.builder()
                        .id("each")
                        .expression("flows / tasks")
                        .label("open connections of a proxy")
                        .returnData(true)
                        .build());
    }

    private static TargetTrackingMetricDataQueryProperty query(
            String id, String namespace, String name, Map<String, String> dimensions) {
        return TargetTrackingMetricDataQueryProperty.builder()
                .id(id)
                .metricStat(TargetTrackingMetricStatProperty.builder()
                        .stat("Average")
                        .metric(TargetTrackingMetricProperty.builder()
                                .namespace(namespace)
                                .metricName(name)
                                .dimensions(dimensions.entrySet().stream()
                                        .sorted(Map.Entry.comparingByKey())
                                        .map(dimension -> TargetTrackingMetricDimensionProperty.builder()
                                                .name(dimension.getKey())
                                                .value(dimension.getValue())
                                                .build())
                                        .toList())
                                .build())
                        .build())
                .returnData(false)
                .build();
    }
}
