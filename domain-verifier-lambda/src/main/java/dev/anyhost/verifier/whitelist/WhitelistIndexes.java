package dev.anyhost.verifier.whitelist;

import dev.anyhost.domain.Hostname;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.onboarding.Removed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;

/**
 * Reads the whitelist by its indexes. They have keys only, so that a check, which changes a row but not where it is listed,
 * doesn't pay for writing it four times; rows are then read in batches.
 */
final class WhitelistIndexes {

    /** The most that BatchGetItem takes. */
    private static final int BATCH = 100;

    /** How many rows one page looks at in search of a status. */
    private static final int LOOKED_AT = 1_000;

    private final DynamoDbClient dynamo;
    private final String table;

    WhitelistIndexes(DynamoDbClient dynamo, String table) {
        this.dynamo = dynamo;
        this.table = table;
    }

    /** An index over what is due: its name, its partition's attribute and its order's. */
    enum DueIndex {
        CHECK(WhitelistTable.BY_CHECK, DomainItem.CHECK_SHARD, DomainItem.NEXT_CHECK),
        DELIVERY(WhitelistTable.BY_OUTBOX, DomainItem.OUTBOX_SHARD, DomainItem.OUTBOX_DUE);

        private final String index;
        private final String shard;
        private final String due;

        DueIndex(String index, String shard, String due) {
            this.index = index;
            this.shard = shard;
            this.due = due;
        }

        private Map<String, AttributeValue> start(int part, DueResult.Position position) {
            return Map.of(
                    shard,
                    Row.number(part),
                    due,
                    Row.seconds(position.due()),
                    DomainItem.HOSTNAME,
                    Row.text(position.hostname()));
        }

        private DueResult.Position position(Map<String, AttributeValue> item) {
            return new DueResult.Position(DomainItem.storedHostname(item), new Row(item).seconds(due));
        }
    }

    /** One query, whatever the table's size. */
    DueResult due(DueIndex index, DuePage page) {
        try {
            QueryResponse response = dynamo.query(request -> request.tableName(table)
                    .indexName(index.index)
                    .keyConditionExpression("#shard = :shard AND #due <= :now")
                    .expressionAttributeNames(Map.of("#shard", index.shard, "#due", index.due))
                    .expressionAttributeValues(
                            Map.of(":shard", Row.number(page.shard()), ":now", Row.seconds(page.now())))
                    .exclusiveStartKey(page.after()
                            .map(after -> index.start(page.shard(), after))
                            .orElse(null))
                    .limit(page.limit()));
            return new DueResult.Due(
                    response.items().stream()
                            .flatMap(item -> Hostname.parse(DomainItem.storedHostname(item)).stream())
                            .toList(),
                    response.lastEvaluatedKey().isEmpty()
                            ? Optional.empty()
                            : Optional.of(index.position(response.lastEvaluatedKey())));
        } catch (SdkException failed) {
            return new DueResult.Unreachable(Whitelist.reason(table, failed));
        }
    }

    ListResult list(Optional<String> tenant, Optional<DomainStatus> status, int limit, Optional<Hostname> after) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit: " + limit + " (expected: at least 1)");
        }
        var page = new Page(status, limit);
        try {
            if (tenant.isPresent()) {
                walk(WhitelistTable.BY_TENANT, DomainItem.TENANT, Row.text(tenant.get()), after, page);
                return page.build();
            }
            int first = after.map(DomainItem::shardOf).orElse(0);
            for (int shard = first; shard < DomainItem.SHARDS && !page.isFull(); shard++) {
                var start = shard == first ? after : Optional.<Hostname>empty();
                walk(WhitelistTable.BY_SHARD, DomainItem.SHARD, Row.number(shard), start, page);
            }
            return page.build();
        } catch (SdkException failed) {
            return new ListResult.Unreachable(Whitelist.reason(table, failed));
        }
    }

    private void walk(String index, String partition, AttributeValue value, Optional<Hostname> after, Page page) {
        Map<String, AttributeValue> start = after.map(hostname -> {
                    var key = new HashMap<>(DomainItem.key(hostname));
                    key.put(partition, value);
                    return Map.copyOf(key);
                })
                .orElse(Map.of());
        do {
            Map<String, AttributeValue> from = start;
            QueryResponse response = dynamo.query(QueryRequest.builder()
                    .tableName(table)
                    .indexName(index)
                    .keyConditionExpression("#partition = :partition")
                    .expressionAttributeNames(Map.of("#partition", partition))
                    .expressionAttributeValues(Map.of(":partition", value))
                    .exclusiveStartKey(from.isEmpty() ? null : from)
                    .limit(Math.min(BATCH, page.room()))
                    .build());
            List<String> hostnames =
                    response.items().stream().map(DomainItem::storedHostname).toList();
            Map<String, Map<String, AttributeValue>> rows = rows(hostnames);
            hostnames.forEach(hostname -> page.add(hostname, rows.getOrDefault(hostname, Map.of())));
            start = response.lastEvaluatedKey();
        } while (!start.isEmpty() && !page.isFull());
    }

    private Map<String, Map<String, AttributeValue>> rows(List<String> hostnames) {
        Map<String, Map<String, AttributeValue>> rows = new HashMap<>();
        Map<String, KeysAndAttributes> wanted = hostnames.isEmpty()
                ? Map.of()
                : Map.of(
                        table,
                        KeysAndAttributes.builder()
                                .keys(hostnames.stream()
                                        .map(hostname -> Map.of(DomainItem.HOSTNAME, Row.text(hostname)))
                                        .toList())
                                .build());
        while (!wanted.isEmpty()) {
            var asked = wanted;
            var response = dynamo.batchGetItem(request -> request.requestItems(asked));
            response.responses()
                    .getOrDefault(table, List.of())
                    .forEach(row -> rows.put(DomainItem.storedHostname(row), row));
            wanted = response.unprocessedKeys();
        }
        return rows;
    }

    /** Gathers rows until there are as many as were asked for, or as many were looked at as one page may. */
    private static final class Page {
        private final Optional<DomainStatus> status;
        private final int limit;
        private final List<Domain> domains = new ArrayList<>();
        private final List<String> unreadable = new ArrayList<>();
        private int lookedAt;
        private Optional<Hostname> last = Optional.empty();

        Page(Optional<DomainStatus> status, int limit) {
            this.status = status;
            this.limit = limit;
        }

        int room() {
            return limit - domains.size();
        }

        boolean isFull() {
            return room() == 0 || lookedAt >= LOOKED_AT;
        }

        /** @param row empty when it went away since the index was read */
        void add(String hostname, Map<String, AttributeValue> row) {
            lookedAt++;
            last = Hostname.parse(hostname).or(() -> last);
            if (row.isEmpty()) {
                return;
            }
            switch (DomainItem.read(row)) {
                case DomainItem.Read.Row(Domain domain) -> {
                    if (status.isEmpty() || status.get() == domain.status()) {
                        domains.add(domain);
                    }
                }
                case DomainItem.Read.Row(Removed _) -> {
                    // The index lags behind.
                }
                case DomainItem.Read.Damaged _ -> unreadable.add(hostname);
            }
        }

        ListResult.Page build() {
            return new ListResult.Page(domains, unreadable, isFull() ? last : Optional.empty());
        }
    }
}
