package dev.anyhost.infra;

import dev.anyhost.infra.config.DeploymentConfig;
import dev.anyhost.infra.config.Fleet;
import dev.anyhost.infra.config.Region;
import dev.anyhost.infra.stack.AcceleratorStack;
import dev.anyhost.infra.stack.AddressStack;
import dev.anyhost.infra.stack.DomainServiceStack;
import dev.anyhost.infra.stack.KeyStack;
import dev.anyhost.infra.stack.LambdaPackages;
import dev.anyhost.infra.stack.ProxyStack;
import dev.anyhost.infra.stack.RegionStack;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Stack;

/** All stacks of a deployment, in the order in which they are deployed. */
public final class Deployment {

    /** What the CDK would do otherwise for the sake of who used it before. */
    private static final Map<String, Object> FLAGS = Map.of(
            "@aws-cdk/aws-iam:minimizePolicies", true,
            "@aws-cdk/core:checkSecretUsage", true,
            "@aws-cdk/core:target-partitions", List.of("aws"),
            "@aws-cdk/aws-ecs:arnFormatIncludesClusterName", true,
            "@aws-cdk/aws-ecs:disableExplicitDeploymentControllerForCircuitBreaker", true,
            "@aws-cdk/aws-ecs:removeDefaultDeploymentAlarm", true,
            "@aws-cdk/aws-ecs:reduceEc2FargateCloudWatchPermissions", true);

    private final App app;
    private final List<Stack> stacks = new ArrayList<>();

    /** @param out where the templates go */
    public Deployment(DeploymentConfig config, LambdaPackages packages, Path out) {
        this.app = App.Builder.create()
                .outdir(out.toString())
                .analyticsReporting(false)
                .context(FLAGS)
                .build();
        var keys = after(List.of(), new KeyStack(app, config));
        var addresses = after(List.of(), new AddressStack(app, config));
        List<Stack> regions = new ArrayList<>();
        for (Region region : config.regions()) {
            regions.add(after(List.of(keys, addresses), new RegionStack(app, config, region.name(), packages)));
        }
        var domain = after(regions, new DomainServiceStack(app, config, packages));
        List<Stack> proxies = new ArrayList<>();
        for (Region region : config.regions()) {
            for (Fleet fleet : region.fleets()) {
                proxies.add(after(List.of(domain), new ProxyStack(app, config, region, fleet)));
            }
        }
        after(proxies, new AcceleratorStack(app, config));
    }

    private Stack after(List<? extends Stack> others, Stack stack) {
        others.forEach(stack::addStackDependency);
        stacks.add(stack);
        return stack;
    }

    /** For whoever looks at them before they are written. */
    public App app() {
        return app;
    }

    public List<Stack> stacks() {
        return List.copyOf(stacks);
    }

    /** Writes the templates. */
    public void write() {
        app.synth();
    }
}
