package dev.anyhost.infra.stack;

import dev.anyhost.infra.config.DeploymentConfig;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.globalaccelerator.CfnAccelerator;
import software.constructs.Construct;

/**
 * The accelerator without anything behind it: its static addresses must be known before there are proxies, since proxies
 * and the checker tell by them whether a hostname leads to us. What is behind it is {@link AcceleratorStack}.
 *
 * <p>IPv4 only: behind a dual-stack accelerator a network load balancer may not have targets of the type {@code ip}, and
 * Fargate knows no other (AWS: Global Accelerator developer guide, on endpoints of dual-stack accelerators).
 */
public final class AddressStack extends DeploymentStack {

    /** Needs nothing. */
    public AddressStack(Construct scope, DeploymentConfig config) {
        super(scope, new Place(config, Names.ACCELERATOR_REGION), "addresses");
        CfnAccelerator accelerator = CfnAccelerator.Builder.create(this, "Accelerator")
                .name("anyhost-" + config.stage())
                .enabled(true)
                .ipAddressType("IPV4")
                .build();
        // Customers' apex records hold these addresses: they are lost with the accelerator, for good.
        accelerator.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
        String addresses = Fn.join(",", accelerator.getAttrIpv4Addresses());
        leave(Names.Parameter.STATIC_ADDRESSES, addresses);
        leave(Names.Parameter.ACCELERATOR_ARN, accelerator.getAttrAcceleratorArn());
        leave(Names.Parameter.ACCELERATOR_DNS_NAME, accelerator.getAttrDnsName());
        CfnOutput.Builder.create(this, "StaticAddresses")
                .description("For customers' apex records")
                .value(addresses)
                .build();
    }
}
