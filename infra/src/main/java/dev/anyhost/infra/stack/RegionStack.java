package dev.anyhost.infra.stack;

import dev.anyhost.infra.config.DeploymentConfig;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.ecr.LifecycleRule;
import software.amazon.awscdk.services.ecr.Repository;
import software.amazon.awscdk.services.ecr.RepositoryEncryption;
import software.amazon.awscdk.services.ecr.TagMutability;
import software.amazon.awscdk.services.iam.AccountRootPrincipal;
import software.amazon.awscdk.services.iam.PolicyDocument;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.kms.CfnReplicaKey;
import software.amazon.awscdk.services.lambda.FunctionUrl;
import software.amazon.awscdk.services.sns.Topic;
import software.amazon.awscdk.services.sns.subscriptions.EmailSubscription;
import software.constructs.Construct;

/**
 * What every region has of its own, so that its proxies get by without the other regions: replicas of the keys, the ask
 * function beside a replica of the whitelist, a repository of images, a topic for alarms. It comes before the tables, whose
 * replicas need the keys.
 */
public final class RegionStack extends DeploymentStack {

    private static final double ASK_SLOW_MILLIS = 1_500;

    private final String tablesKeyId;

    /** Needs {@link KeyStack} and {@link AddressStack}. */
    public RegionStack(Construct scope, DeploymentConfig config, String region, LambdaPackages packages) {
        super(scope, new Place(config, region), "region", region);
        this.tablesKeyId = keyId(Names.Parameter.TABLES_KEY_ID, "Tables");
        String secretsKeyId = keyId(Names.Parameter.SECRETS_KEY_ID, "Secrets");
        if (!isHome()) {
            leave(Names.Parameter.TABLES_KEY_ID, tablesKeyId);
        }
        leave(Names.Parameter.SECRETS_KEY_ARN, Names.keyArn(this, region, secretsKeyId));
        if (!region.equals(Names.ACCELERATOR_REGION)) {
            leave(Names.Parameter.STATIC_ADDRESSES, staticAddresses());
        }
        Alarms alarms = new Alarms(this, topic());
        ask(packages, alarms);
        repository();
    }

    /** The key has the same id everywhere; outside the home region its replica is made here. */
    private String keyId(Names.Parameter parameter, String key) {
        if (isHome()) {
            return left(parameter);
        }
        String id = DistantParameter.read(this, key + "KeyId", config().homeRegion(), names().parameter(parameter));
        CfnReplicaKey replica = CfnReplicaKey.Builder.create(this, key + "Replica")
                .primaryKeyArn(Names.keyArn(this, config().homeRegion(), id))
                .keyPolicy(PolicyDocument.Builder.create()
                        .statements(List.of(PolicyStatement.Builder.create()
                                .principals(List.of(new AccountRootPrincipal()))
                                .actions(List.of("kms:*"))
                                .resources(List.of("*"))
                                .build()))
                        .build())
                .build();
        replica.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
        return replica.getAttrKeyId();
    }

    private String staticAddresses() {
        return DistantParameter.read(
                this, "StaticAddresses", Names.ACCELERATOR_REGION, names().parameter(Names.Parameter.STATIC_ADDRESSES));
    }

    private Topic topic() {
        Topic topic = Topic.Builder.create(this, "Alarms").enforceSsl(true).build();
        // A policy of one's own replaces SNS's default, by which CloudWatch might publish.
        topic.addToResourcePolicy(PolicyStatement.Builder.create()
                .principals(List.of(new ServicePrincipal("cloudwatch.amazonaws.com")))
                .actions(List.of("sns:Publish"))
                .resources(List.of(topic.getTopicArn()))
                .conditions(Map.of("StringEquals", Map.of("aws:SourceAccount", getAccount())))
                .build());
        topic.addSubscription(new EmailSubscription(config().alarmEmail()));
        leave(Names.Parameter.ALARM_TOPIC_ARN, topic.getTopicArn());
        return topic;
    }

    private void ask(LambdaPackages packages, Alarms alarms) {
        String table = names().whitelist();
        var function = new VerifierFunction(
                this,
                new VerifierFunction.Shape(
                        "ask",
                        packages.ask(),
                        LambdaPackages.ASK_HANDLER,
                        Duration.seconds(5),
                        Map.of("ANYHOST_WHITELIST_TABLE", table),
                        List.of(
                                Rights.allow(
                                        List.of("dynamodb:GetItem"),
                                        List.of(Names.tableArn(this, regionName(), table))),
                                Rights.tablesKey(this, List.of(regionName()), tablesKeyId))));
        FunctionUrl url = function.url();
        function.watch(alarms, ASK_SLOW_MILLIS);
        leave(Names.Parameter.ASK_URL, url.getUrl());
        leave(Names.Parameter.ASK_FUNCTION_ARN, function.live().getFunctionArn());
    }

    /** Tags can't be moved: what a tag names is what was tested. */
    private void repository() {
        Repository repository = Repository.Builder.create(this, "Repository")
                .repositoryName(names().repository())
                .imageTagMutability(TagMutability.IMMUTABLE)
                .imageScanOnPush(true)
                .encryption(RepositoryEncryption.AES_256)
                .lifecycleRules(List.of(LifecycleRule.builder()
                        .description("the newest 50 images")
                        .maxImageCount(50)
                        .build()))
                .removalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
                .build();
        CfnOutput.Builder.create(this, "RepositoryUri")
                .value(repository.getRepositoryUri())
                .build();
    }
}
