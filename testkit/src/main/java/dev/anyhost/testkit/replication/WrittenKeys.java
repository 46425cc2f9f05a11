package dev.anyhost.testkit.replication;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** Which items of one table a request writes. */
record WrittenKeys(String table, String keyAttribute) {

    /** In the request's order; empty when it writes nothing to the table. */
    Set<AttributeValue> of(DynamoDbRequest request) {
        return keys(
                switch (request) {
                    case PutItemRequest put -> here(put.tableName(), put.item());
                    case UpdateItemRequest update -> here(update.tableName(), update.key());
                    case DeleteItemRequest delete -> here(delete.tableName(), delete.key());
                    case BatchWriteItemRequest batch -> batch(batch.requestItems());
                    case TransactWriteItemsRequest transaction ->
                        transaction.transactItems().stream().flatMap(this::part);
                    default -> Stream.empty();
                });
    }

    /** Those that a batch left for another call. */
    Set<AttributeValue> unprocessed(BatchWriteItemResponse answer) {
        return keys(batch(answer.unprocessedItems()));
    }

    private Set<AttributeValue> keys(Stream<Map<String, AttributeValue>> items) {
        return items.flatMap(item -> Stream.ofNullable(item.get(keyAttribute)))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private Stream<Map<String, AttributeValue>> here(String where, Map<String, AttributeValue> item) {
        return table.equals(where) ? Stream.of(item) : Stream.empty();
    }

    private Stream<Map<String, AttributeValue>> batch(Map<String, List<WriteRequest>> writes) {
        return writes.getOrDefault(table, List.of()).stream()
                .map(write -> write.putRequest() != null
                        ? write.putRequest().item()
                        : write.deleteRequest().key());
    }

    private Stream<Map<String, AttributeValue>> part(TransactWriteItem part) {
        if (part.put() != null) {
            return here(part.put().tableName(), part.put().item());
        }
        if (part.update() != null) {
            return here(part.update().tableName(), part.update().key());
        }
        return part.delete() != null
                ? here(part.delete().tableName(), part.delete().key())
                : Stream.empty();
    }
}
