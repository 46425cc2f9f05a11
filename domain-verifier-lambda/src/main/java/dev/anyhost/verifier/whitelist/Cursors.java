package dev.anyhost.verifier.whitelist;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The cursor's row, at a key that no hostname has. */
final class Cursors {

    private static final Logger LOG = LoggerFactory.getLogger(Cursors.class);
    private static final String KEY = "cursor#changes";
    private static final String AT = "at";
    private static final String SEEN = "seen";
    private static final String VERSION = "version";

    /** A row holds 400 KB; what is more is taken over again, with the same ids. */
    private static final int MOST_SEEN = 5_000;

    private final DynamoDbClient dynamo;
    private final String table;

    Cursors(DynamoDbClient dynamo, String table) {
        this.dynamo = dynamo;
        this.table = table;
    }

    Optional<Cursor> find() {
        try {
            var response = dynamo.getItem(request -> request.tableName(table)
                    .key(Map.of(DomainItem.HOSTNAME, Row.text(KEY)))
                    .consistentRead(true));
            return Optional.of(response.hasItem() ? read(response.item()) : new Cursor(Optional.empty(), Set.of(), 0));
        } catch (SdkException failed) {
            LOG.warn("{}", Whitelist.reason(table, failed));
            return Optional.empty();
        }
    }

    private static Cursor read(Map<String, AttributeValue> item) {
        var row = new Row(item);
        AttributeValue seen = item.get(SEEN);
        return new Cursor(row.optionalSeconds(AT), seen == null ? Set.of() : Set.copyOf(seen.ss()), row.count(VERSION));
    }

    boolean move(Cursor from, Instant at, Set<String> seen) {
        Map<String, AttributeValue> item = new HashMap<>();
        item.put(DomainItem.HOSTNAME, Row.text(KEY));
        item.put(AT, Row.seconds(at));
        item.put(VERSION, Row.number(from.version() + 1));
        if (!seen.isEmpty()) {
            item.put(SEEN, AttributeValue.fromSs(seen.stream().limit(MOST_SEEN).toList()));
        }
        try {
            dynamo.putItem(request -> request.tableName(table)
                    .item(item)
                    .conditionExpression("attribute_not_exists(#version) OR #version = :version")
                    .expressionAttributeNames(Map.of("#version", VERSION))
                    .expressionAttributeValues(Map.of(":version", Row.number(from.version()))));
            return true;
        } catch (SdkException notMoved) {
            LOG.debug("{}", Whitelist.reason(table, notMoved), notMoved);
            return false;
        }
    }
}
