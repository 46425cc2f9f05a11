package dev.anyhost.infra.stack;

import dev.anyhost.infra.config.DeploymentConfig;
import dev.anyhost.infra.config.Fleet;
import dev.anyhost.infra.config.Region;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.globalaccelerator.CfnEndpointGroup;
import software.amazon.awscdk.services.globalaccelerator.CfnEndpointGroup.EndpointConfigurationProperty;
import software.amazon.awscdk.services.globalaccelerator.CfnListener;
import software.amazon.awscdk.services.globalaccelerator.CfnListener.PortRangeProperty;
import software.amazon.awscdk.services.route53.ARecord;
import software.amazon.awscdk.services.route53.HostedZone;
import software.amazon.awscdk.services.route53.HostedZoneAttributes;
import software.amazon.awscdk.services.route53.IHostedZone;
import software.amazon.awscdk.services.route53.PublicHostedZone;
import software.amazon.awscdk.services.route53.RecordTarget;
import software.amazon.awscdk.services.route53.targets.GlobalAcceleratorDomainTarget;
import software.amazon.awscdk.services.ssm.StringParameter;
import software.constructs.Construct;

/**
 * What is behind the accelerator's addresses, and the names that lead to them: {@code external.<domain>} for everybody, and
 * the wildcard for the targets that each tenant has of its own.
 */
public final class AcceleratorStack extends DeploymentStack {

    /** A client's connections may go to different proxies: they share all that matters, ticket keys included. */
    private static final String NO_AFFINITY = "NONE";

    /** Needs {@link AddressStack} and every {@link ProxyStack}. */
    public AcceleratorStack(Construct scope, DeploymentConfig config) {
        super(scope, new Place(config, Names.ACCELERATOR_REGION), "accelerator");
        Map<String, String> balancers = new HashMap<>();
        config.regions()
                .forEach(region ->
                        region.fleets().forEach(fleet -> balancers.put(key(region, fleet), balancer(region, fleet))));
        for (int port : List.of(80, 443)) {
            listen(port, balancers);
        }
        names(zone());
    }

    private static String key(Region region, Fleet fleet) {
        return region.name() + "-" + fleet.name();
    }

    private String balancer(Region region, Fleet fleet) {
        String parameter = names().loadBalancerParameter(fleet);
        return region.name().equals(regionName())
                ? StringParameter.valueForStringParameter(this, parameter)
                : DistantParameter.read(this, "Balancer-" + key(region, fleet), region.name(), parameter);
    }

    private void listen(int port, Map<String, String> balancers) {
        CfnListener listener = CfnListener.Builder.create(this, "Listener" + port)
                .acceleratorArn(left(Names.Parameter.ACCELERATOR_ARN))
                .protocol("TCP")
                .portRanges(List.of(
                        PortRangeProperty.builder().fromPort(port).toPort(port).build()))
                .clientAffinity(NO_AFFINITY)
                .build();
        for (Region region : config().regions()) {
            CfnEndpointGroup.Builder.create(this, "Group" + port + "-" + region.name())
                    .listenerArn(listener.getAttrListenerArn())
                    .endpointGroupRegion(region.name())
                    .trafficDialPercentage(region.dial())
                    .healthCheckProtocol("HTTP")
                    .healthCheckPort(80)
                    .healthCheckPath("/health")
                    .healthCheckIntervalSeconds(30)
                    .thresholdCount(3)
                    .endpointConfigurations(region.fleets().stream()
                            .map(fleet -> EndpointConfigurationProperty.builder()
                                    .endpointId(balancers.get(key(region, fleet)))
                                    .weight(fleet.weight())
                                    .clientIpPreservationEnabled(true)
                                    .build())
                            .toList())
                    .build();
        }
    }

    private IHostedZone zone() {
        return config().hostedZone()
                .map(there -> HostedZone.fromHostedZoneAttributes(
                        this,
                        "Zone",
                        HostedZoneAttributes.builder()
                                .hostedZoneId(there.id())
                                .zoneName(there.name())
                                .build()))
                .orElseGet(this::ownZone);
    }

    private IHostedZone ownZone() {
        PublicHostedZone zone = PublicHostedZone.Builder.create(this, "Zone")
                .zoneName(config().domain())
                .build();
        zone.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
        List<String> servers =
                Objects.requireNonNull(zone.getHostedZoneNameServers(), "a public zone has name servers");
        CfnOutput.Builder.create(this, "NameServers")
                .description("For the NS record of " + config().domain())
                .value(Fn.join(",", servers))
                .build();
        return zone;
    }

    private void names(IHostedZone zone) {
        for (String label : List.of("external", "*")) {
            String id = label.equals("*") ? "Wildcard" : "External";
            String name = label + "." + config().domain() + ".";
            ARecord.Builder.create(this, id)
                    .zone(zone)
                    .recordName(name)
                    .target(RecordTarget.fromAlias(
                            new GlobalAcceleratorDomainTarget(left(Names.Parameter.ACCELERATOR_DNS_NAME))))
                    .build();
        }
        CfnOutput.Builder.create(this, "StaticAddresses")
                .description("For customers' apex records")
                .value(left(Names.Parameter.STATIC_ADDRESSES))
                .build();
    }
}
