package dev.anyhost.testkit.replication;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** A table of named things with values, in one region. */
record Things(DynamoDbClient dynamo, String table) {

    static final String FREE = "attribute_not_exists(id)";

    static Map<String, AttributeValue> key(String id) {
        return Map.of("id", AttributeValue.fromS(id));
    }

    static Map<String, AttributeValue> thing(String id, String value) {
        return Map.of("id", AttributeValue.fromS(id), "value", AttributeValue.fromS(value));
    }

    static Map<String, AttributeValue> coloured(String id, String value, String colour) {
        Map<String, AttributeValue> item = new HashMap<>(thing(id, value));
        item.put("colour", AttributeValue.fromS(colour));
        return item;
    }

    void put(String id, String value) {
        dynamo.putItem(put -> put.tableName(table).item(thing(id, value)));
    }

    void claim(String id, String value) {
        dynamo.putItem(put -> put.tableName(table).item(thing(id, value)).conditionExpression(FREE));
    }

    void setColour(String id, String colour) {
        dynamo.updateItem(update -> update.tableName(table)
                .key(key(id))
                .updateExpression("SET colour = :colour")
                .expressionAttributeValues(Map.of(":colour", AttributeValue.fromS(colour))));
    }

    void delete(String id) {
        dynamo.deleteItem(delete -> delete.tableName(table).key(key(id)));
    }

    Map<String, AttributeValue> get(String id) {
        return dynamo.getItem(get -> get.tableName(table).key(key(id)).consistentRead(true))
                .item();
    }

    /** All of them, by name. */
    Map<String, Map<String, AttributeValue>> all() {
        Map<String, Map<String, AttributeValue>> found = new HashMap<>();
        dynamo.scan(scan -> scan.tableName(table).consistentRead(true))
                .items()
                .forEach(item -> found.put(String.valueOf(item.get("id")), item));
        return found;
    }

    void batch(WriteRequest... writes) {
        dynamo.batchWriteItem(batch -> batch.requestItems(Map.of(table, List.of(writes))));
    }

    static WriteRequest putting(String id, String value) {
        return WriteRequest.builder()
                .putRequest(put -> put.item(thing(id, value)))
                .build();
    }

    static WriteRequest deleting(String id) {
        return WriteRequest.builder().deleteRequest(gone -> gone.key(key(id))).build();
    }

    TransactWriteItem claiming(String id, String value) {
        return TransactWriteItem.builder()
                .put(put -> put.tableName(table).item(thing(id, value)).conditionExpression(FREE))
                .build();
    }

    TransactWriteItem colouring(String id, String colour) {
        return TransactWriteItem.builder()
                .update(update -> update.tableName(table)
                        .key(key(id))
                        .updateExpression("SET colour = :colour")
                        .expressionAttributeValues(Map.of(":colour", AttributeValue.fromS(colour))))
                .build();
    }

    TransactWriteItem removing(String id) {
        return TransactWriteItem.builder()
                .delete(delete -> delete.tableName(table).key(key(id)))
                .build();
    }

    TransactWriteItem expecting(String id) {
        return TransactWriteItem.builder()
                .conditionCheck(
                        check -> check.tableName(table).key(key(id)).conditionExpression("attribute_exists(id)"))
                .build();
    }
}
