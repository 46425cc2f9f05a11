package dev.anyhost.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexUpdate;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;
import software.amazon.awssdk.services.dynamodb.waiters.DynamoDbWaiter;

/**
 * How a table is keyed, and which attribute makes its rows vanish.
 *
 * @param keys the partition key and, if there is one, the sort key; both text
 * @param index for going through what is in the table. A later release may want another one: it is added to a table that
 *     has none such, and filled by DynamoDB while the table is in use
 */
record TableShape(List<String> keys, Optional<String> timeToLive, TableIndex index) {

    static final TableShape CERTIFICATES = new TableShape(
            List.of(CertificateItem.HOSTNAME), Optional.of(CoordinationKey.EXPIRES), CertificateItem.BY_DUE);
    static final TableShape COORDINATION = new TableShape(
            List.of(CoordinationKey.SUBJECT, CoordinationKey.KIND),
            Optional.of(CoordinationKey.EXPIRES),
            FailureRow.BY_RETRY);

    private static final int LOOKS = 120;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);

    /** What happens before a proxy is ready is in no visitor's way. */
    private static final AwsRequestOverrideConfiguration PATIENT = AwsRequestOverrideConfiguration.builder()
            .apiCallTimeout(Duration.ofSeconds(10))
            .apiCallAttemptTimeout(Duration.ofSeconds(5))
            .build();

    /** Why the table can't be used; empty when it can. */
    Optional<String> problem(DynamoTable table, boolean create) {
        try {
            if (create) {
                createIfAbsent(table);
            }
            TableDescription found = describe(table);
            Optional<String> problem = problem(table, found);
            if (problem.isPresent()) {
                return problem;
            }
            if (create) {
                // In this order, since DynamoDB Local adds none to a table with rows that expire.
                addIndexIfAbsent(table, found);
                expireRows(table);
                return Optional.empty();
            }
            return hasIndex(found)
                    ? Optional.empty()
                    : Optional.of("table " + table.name() + ": index " + index.name()
                            + " missing (store.create-tables: true would add it)");
        } catch (ResourceNotFoundException missing) {
            return Optional.of("table " + table.name() + ": missing (store.create-tables: true would create it)");
        } catch (SdkException failed) {
            return Optional.of(table.unreachable(failed));
        }
    }

    private static TableDescription describe(DynamoTable table) {
        return table.dynamo()
                .describeTable(request -> request.tableName(table.name()).overrideConfiguration(PATIENT))
                .table();
    }

    private Optional<String> problem(DynamoTable table, TableDescription found) {
        List<String> foundKeys =
                found.keySchema().stream().map(KeySchemaElement::attributeName).toList();
        if (!foundKeys.equals(keys)) {
            return Optional.of("table " + table.name() + ": keyed by " + foundKeys + " (expected: " + keys + ")");
        }
        boolean usable = found.tableStatus() == TableStatus.ACTIVE || found.tableStatus() == TableStatus.UPDATING;
        return usable ? Optional.empty() : Optional.of("table " + table.name() + ": " + found.tableStatusAsString());
    }

    private boolean hasIndex(TableDescription found) {
        return found.globalSecondaryIndexes().stream()
                .anyMatch(known -> index.name().equals(known.indexName()));
    }

    /** Doesn't wait until it is filled, which takes DynamoDB minutes or hours: a proxy serves meanwhile. */
    private void addIndexIfAbsent(DynamoTable table, TableDescription found) {
        if (hasIndex(found)) {
            return;
        }
        List<AttributeDefinition> attributes = new ArrayList<>(found.attributeDefinitions());
        Stream.of(attribute(index.shard(), ScalarAttributeType.S), attribute(index.order(), ScalarAttributeType.N))
                .filter(attribute -> !attributes.contains(attribute))
                .forEach(attributes::add);
        try {
            table.dynamo()
                    .updateTable(request -> request.tableName(table.name())
                            .attributeDefinitions(attributes)
                            .globalSecondaryIndexUpdates(List.of(GlobalSecondaryIndexUpdate.builder()
                                    .create(index.added())
                                    .build()))
                            .overrideConfiguration(PATIENT));
        } catch (DynamoDbException refused) {
            // Another proxy is adding it, for which there are several exceptions; or it can't be added.
            if (!hasIndex(describe(table))) {
                throw refused;
            }
        }
    }

    private void createIfAbsent(DynamoTable table) {
        try {
            describe(table);
        } catch (ResourceNotFoundException missing) {
            create(table);
        }
        try (DynamoDbWaiter waiter =
                DynamoDbWaiter.builder().client(table.dynamo()).build()) {
            waiter.waitUntilTableExists(
                    request -> request.tableName(table.name()).overrideConfiguration(PATIENT),
                    waiting -> waiting.maxAttempts(LOOKS)
                            .backoffStrategyV2(BackoffStrategy.fixedDelayWithoutJitter(BETWEEN_LOOKS)));
        }
    }

    private void create(DynamoTable table) {
        List<AttributeDefinition> attributes = new ArrayList<>();
        List<KeySchemaElement> schema = new ArrayList<>();
        for (String key : keys) {
            attributes.add(attribute(key, ScalarAttributeType.S));
            schema.add(KeySchemaElement.builder()
                    .attributeName(key)
                    .keyType(schema.isEmpty() ? KeyType.HASH : KeyType.RANGE)
                    .build());
        }
        attributes.add(attribute(index.shard(), ScalarAttributeType.S));
        attributes.add(attribute(index.order(), ScalarAttributeType.N));
        try {
            table.dynamo()
                    .createTable(request -> request.tableName(table.name())
                            .billingMode(BillingMode.PAY_PER_REQUEST)
                            .attributeDefinitions(attributes)
                            .keySchema(schema)
                            .globalSecondaryIndexes(index.shape())
                            .overrideConfiguration(PATIENT));
        } catch (ResourceInUseException raced) {
            // Another proxy creates it: waiting for it is all that is left.
            return;
        }
    }

    private static AttributeDefinition attribute(String name, ScalarAttributeType type) {
        return AttributeDefinition.builder()
                .attributeName(name)
                .attributeType(type)
                .build();
    }

    private void expireRows(DynamoTable table) {
        if (timeToLive.isEmpty() || expiresRows(table)) {
            return;
        }
        try {
            table.dynamo()
                    .updateTimeToLive(request -> request.tableName(table.name())
                            .timeToLiveSpecification(ttl -> ttl.enabled(true).attributeName(timeToLive.get()))
                            .overrideConfiguration(PATIENT));
        } catch (DynamoDbException refused) {
            // There is no exception of its own for "enabled already", by another proxy a moment ago.
            if (!expiresRows(table)) {
                throw refused;
            }
        }
    }

    private static boolean expiresRows(DynamoTable table) {
        TimeToLiveStatus status = table.dynamo()
                .describeTimeToLive(request -> request.tableName(table.name()).overrideConfiguration(PATIENT))
                .timeToLiveDescription()
                .timeToLiveStatus();
        return status == TimeToLiveStatus.ENABLED || status == TimeToLiveStatus.ENABLING;
    }
}
