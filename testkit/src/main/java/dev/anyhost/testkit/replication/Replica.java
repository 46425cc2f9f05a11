package dev.anyhost.testkit.replication;

import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The table in one region, and how late the writes are that made its items. Guarded by its {@link GlobalTable}. */
final class Replica {

    private final DynamoDbClient dynamo;
    private final String table;
    private final String keyAttribute;
    private final Map<AttributeValue, Long> stamps = new HashMap<>();

    Replica(DynamoDbClient dynamo, String table, String keyAttribute) {
        this.dynamo = dynamo;
        this.table = table;
        this.keyAttribute = keyAttribute;
    }

    /** The item as it is now; empty when there is none. */
    Map<String, AttributeValue> read(AttributeValue key) {
        return dynamo.getItem(get ->
                        get.tableName(table).key(Map.of(keyAttribute, key)).consistentRead(true))
                .item();
    }

    /** Remembers a change that was made here. */
    void wrote(Change change) {
        stamps.put(change.key(), change.stamp());
    }

    /** Makes a change that was made elsewhere, unless a later one was made here or arrived before it. */
    void apply(Change change) {
        if (change.stamp() <= stamps.getOrDefault(change.key(), 0L)) {
            return;
        }
        if (change.item().isEmpty()) {
            dynamo.deleteItem(delete -> delete.tableName(table).key(Map.of(keyAttribute, change.key())));
        } else {
            dynamo.putItem(put -> put.tableName(table).item(change.item()));
        }
        stamps.put(change.key(), change.stamp());
    }
}
