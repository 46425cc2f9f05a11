package dev.anyhost.verifier.whitelist;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexDescription;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;

/** The table's shape: what it is checked against, and how it is created for development. */
final class WhitelistTable {

    /** All hostnames in {@link DomainItem#SHARDS} parts, each in alphabetical order. */
    static final String BY_SHARD = "by-shard";

    /** One tenant's hostnames in alphabetical order. */
    static final String BY_TENANT = "by-tenant";

    /** What is to be checked, by when it is due; in as many parts. */
    static final String BY_CHECK = "by-check";

    /** What has events to deliver, by when the next delivery is due; in as many parts. */
    static final String BY_OUTBOX = "by-outbox";

    /** AWS takes some seconds to create a table, DynamoDB Local none. */
    private static final Duration CREATION = Duration.ofMinutes(1);

    /** No visitor waits for these calls, and a start shouldn't fail on a slow one. */
    private static final Duration CALL = Duration.ofSeconds(6);

    private static final Duration ATTEMPT = Duration.ofSeconds(3);

    private final DynamoDbClient dynamo;
    private final String table;

    WhitelistTable(DynamoDbClient dynamo, String table) {
        this.dynamo = dynamo;
        this.table = table;
    }

    TableCheck check(boolean create) {
        try {
            return compare(dynamo.describeTable(
                            request -> request.tableName(table).overrideConfiguration(WhitelistTable::unhurried))
                    .table());
        } catch (ResourceNotFoundException missing) {
            return create ? create() : new TableCheck.NotReady("table " + table + " doesn't exist");
        } catch (SdkException failed) {
            return new TableCheck.NotReady(Whitelist.reason(table, failed));
        }
    }

    private TableCheck create() {
        try (var waiter = dynamo.waiter()) {
            createUnlessAnotherDoes();
            waiter.waitUntilTableExists(
                    request -> request.tableName(table), override -> override.waitTimeout(CREATION));
            expireWhatIsLeft();
            return check(false);
        } catch (SdkException failed) {
            return new TableCheck.NotReady(Whitelist.reason(table, failed));
        }
    }

    private void createUnlessAnotherDoes() {
        try {
            dynamo.createTable(shape());
        } catch (ResourceInUseException another) {
            // Two that start at once both find it missing; the waiter sees the other's.
        }
    }

    private void expireWhatIsLeft() {
        if (expires()) {
            return;
        }
        try {
            dynamo.updateTimeToLive(request -> request.tableName(table)
                    .timeToLiveSpecification(ttl -> ttl.enabled(true).attributeName(DomainItem.EXPIRES)));
        } catch (DynamoDbException refused) {
            // There is no exception of its own for "enabled already", by who created the table at the same time.
            if (!expires()) {
                throw refused;
            }
        }
    }

    private boolean expires() {
        return dynamo.describeTimeToLive(request -> request.tableName(table))
                        .timeToLiveDescription()
                        .timeToLiveStatus()
                != TimeToLiveStatus.DISABLED;
    }

    private CreateTableRequest shape() {
        return CreateTableRequest.builder()
                .tableName(table)
                .overrideConfiguration(WhitelistTable::unhurried)
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .attributeDefinitions(
                        attribute(DomainItem.HOSTNAME, ScalarAttributeType.S),
                        attribute(DomainItem.SHARD, ScalarAttributeType.N),
                        attribute(DomainItem.TENANT, ScalarAttributeType.S),
                        attribute(DomainItem.CHECK_SHARD, ScalarAttributeType.N),
                        attribute(DomainItem.NEXT_CHECK, ScalarAttributeType.N),
                        attribute(DomainItem.OUTBOX_SHARD, ScalarAttributeType.N),
                        attribute(DomainItem.OUTBOX_DUE, ScalarAttributeType.N))
                .keySchema(key(DomainItem.HOSTNAME, KeyType.HASH))
                .globalSecondaryIndexes(
                        index(BY_SHARD, DomainItem.SHARD, DomainItem.HOSTNAME),
                        index(BY_TENANT, DomainItem.TENANT, DomainItem.HOSTNAME),
                        index(BY_CHECK, DomainItem.CHECK_SHARD, DomainItem.NEXT_CHECK),
                        index(BY_OUTBOX, DomainItem.OUTBOX_SHARD, DomainItem.OUTBOX_DUE))
                .streamSpecification(
                        stream -> stream.streamEnabled(true).streamViewType(StreamViewType.NEW_AND_OLD_IMAGES))
                .build();
    }

    private static void unhurried(AwsRequestOverrideConfiguration.Builder limits) {
        limits.apiCallTimeout(CALL).apiCallAttemptTimeout(ATTEMPT);
    }

    private static GlobalSecondaryIndex index(String name, String partition, String sort) {
        return GlobalSecondaryIndex.builder()
                .indexName(name)
                .keySchema(key(partition, KeyType.HASH), key(sort, KeyType.RANGE))
                .projection(projection -> projection.projectionType(ProjectionType.KEYS_ONLY))
                .build();
    }

    private static KeySchemaElement key(String name, KeyType type) {
        return KeySchemaElement.builder().attributeName(name).keyType(type).build();
    }

    private static AttributeDefinition attribute(String name, ScalarAttributeType type) {
        return AttributeDefinition.builder()
                .attributeName(name)
                .attributeType(type)
                .build();
    }

    private TableCheck compare(TableDescription found) {
        if (!found.keySchema().equals(List.of(key(DomainItem.HOSTNAME, KeyType.HASH)))) {
            return new TableCheck.NotReady("table " + table + " has another key than " + DomainItem.HOSTNAME);
        }
        List<String> indexes = found.globalSecondaryIndexes().stream()
                .map(GlobalSecondaryIndexDescription::indexName)
                .toList();
        return Stream.of(BY_SHARD, BY_TENANT, BY_CHECK, BY_OUTBOX)
                .filter(index -> !indexes.contains(index))
                .findFirst()
                .<TableCheck>map(index -> new TableCheck.NotReady("table " + table + " has no index " + index))
                .orElseGet(TableCheck.Ready::new);
    }
}
