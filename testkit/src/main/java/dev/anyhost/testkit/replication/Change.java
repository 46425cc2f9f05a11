package dev.anyhost.testkit.replication;

import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * What a write made of one item.
 *
 * @param item the whole item; empty when the write deleted it
 * @param stamp greater than that of every earlier write to the table, in any region
 */
record Change(String from, AttributeValue key, Map<String, AttributeValue> item, long stamp) {

    @Override
    public String toString() {
        return stamp + ": " + (item.isEmpty() ? "delete " : "put ") + key + " from " + from;
    }
}
