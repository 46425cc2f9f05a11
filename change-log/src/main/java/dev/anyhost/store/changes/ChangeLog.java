package dev.anyhost.store.changes;

import dev.anyhost.domain.Hostname;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * Changes as rows of the coordination table, in one bucket for each minute of the writer's clock. Readers query the
 * buckets of the last minutes again and again, so that neither a slow write nor a clock that is minutes off hides a
 * change, and tell rows that they know by their ids. (DynamoDB Streams serve about two readers, not a fleet.)
 *
 * <p>Methods block, {@link #publish} for one call and {@link #since} for one or more a bucket; any thread may call them.
 */
public final class ChangeLog {

    /** How far back a reader looks each time: writers' clocks may be so much behind. */
    public static final Duration LOOK_BACK = Duration.ofMinutes(10);

    /** How many changes are told in one call. */
    public static final int MOST_AT_ONCE = 25;

    private static final String SUBJECT = "subject";
    private static final String KIND = "kind";
    private static final String EXPIRES = "expires";
    private static final String CHANGED = "changed";
    private static final String AT = "changed_at";
    private static final String HOSTNAME = "changed_hostname";
    private static final String CODE = "changed_code";
    private static final String MESSAGE = "changed_message";
    private static final String SERVED = "changed_served";
    private static final long BUCKET_SECONDS = 60;

    /** Rows outlive the longest silence after which a reader still catches up. */
    private static final Duration KEPT = Duration.ofDays(2);

    private final DynamoDbClient dynamo;
    private final String table;
    private final InstantSource clock;

    /** @param table the coordination table, keyed by {@code subject} and {@code kind} */
    public ChangeLog(DynamoDbClient dynamo, String table, InstantSource clock) {
        this.dynamo = dynamo;
        this.table = table;
        this.clock = clock;
    }

    /** Tells all instances. */
    public PublishResult publish(Change change) {
        Map<String, AttributeValue> row = row(change);
        try {
            dynamo.putItem(request -> request.tableName(table).item(row));
            return new PublishResult.Published();
        } catch (SdkException failed) {
            return new PublishResult.Unreachable(reason(failed));
        }
    }

    /**
     * Tells all instances of several changes in one call: of all of them, or nobody knows of which.
     *
     * @param changes 1 to {@link #MOST_AT_ONCE}
     */
    public PublishResult publish(List<Change> changes) {
        List<WriteRequest> rows = changes.stream()
                .map(change -> WriteRequest.builder()
                        .putRequest(put -> put.item(row(change)))
                        .build())
                .toList();
        try {
            boolean whole = dynamo.batchWriteItem(request -> request.requestItems(Map.of(table, rows)))
                    .unprocessedItems()
                    .isEmpty();
            return whole
                    ? new PublishResult.Published()
                    : new PublishResult.Unreachable("table " + table + ": it took some of " + rows.size() + " rows");
        } catch (SdkException failed) {
            return new PublishResult.Unreachable(reason(failed));
        }
    }

    private Map<String, AttributeValue> row(Change change) {
        Instant now = clock.instant();
        Map<String, AttributeValue> row = new HashMap<>();
        row.put(SUBJECT, AttributeValue.fromS(bucket(now.getEpochSecond() / BUCKET_SECONDS)));
        row.put(KIND, AttributeValue.fromS(UUID.randomUUID().toString()));
        row.put(CHANGED, AttributeValue.fromS(change.kind().label()));
        row.put(HOSTNAME, AttributeValue.fromS(change.hostname().value()));
        row.put(AT, seconds(now));
        row.put(EXPIRES, seconds(now.plus(KEPT)));
        change.cause().ifPresent(cause -> {
            row.put(CODE, AttributeValue.fromS(cause.code()));
            row.put(MESSAGE, AttributeValue.fromS(cause.message()));
            row.put(SERVED, AttributeValue.fromBool(cause.served()));
        });
        return row;
    }

    /** All changes since about {@code from}, and those from the clocks that are ahead by a minute. */
    public ChangesSince since(Instant from) {
        long last = clock.instant().getEpochSecond() / BUCKET_SECONDS + 1;
        List<ChangesSince.Entry> entries = new ArrayList<>();
        try {
            for (long minute = from.getEpochSecond() / BUCKET_SECONDS; minute <= last; minute++) {
                read(bucket(minute), entries);
            }
            return new ChangesSince.Read(entries);
        } catch (SdkException failed) {
            return new ChangesSince.Unreachable(reason(failed));
        }
    }

    private void read(String bucket, List<ChangesSince.Entry> entries) {
        Map<String, AttributeValue> start = Map.of();
        do {
            Map<String, AttributeValue> from = start;
            QueryResponse page = dynamo.query(request -> request.tableName(table)
                    .keyConditionExpression("subject = :bucket")
                    .expressionAttributeValues(Map.of(":bucket", AttributeValue.fromS(bucket)))
                    .exclusiveStartKey(from.isEmpty() ? null : from));
            page.items().forEach(row -> read(row, entries));
            start = page.lastEvaluatedKey();
        } while (!start.isEmpty());
    }

    /** Total: a row of another release, or a spoilt one, is passed over. */
    private static void read(Map<String, AttributeValue> row, List<ChangesSince.Entry> entries) {
        var kind = Change.Kind.parse(text(row, CHANGED));
        var hostname = Hostname.parse(text(row, HOSTNAME));
        Optional<Instant> at = instant(row);
        if (kind.isPresent() && hostname.isPresent() && at.isPresent()) {
            entries.add(new ChangesSince.Entry(
                    text(row, KIND), at.get(), new Change(kind.get(), hostname.get(), cause(row))));
        }
    }

    private static Optional<Change.Cause> cause(Map<String, AttributeValue> row) {
        AttributeValue served = row.get(SERVED);
        return Optional.of(text(row, CODE))
                .filter(code -> !code.isEmpty())
                .map(code -> new Change.Cause(
                        code, text(row, MESSAGE), served != null && Boolean.TRUE.equals(served.bool())));
    }

    private static AttributeValue seconds(Instant at) {
        return AttributeValue.fromN(Long.toString(at.getEpochSecond()));
    }

    private static Optional<Instant> instant(Map<String, AttributeValue> row) {
        AttributeValue value = row.get(AT);
        return value == null || value.n() == null || !value.n().matches("[0-9]{1,11}")
                ? Optional.empty()
                : Optional.of(Instant.ofEpochSecond(Long.parseLong(value.n())));
    }

    private static String text(Map<String, AttributeValue> row, String name) {
        AttributeValue value = row.get(name);
        return value == null || value.s() == null ? "" : value.s();
    }

    private static String bucket(long minute) {
        return "changes#" + minute;
    }

    private String reason(SdkException failed) {
        return "table " + table + ": " + failed.getClass().getSimpleName() + ": " + failed.getMessage();
    }
}
