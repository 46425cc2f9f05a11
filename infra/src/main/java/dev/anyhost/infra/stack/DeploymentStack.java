package dev.anyhost.infra.stack;

import dev.anyhost.infra.config.DeploymentConfig;
import software.amazon.awscdk.CfnParameter;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.amazon.awscdk.Tags;
import software.amazon.awscdk.services.ssm.StringParameter;
import software.constructs.Construct;

/**
 * A stack of a deployment, in one region of whatever account it is deployed to: with the account left open, nothing has to
 * be looked up and the templates are the same everywhere.
 */
abstract class DeploymentStack extends Stack {

    private static final String REVISION = "Revision";

    private final DeploymentConfig config;
    private final Names names;
    private final String region;

    DeploymentStack(Construct scope, Place place, String... name) {
        super(
                scope,
                place.names().stack(name),
                StackProps.builder()
                        .stackName(place.names().stack(name))
                        .env(Environment.builder().region(place.region()).build())
                        .terminationProtection(true)
                        .build());
        this.config = place.config();
        this.names = place.names();
        this.region = place.region();
        Tags.of(this).add("anyhost:stage", config.stage());
    }

    /** Where a stack of which deployment goes. */
    record Place(DeploymentConfig config, String region) {
        Names names() {
            return new Names(config.stage());
        }
    }

    DeploymentConfig config() {
        return config;
    }

    Names names() {
        return names;
    }

    /** The region's name, where {@link #getRegion} may be a token. */
    String regionName() {
        return region;
    }

    boolean isHome() {
        return region.equals(config.homeRegion());
    }

    /** Leaves a value for other stacks. */
    void leave(Names.Parameter parameter, String value) {
        leave(parameter.name(), names.parameter(parameter), value);
    }

    void leave(String id, String name, String value) {
        StringParameter.Builder.create(this, "Left" + id)
                .parameterName(name)
                .stringValue(value)
                .build();
    }

    /**
     * Another one at every deployment: {@code scripts/deploy} says so, by a parameter, so that the templates stay the same.
     * It changes what CloudFormation would take for unchanged although what it was made of isn't: values of other regions,
     * secrets, and versions of functions whose variables are such values.
     */
    String revision() {
        CfnParameter parameter = getNode().tryFindChild(REVISION) instanceof CfnParameter there
                ? there
                : CfnParameter.Builder.create(this, REVISION)
                        .type("String")
                        .description("Another one at every deployment")
                        .defaultValue("0")
                        .build();
        return parameter.getValueAsString();
    }

    /** What another stack left in this region; CloudFormation reads it at every deployment. */
    String left(Names.Parameter parameter) {
        return StringParameter.valueForStringParameter(this, names.parameter(parameter));
    }
}
