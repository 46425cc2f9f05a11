package dev.anyhost.infra.stack;

import java.util.List;
import java.util.Map;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.ec2.CfnEIP;
import software.amazon.awscdk.services.ec2.ISubnet;
import software.amazon.awscdk.services.ec2.VpcEndpointService;
import software.amazon.awscdk.services.ecs.FargateService;
import software.amazon.awscdk.services.ecs.LoadBalancerTargetOptions;
import software.amazon.awscdk.services.elasticloadbalancingv2.BaseNetworkListenerProps;
import software.amazon.awscdk.services.elasticloadbalancingv2.HealthCheck;
import software.amazon.awscdk.services.elasticloadbalancingv2.IpAddressType;
import software.amazon.awscdk.services.elasticloadbalancingv2.NetworkLoadBalancer;
import software.amazon.awscdk.services.elasticloadbalancingv2.NetworkTargetGroup;
import software.amazon.awscdk.services.elasticloadbalancingv2.Protocol;
import software.amazon.awscdk.services.elasticloadbalancingv2.SubnetMapping;
import software.amazon.awscdk.services.elasticloadbalancingv2.TargetType;
import software.amazon.awscdk.services.iam.ArnPrincipal;

/**
 * The network load balancer, with an Elastic IP in each zone.
 *
 * <p>Proxies learn who a client is from the PROXY v2 header, and client IP preservation is off. So every connection, by the
 * balancer's own addresses, by Global Accelerator or by PrivateLink (which knows no preservation), comes from an address of
 * the network, and those are what {@code listen.proxy-protocol-from} names. Health checks come from there as well, and bring
 * a header of the command LOCAL, which the proxy takes.
 */
final class ProxyBalancer {

    private final DeploymentStack stack;
    private final ProxyNetwork network;
    private final NetworkLoadBalancer balancer;

    ProxyBalancer(DeploymentStack stack, ProxyNetwork network) {
        this.stack = stack;
        this.network = network;
        this.balancer = NetworkLoadBalancer.Builder.create(stack, "Balancer")
                .vpc(network.vpc())
                .internetFacing(true)
                .ipAddressType(IpAddressType.IPV4)
                .securityGroups(List.of(network.balancer()))
                .enforceSecurityGroupInboundRulesOnPrivateLinkTraffic(true)
                .crossZoneEnabled(true)
                .deletionProtection(true)
                .subnetMappings(network.vpc().getPublicSubnets().stream()
                        .map(this::fixed)
                        .toList())
                .build();
        Accepted.finding(
                balancer,
                "AwsSolutions-ELB2",
                "A network load balancer logs TLS listeners only, and these are TCP; the proxy has an access log");
        stack.config().options().privateLink().ifPresent(link -> {
            VpcEndpointService service = VpcEndpointService.Builder.create(stack, "PrivateLink")
                    .vpcEndpointServiceLoadBalancers(List.of(balancer))
                    .acceptanceRequired(link.acceptance())
                    .allowedPrincipals(link.allowedPrincipals().stream()
                            .map(ArnPrincipal::new)
                            .toList())
                    .build();
            CfnOutput.Builder.create(stack, "PrivateLinkName")
                    .description("What other networks connect to")
                    .value(service.getVpcEndpointServiceName())
                    .build();
        });
    }

    private SubnetMapping fixed(ISubnet subnet) {
        CfnEIP address = CfnEIP.Builder.create(
                        stack, "Address" + subnet.getNode().getId())
                .domain("vpc")
                .build();
        CfnOutput.Builder.create(stack, "AddressOf" + subnet.getNode().getId())
                .value(address.getAttrPublicIp())
                .build();
        return SubnetMapping.builder()
                .subnet(subnet)
                .allocationId(address.getAttrAllocationId())
                .build();
    }

    /** Sends what comes in at {@code port} to the proxies. */
    NetworkTargetGroup forward(FargateService service, int port, int containerPort) {
        Duration drain = Duration.seconds(stack.config().drain().whole().toSeconds());
        NetworkTargetGroup targets = NetworkTargetGroup.Builder.create(stack, "Targets" + port)
                .vpc(network.vpc())
                .port(containerPort)
                .protocol(Protocol.TCP)
                .targetType(TargetType.IP)
                .proxyProtocolV2(true)
                .preserveClientIp(false)
                .deregistrationDelay(drain)
                .connectionTermination(false)
                .targets(List.of(service.loadBalancerTarget(LoadBalancerTargetOptions.builder()
                        .containerName(ProxyTask.CONTAINER)
                        .containerPort(containerPort)
                        .build())))
                .healthCheck(HealthCheck.builder()
                        .protocol(Protocol.HTTP)
                        .path("/health")
                        .port(Integer.toString(ProxyTask.HTTP_PORT))
                        .healthyHttpCodes("200")
                        .interval(Duration.seconds(10))
                        .timeout(Duration.seconds(5))
                        .healthyThresholdCount(2)
                        .unhealthyThresholdCount(2)
                        .build())
                .build();
        // A draining proxy says 503, and would lose by that what is established.
        targets.setAttribute("target_health_state.unhealthy.connection_termination.enabled", "false");
        targets.setAttribute(
                "target_health_state.unhealthy.draining_interval_seconds",
                drain.toSeconds().toString());
        balancer.addListener(
                "Listener" + port,
                BaseNetworkListenerProps.builder()
                        .port(port)
                        .protocol(Protocol.TCP)
                        .defaultTargetGroups(List.of(targets))
                        .build());
        return targets;
    }

    String arn() {
        return balancer.getLoadBalancerArn();
    }

    /** {@code net/NAME/ID}, by which metrics know it. */
    String metricName() {
        return balancer.getLoadBalancerFullName();
    }

    void watch(Alarms alarms, NetworkTargetGroup targets) {
        alarms.above(
                "Unhealthy",
                "Proxies fail their health check",
                0,
                Alarms.metric(
                        "AWS/NetworkELB",
                        "UnHealthyHostCount",
                        "Maximum",
                        Map.of("LoadBalancer", metricName(), "TargetGroup", targets.getTargetGroupFullName())));
        alarms.any(
                "Ports",
                "The load balancer ran out of ports towards a proxy: start more of them (fleets.min-tasks)",
                Alarms.metric(
                        "AWS/NetworkELB", "PortAllocationErrorCount", "Sum", Map.of("LoadBalancer", metricName())));
    }
}
