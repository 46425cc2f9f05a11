package dev.anyhost.infra.stack;

import dev.anyhost.infra.config.Region;
import java.util.List;
import software.amazon.awscdk.Acknowledgment;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Validations;
import software.amazon.awscdk.services.ec2.FlowLogDestination;
import software.amazon.awscdk.services.ec2.FlowLogOptions;
import software.amazon.awscdk.services.ec2.FlowLogTrafficType;
import software.amazon.awscdk.services.ec2.GatewayVpcEndpointAwsService;
import software.amazon.awscdk.services.ec2.GatewayVpcEndpointOptions;
import software.amazon.awscdk.services.ec2.IPeer;
import software.amazon.awscdk.services.ec2.IpAddresses;
import software.amazon.awscdk.services.ec2.IpProtocol;
import software.amazon.awscdk.services.ec2.Peer;
import software.amazon.awscdk.services.ec2.Port;
import software.amazon.awscdk.services.ec2.SecurityGroup;
import software.amazon.awscdk.services.ec2.SubnetConfiguration;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.ec2.SubnetType;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.iam.AnyPrincipal;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.logs.LogGroup;

/**
 * A network of its own for a fleet: the load balancer in public subnets, the proxies in private ones. What comes in passes
 * the balancer; what goes out passes NAT gateways, except for DynamoDB and the layers of images, which have gateways that
 * cost nothing and let nothing else through.
 */
final class ProxyNetwork {

    static final SubnetSelection PUBLIC =
            SubnetSelection.builder().subnetType(SubnetType.PUBLIC).build();
    static final SubnetSelection PRIVATE =
            SubnetSelection.builder().subnetType(SubnetType.PRIVATE_WITH_EGRESS).build();

    private final DeploymentStack stack;
    private final boolean ipv6;
    private final Vpc vpc;
    private final SecurityGroup balancer;
    private final SecurityGroup tasks;

    ProxyNetwork(DeploymentStack stack, Region region) {
        this.stack = stack;
        this.ipv6 = region.egress() == Region.Egress.DUAL_STACK;
        this.vpc = Vpc.Builder.create(stack, "Network")
                .ipAddresses(IpAddresses.cidr(region.cidr()))
                .ipProtocol(ipv6 ? IpProtocol.DUAL_STACK : IpProtocol.IPV4_ONLY)
                .availabilityZones(region.zoneNames())
                .natGateways(region.natGateways())
                .subnetConfiguration(List.of(
                        subnets("Public", SubnetType.PUBLIC, 24),
                        subnets("Private", SubnetType.PRIVATE_WITH_EGRESS, 20)))
                .build();
        Validations.of(vpc)
                .acknowledge(Acknowledgment.builder()
                        .id("CloudFormation-Validate::W3010")
                        .reason("Zones are chosen: not every zone of a region has all that is needed, and an Elastic IP"
                                + " belongs to one")
                        .build());
        this.balancer = group("BalancerGroup", "What the load balancer accepts", false);
        this.tasks = group("TaskGroup", "What proxies accept: the load balancer only", true);
        Accepted.finding(
                balancer,
                "AwsSolutions-EC23",
                "Visitors come from everywhere: TCP 443 unless source ranges are given, and TCP 80 for http-01");
        admitVisitors();
        admitBalancer(ProxyTask.HTTP_PORT);
        admitBalancer(ProxyTask.HTTPS_PORT);
        if (stack.config().options().flowLogs()) {
            logFlows();
        } else {
            Accepted.finding(vpc, "AwsSolutions-VPC7", "options.flow-logs is off: they cost by the gigabyte");
        }
    }

    private static SubnetConfiguration subnets(String name, SubnetType type, int mask) {
        SubnetConfiguration.Builder subnets =
                SubnetConfiguration.builder().name(name).subnetType(type).cidrMask(mask);
        return type == SubnetType.PUBLIC ? subnets.mapPublicIpOnLaunch(false).build() : subnets.build();
    }

    private SecurityGroup group(String id, String meaning, boolean outbound) {
        return SecurityGroup.Builder.create(stack, id)
                .vpc(vpc)
                .description(meaning)
                .allowAllOutbound(outbound)
                .allowAllIpv6Outbound(outbound && ipv6)
                .build();
    }

    /**
     * Ranges hold for 443 only: authorities ask for http-01 answers at port 80 from addresses that they don't tell, and
     * all else that is there is a redirect.
     */
    private void admitVisitors() {
        List<String> ranges = stack.config().options().sourceRanges();
        admit(Peer.anyIpv4(), 80);
        if (ranges.isEmpty()) {
            admit(Peer.anyIpv4(), 443);
        }
        ranges.forEach(range -> admit(Peer.ipv4(range), 443));
    }

    private void admit(IPeer peer, int port) {
        balancer.addIngressRule(peer, Port.tcp(port), "visitors");
    }

    private void admitBalancer(int port) {
        tasks.addIngressRule(balancer, Port.tcp(port), "load balancer");
        balancer.addEgressRule(tasks, Port.tcp(port), "proxies");
    }

    /** The gateways' policies: whoever finds a way into a proxy can't carry anything to a table or bucket of his own. */
    void open(PolicyStatement... tables) {
        var dynamo = vpc.addGatewayEndpoint("DynamoDb", gateway(GatewayVpcEndpointAwsService.DYNAMODB));
        for (PolicyStatement statement : tables) {
            dynamo.addToPolicy(statement);
        }
        vpc.addGatewayEndpoint("S3", gateway(GatewayVpcEndpointAwsService.S3))
                .addToPolicy(PolicyStatement.Builder.create()
                        .principals(List.of(new AnyPrincipal()))
                        .actions(List.of("s3:GetObject"))
                        .resources(List.of("arn:" + stack.getPartition() + ":s3:::prod-" + stack.regionName()
                                + "-starport-layer-bucket/*"))
                        .build());
    }

    private static GatewayVpcEndpointOptions gateway(GatewayVpcEndpointAwsService service) {
        return GatewayVpcEndpointOptions.builder()
                .service(service)
                .subnets(List.of(PRIVATE))
                .build();
    }

    private void logFlows() {
        LogGroup logs = LogGroup.Builder.create(stack, "FlowLogs")
                .retention(stack.config().operations().logs())
                .removalPolicy(RemovalPolicy.DESTROY)
                .build();
        vpc.addFlowLog(
                "Flows",
                FlowLogOptions.builder()
                        .destination(FlowLogDestination.toCloudWatchLogs(logs))
                        .trafficType(FlowLogTrafficType.ALL)
                        .build());
    }

    Vpc vpc() {
        return vpc;
    }

    SecurityGroup balancer() {
        return balancer;
    }

    SecurityGroup tasks() {
        return tasks;
    }
}
