package dev.anyhost.infra.stack;

import dev.anyhost.infra.config.DeploymentConfig;
import dev.anyhost.infra.config.Options;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.SecretValue;
import software.amazon.awscdk.services.iam.ManagedPolicy;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.lambda.FunctionUrl;
import software.amazon.awscdk.services.sns.ITopic;
import software.amazon.awscdk.services.sns.Topic;
import software.amazon.awscdk.services.sqs.Queue;
import software.amazon.awscdk.services.sqs.QueueEncryption;
import software.constructs.Construct;

/** The home region's part of the domain service: the tables, the domains API, the scheduled checker. */
public final class DomainServiceStack extends DeploymentStack {

    private static final double API_SLOW_MILLIS = 5_000;
    private static final double CHECK_SLOW_MILLIS = 55_000;

    private final DomainTables tables;

    /** Needs every {@link RegionStack}. */
    public DomainServiceStack(Construct scope, DeploymentConfig config, LambdaPackages packages) {
        super(scope, new Place(config, config.homeRegion()), "domain");
        this.tables = new DomainTables(this);
        ITopic topic = Topic.fromTopicArn(this, "Topic", left(Names.Parameter.ALARM_TOPIC_ARN));
        Alarms alarms = new Alarms(this, topic);
        tables.watch(alarms);
        api(packages, alarms);
        checker(packages, alarms);
    }

    private void api(LambdaPackages packages, Alarms alarms) {
        var environment = new TreeMap<>(environment());
        environment.put(
                "ANYHOST_DOMAINS_PER_TENANT",
                Integer.toString(config().operations().domainsPerTenant()));
        var function = new VerifierFunction(
                this,
                new VerifierFunction.Shape(
                        "domains",
                        packages.domains(),
                        LambdaPackages.DOMAINS_HANDLER,
                        Duration.seconds(15),
                        environment,
                        rights(List.of("by-shard", "by-tenant"), List.of("dynamodb:PutItem"))));
        FunctionUrl url = function.url();
        function.watch(alarms, API_SLOW_MILLIS);
        leave(Names.Parameter.API_URL, url.getUrl());
        CfnOutput.Builder.create(this, "ApiUrl").value(url.getUrl()).build();
        ManagedPolicy callers = ManagedPolicy.Builder.create(this, "ApiCallers")
                .managedPolicyName(names().function("api-callers-" + regionName()))
                .description("May call the domains API: for whoever registers hostnames")
                .statements(VerifierFunction.calling(function.live().getFunctionArn()))
                .build();
        CfnOutput.Builder.create(this, "ApiCallersPolicy")
                .value(callers.getManagedPolicyArn())
                .build();
    }

    private void checker(LambdaPackages packages, Alarms alarms) {
        Queue failed = Queue.Builder.create(this, "FailedChecks")
                .encryption(QueueEncryption.SQS_MANAGED)
                .enforceSsl(true)
                .retentionPeriod(Duration.days(14))
                .build();
        Accepted.finding(failed, "AwsSolutions-SQS3", "It is the dead-letter queue itself");
        var environment = new TreeMap<>(environment());
        environment.put(
                "ANYHOST_CHECKS_GRACE", config().operations().checksGrace().toHours() + "h");
        config().options().webhook().ifPresent(webhook -> environment.putAll(environment(webhook)));
        var function = new VerifierFunction(
                this,
                new VerifierFunction.Shape(
                        "check",
                        packages.domains(),
                        LambdaPackages.CHECK_HANDLER,
                        Duration.minutes(1),
                        environment,
                        rights(List.of("by-check", "by-outbox"), List.of("dynamodb:PutItem", "dynamodb:Query"))));
        new CheckSchedule(this, function.live(), failed);
        function.watch(alarms, CHECK_SLOW_MILLIS);
        alarms.any(
                "FailedChecks",
                "Runs of the checker that came to nothing are in the queue",
                failed.metricApproximateNumberOfMessagesVisible());
    }

    private Map<String, String> environment() {
        return Map.of(
                "ANYHOST_WHITELIST_TABLE", names().whitelist(),
                "ANYHOST_CHANGES_TABLE", names().coordination(),
                "ANYHOST_EDGE_DOMAIN", config().domain(),
                "ANYHOST_STATIC_ADDRESSES", left(Names.Parameter.STATIC_ADDRESSES));
    }

    /** The secrets come from Secrets Manager at every deployment and are in no template. */
    private static Map<String, String> environment(Options.Webhook webhook) {
        return Map.of(
                "ANYHOST_WEBHOOK_URL", webhook.url(),
                "ANYHOST_WEBHOOK_SECRETS",
                        SecretValue.secretsManager(webhook.secretName()).unsafeUnwrap());
    }

    /** @param notices what it does in the coordination table, where proxies hear of changes */
    private List<PolicyStatement> rights(List<String> indexes, List<String> notices) {
        String whitelist = names().whitelist();
        return List.of(
                Rights.allow(
                        List.of("dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"),
                        List.of(Names.tableArn(this, regionName(), whitelist))),
                Rights.allow(
                        List.of("dynamodb:Query"),
                        indexes.stream()
                                .map(index -> Names.indexArn(this, regionName(), whitelist, index))
                                .toList()),
                Rights.allow(notices, List.of(Names.tableArn(this, regionName(), names().coordination()))),
                Rights.tablesKey(this, List.of(regionName()), tables.keyId()));
    }
}
