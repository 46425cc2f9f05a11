package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;

/**
 * What an index lists, part by part and page by page: any number takes the same memory, and nothing is scanned. Lines that
 * can't be read are passed over.
 *
 * @param keyOf the table's key of a hostname's row
 * @param hostnameOf the same the other way round
 */
record IndexPages<T>(
        TableIndex index,
        Function<Hostname, Map<String, AttributeValue>> keyOf,
        Function<Map<String, AttributeValue>, Optional<Hostname>> hostnameOf,
        Function<Map<String, AttributeValue>, Optional<T>> lineOf) {

    /** As many as an answer of 1 MiB holds of the shorter lines. */
    private static final int WALKED = 5_000;

    /** One page: one query, and one more for each part that ends on it. */
    ListPage<T> page(DynamoTable table, ListRange range, int limit) {
        List<T> lines = new ArrayList<>();
        try {
            int part = range.after()
                    .map(cursor -> Shards.ALL.indexOf(cursor.part()))
                    .orElse(0);
            Map<String, AttributeValue> start =
                    range.after().map(this::startAfter).orElse(Map.of());
            while (part < Shards.ALL.size()) {
                QueryResponse answer =
                        query(table, new Part(Shards.ALL.get(part), range.until(), start), limit - lines.size());
                answer.items().forEach(line -> lineOf.apply(line).ifPresent(lines::add));
                start = answer.lastEvaluatedKey();
                Optional<ListCursor> next = cursor(start);
                if (lines.size() >= limit && next.isPresent()) {
                    return new ListPage.Lines<>(lines, next);
                }
                part += start.isEmpty() ? 1 : 0;
            }
            return new ListPage.Lines<>(lines, Optional.empty());
        } catch (SdkException failed) {
            return new ListPage.Unreachable<>(table.unreachable(failed));
        }
    }

    /** Shows every line. */
    StoreEffect walk(DynamoTable table, Consumer<T> visitor) {
        Optional<ListRange> range = Optional.of(ListRange.ALL);
        while (range.isPresent()) {
            switch (page(table, range.get(), WALKED)) {
                case ListPage.Lines<T>(List<T> lines, Optional<ListCursor> next) -> {
                    lines.forEach(visitor);
                    range = next.map(ListRange.ALL::from);
                }
                case ListPage.Unreachable<T>(String reason) -> {
                    return new StoreEffect.Unreachable(reason);
                }
            }
        }
        return new StoreEffect.Done();
    }

    private record Part(String name, Optional<Instant> until, Map<String, AttributeValue> start) {}

    private QueryResponse query(DynamoTable table, Part part, int limit) {
        Map<String, String> names = new HashMap<>(Map.of("#shard", index.shard()));
        Map<String, AttributeValue> values = new HashMap<>(Map.of(":shard", Attributes.text(part.name())));
        part.until().ifPresent(until -> {
            names.put("#order", index.order());
            values.put(":until", Attributes.seconds(until));
        });
        String condition = part.until().isPresent() ? "#shard = :shard AND #order <= :until" : "#shard = :shard";
        return table.dynamo()
                .query(request -> request.tableName(table.name())
                        .indexName(index.name())
                        .keyConditionExpression(condition)
                        .expressionAttributeNames(names)
                        .expressionAttributeValues(values)
                        .exclusiveStartKey(part.start().isEmpty() ? null : part.start())
                        .limit(Math.max(1, limit)));
    }

    private Map<String, AttributeValue> startAfter(ListCursor cursor) {
        Map<String, AttributeValue> key = new HashMap<>(keyOf.apply(cursor.hostname()));
        key.put(index.shard(), Attributes.text(cursor.part()));
        key.put(index.order(), Attributes.seconds(cursor.order()));
        return key;
    }

    private Optional<ListCursor> cursor(Map<String, AttributeValue> last) {
        return hostnameOf
                .apply(last)
                .flatMap(hostname -> Attributes.text(last, index.shard())
                        .flatMap(part -> Attributes.seconds(last, index.order())
                                .map(order -> new ListCursor(part, order, hostname))));
    }
}
