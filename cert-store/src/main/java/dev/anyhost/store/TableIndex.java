package dev.anyhost.store;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CreateGlobalSecondaryIndexAction;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.Projection;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;

/**
 * A global secondary index over {@link Shards}, so that everything can be gone through without a scan. Items without
 * both of its keys are not in it.
 *
 * @param shard the partition key, text
 * @param order the sort key, a number
 * @param projected what else a look into the index gives
 */
record TableIndex(String name, String shard, String order, List<String> projected) {

    /** For a table that is made. */
    GlobalSecondaryIndex shape() {
        return GlobalSecondaryIndex.builder()
                .indexName(name)
                .keySchema(keys())
                .projection(projection())
                .build();
    }

    /** For a table that there is. */
    CreateGlobalSecondaryIndexAction added() {
        return CreateGlobalSecondaryIndexAction.builder()
                .indexName(name)
                .keySchema(keys())
                .projection(projection())
                .build();
    }

    private List<KeySchemaElement> keys() {
        return List.of(
                KeySchemaElement.builder()
                        .attributeName(shard)
                        .keyType(KeyType.HASH)
                        .build(),
                KeySchemaElement.builder()
                        .attributeName(order)
                        .keyType(KeyType.RANGE)
                        .build());
    }

    private Projection projection() {
        return Projection.builder()
                .projectionType(ProjectionType.INCLUDE)
                .nonKeyAttributes(projected)
                .build();
    }

    /** What is in one part up to an instant, the earliest first: one query. */
    List<Map<String, AttributeValue>> upTo(DynamoTable table, String part, Instant last, int limit) {
        return table.dynamo()
                .query(request -> request.tableName(table.name())
                        .indexName(name)
                        .keyConditionExpression("#shard = :shard AND #order <= :last")
                        .expressionAttributeNames(Map.of("#shard", shard, "#order", order))
                        .expressionAttributeValues(
                                Map.of(":shard", Attributes.text(part), ":last", Attributes.seconds(last)))
                        .limit(limit))
                .items();
    }
}
