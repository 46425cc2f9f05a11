package dev.anyhost.infra.stack;

import dev.anyhost.infra.config.DeploymentConfig;
import java.util.Locale;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.kms.Key;
import software.constructs.Construct;

/**
 * The two multi-Region keys, in the home region: one for what DynamoDB stores, one that wraps the private keys of
 * certificates before they get there, so that reading a table isn't enough to have them. Other regions have replicas of
 * both.
 */
public final class KeyStack extends DeploymentStack {

    /** The first of all stacks. */
    public KeyStack(Construct scope, DeploymentConfig config) {
        super(scope, new Place(config, config.homeRegion()), "keys");
        leave(Names.Parameter.TABLES_KEY_ID, key("Tables", "DynamoDB tables").getKeyId());
        leave(
                Names.Parameter.SECRETS_KEY_ID,
                key("Secrets", "private keys of certificates").getKeyId());
    }

    private Key key(String id, String purpose) {
        return Key.Builder.create(this, id)
                .description("anyhost " + config().stage() + ": " + purpose)
                .alias("alias/anyhost-" + config().stage() + "-" + id.toLowerCase(Locale.ROOT))
                .multiRegion(true)
                .enableKeyRotation(true)
                .removalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
                .build();
    }
}
