package dev.anyhost.infra.stack;

import dev.anyhost.infra.config.DeploymentConfig;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.dynamodb.Attribute;
import software.amazon.awscdk.services.dynamodb.AttributeType;
import software.amazon.awscdk.services.dynamodb.Billing;
import software.amazon.awscdk.services.dynamodb.GlobalSecondaryIndexPropsV2;
import software.amazon.awscdk.services.dynamodb.MaxThroughputProps;
import software.amazon.awscdk.services.dynamodb.PointInTimeRecoverySpecification;
import software.amazon.awscdk.services.dynamodb.ProjectionType;
import software.amazon.awscdk.services.dynamodb.ReplicaTableProps;
import software.amazon.awscdk.services.dynamodb.StreamViewType;
import software.amazon.awscdk.services.dynamodb.TableEncryptionV2;
import software.amazon.awscdk.services.dynamodb.TableV2;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.kms.Key;

/**
 * The three tables, keyed and indexed as the programs create them for development; a contract test holds the two together.
 * Whitelist and certificates are global tables (eventual consistency): read in every region, written in the home region.
 * The coordination table stays in the home region, since conditions hold within one region only.
 */
final class DomainTables {

    private static final String EXPIRES = "expires";

    private final DeploymentStack stack;
    private final String keyId;
    private final IKey key;

    private final TableV2 whitelist;
    private final TableV2 certificates;
    private final TableV2 coordination;

    DomainTables(DeploymentStack stack) {
        this.stack = stack;
        this.keyId = stack.left(Names.Parameter.TABLES_KEY_ID);
        this.key = Key.fromKeyArn(stack, "TablesKey", Names.keyArn(stack, config().homeRegion(), keyId));
        this.whitelist = global("Whitelist", stack.names().whitelist())
                .partitionKey(attribute("hostname", AttributeType.STRING))
                .globalSecondaryIndexes(List.of(
                        keysOnly(
                                "by-shard",
                                attribute("shard", AttributeType.NUMBER),
                                attribute("hostname", AttributeType.STRING)),
                        keysOnly(
                                "by-tenant",
                                attribute("tenant", AttributeType.STRING),
                                attribute("hostname", AttributeType.STRING)),
                        keysOnly(
                                "by-check",
                                attribute("check_shard", AttributeType.NUMBER),
                                attribute("next_check", AttributeType.NUMBER)),
                        keysOnly(
                                "by-outbox",
                                attribute("outbox_shard", AttributeType.NUMBER),
                                attribute("outbox_due", AttributeType.NUMBER))))
                .build();
        this.certificates = global("Certificates", stack.names().certificates())
                .partitionKey(attribute("hostname", AttributeType.STRING))
                .globalSecondaryIndexes(
                        List.of(including("by-due", "shard", "due_at", List.of("not_after", "issuer", "version"))))
                .build();
        this.coordination = table("Coordination", stack.names().coordination())
                .partitionKey(attribute("subject", AttributeType.STRING))
                .sortKey(attribute("kind", AttributeType.STRING))
                .encryption(TableEncryptionV2.customerManagedKey(key))
                .globalSecondaryIndexes(List.of(including("by-retry", "failure_shard", "retry_at", List.of("failure"))))
                .build();
    }

    private DeploymentConfig config() {
        return stack.config();
    }

    private TableV2.Builder table(String id, String name) {
        return TableV2.Builder.create(stack, id)
                .tableName(name)
                .billing(Billing.onDemand(MaxThroughputProps.builder()
                        .maxReadRequestUnits(config().tables().mostReadUnits())
                        .maxWriteRequestUnits(config().tables().mostWriteUnits())
                        .build()))
                .timeToLiveAttribute(EXPIRES)
                .pointInTimeRecoverySpecification(PointInTimeRecoverySpecification.builder()
                        .pointInTimeRecoveryEnabled(true)
                        .build())
                .deletionProtection(true)
                .removalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    }

    /** The stream is there from the start, so that a region can be added without touching it. */
    private TableV2.Builder global(String id, String name) {
        return table(id, name)
                .dynamoStream(StreamViewType.NEW_AND_OLD_IMAGES)
                .encryption(TableEncryptionV2.customerManagedKey(key, replicaKeys()))
                .replicas(config().replicaRegions().stream()
                        .map(region -> ReplicaTableProps.builder()
                                .region(region)
                                .deletionProtection(true)
                                .pointInTimeRecoverySpecification(PointInTimeRecoverySpecification.builder()
                                        .pointInTimeRecoveryEnabled(true)
                                        .build())
                                .build())
                        .toList());
    }

    private Map<String, String> replicaKeys() {
        return config().replicaRegions().stream()
                .collect(Collectors.toMap(Function.identity(), region -> Names.keyArn(stack, region, keyId)));
    }

    private static Attribute attribute(String name, AttributeType type) {
        return Attribute.builder().name(name).type(type).build();
    }

    private GlobalSecondaryIndexPropsV2 keysOnly(String name, Attribute partition, Attribute sort) {
        return index(name)
                .partitionKey(partition)
                .sortKey(sort)
                .projectionType(ProjectionType.KEYS_ONLY)
                .build();
    }

    private GlobalSecondaryIndexPropsV2 including(String name, String shard, String order, List<String> projected) {
        return index(name)
                .partitionKey(attribute(shard, AttributeType.STRING))
                .sortKey(attribute(order, AttributeType.NUMBER))
                .projectionType(ProjectionType.INCLUDE)
                .nonKeyAttributes(projected)
                .build();
    }

    /** An index has a cap of its own: the table's doesn't hold for it. */
    private GlobalSecondaryIndexPropsV2.Builder index(String name) {
        return GlobalSecondaryIndexPropsV2.builder()
                .indexName(name)
                .maxReadRequestUnits(config().tables().mostReadUnits())
                .maxWriteRequestUnits(config().tables().mostWriteUnits());
    }

    String keyId() {
        return keyId;
    }

    /** Throttled reads and writes, of the table and its indexes. */
    void watch(Alarms alarms) {
        for (TableV2 table : List.of(whitelist, certificates, coordination)) {
            String id = table.getNode().getId();
            Map<String, String> dimensions = Map.of("TableName", table.getTableName());
            for (String way : List.of("Read", "Write")) {
                alarms.above(
                        id + way + "Throttles",
                        id + " throttles: its cap (tables.most-" + way.toLowerCase(Locale.ROOT)
                                + "-units) or a hot key",
                        0,
                        Alarms.metric("AWS/DynamoDB", way + "ThrottleEvents", "Sum", dimensions));
            }
        }
    }
}
