package dev.anyhost.verifier.whitelist;

import dev.anyhost.domain.Hostname;
import java.net.URI;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;

/**
 * The hostnames that customers registered, in one DynamoDB table keyed by hostname.
 *
 * <p>Nothing is ever scanned: lists follow an index by tenant, or one that spreads all hostnames over 16 parts. Every
 * request blocks for at most 1.8 s, and any failure of the SDK is an {@code Unreachable}.
 */
public final class Whitelist implements AutoCloseable {

    private static final String NOT_THERE = "attribute_not_exists(" + DomainItem.HOSTNAME + ")";

    private final DynamoDbClient dynamo;
    private final String table;
    private final InstantSource clock;

    /** Takes over the client: {@link #close} closes it. */
    public Whitelist(DynamoDbClient dynamo, String table, InstantSource clock) {
        this.dynamo = dynamo;
        this.table = table;
        this.clock = clock;
    }

    /** A whitelist with a client of its own, which connects when first used. */
    public static Whitelist open(WhitelistSettings settings, InstantSource clock) {
        return new Whitelist(WhitelistClient.open(settings), settings.table(), clock);
    }

    /**
     * Looks at the table.
     *
     * @param create whether a missing table is created, for development
     */
    public TableCheck check(boolean create) {
        return new WhitelistTable(dynamo, table).check(create);
    }

    /** One eventually consistent GetItem: what a domain's change takes to be seen is less than any verdict's max-age. */
    public FindResult find(Hostname hostname) {
        return find(hostname, false);
    }

    private FindResult find(Hostname hostname, boolean consistent) {
        try {
            var response = dynamo.getItem(request ->
                    request.tableName(table).key(DomainItem.key(hostname)).consistentRead(consistent));
            return response.hasItem() ? found(response.item()) : new FindResult.Absent();
        } catch (SdkException failed) {
            return new FindResult.Unreachable(reason(table, failed));
        }
    }

    private static FindResult found(Map<String, AttributeValue> item) {
        return switch (DomainItem.read(item)) {
            case DomainItem.Read.Row(Domain domain) -> new FindResult.Found(domain);
            case DomainItem.Read.Damaged(String attribute) -> new FindResult.Unreadable(unreadable(item, attribute));
        };
    }

    /** Registers a hostname unless it is registered. */
    public AddResult add(Hostname hostname, String tenant, Optional<URI> origin, DomainStatus status) {
        var created = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        var domain = new Domain(hostname, tenant, origin, status, created, 1);
        String attempt = UUID.randomUUID().toString();
        try {
            dynamo.putItem(request -> request.tableName(table)
                    .item(DomainItem.write(domain, attempt))
                    .conditionExpression(NOT_THERE)
                    .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD));
            return new AddResult.Added(domain);
        } catch (ConditionalCheckFailedException there) {
            return DomainItem.isFromAttempt(there.item(), attempt)
                    ? new AddResult.Added(domain) // Our own write, whose answer was lost and which the SDK repeated.
                    : existing(there.item(), domain);
        } catch (SdkException failed) {
            return new AddResult.Unreachable(reason(table, failed));
        }
    }

    private static AddResult existing(Map<String, AttributeValue> item, Domain wanted) {
        return switch (DomainItem.read(item)) {
            case DomainItem.Read.Row(Domain there) ->
                there.isRegisteredAs(wanted.tenant(), wanted.origin())
                        ? new AddResult.AlreadyThere(there)
                        : new AddResult.Conflict(there);
            case DomainItem.Read.Damaged(String attribute) -> new AddResult.Unreadable(unreadable(item, attribute));
        };
    }

    /**
     * Removes what is registered now, and only that: a registration that follows in the same moment stays. (Looking
     * first also tells a removal whose answer was lost from one of nothing.)
     */
    public RemoveResult remove(Hostname hostname) {
        return switch (find(hostname, true)) {
            case FindResult.Found(Domain domain) -> remove(domain);
            case FindResult.Absent() -> new RemoveResult.Absent();
            case FindResult.Unreadable(String reason) -> new RemoveResult.Unreadable(reason);
            case FindResult.Unreachable(String reason) -> new RemoveResult.Unreachable(reason);
        };
    }

    /** Removes this registration and no other. */
    RemoveResult remove(Domain domain) {
        try {
            dynamo.deleteItem(request -> request.tableName(table)
                    .key(DomainItem.key(domain.hostname()))
                    .conditionExpression(DomainItem.UNCHANGED)
                    .expressionAttributeValues(DomainItem.asItWas(domain))
                    .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD));
            return new RemoveResult.Removed(domain);
        } catch (ConditionalCheckFailedException changed) {
            return changed.hasItem() ? new RemoveResult.Changed() : new RemoveResult.Removed(domain);
        } catch (SdkException failed) {
            return new RemoveResult.Unreachable(reason(table, failed));
        }
    }

    /**
     * One page of a tenant's domains in alphabetical order, or of everyone's in the order of the index's parts. Indexes
     * lag a moment behind the table.
     *
     * @param limit how many domains at most, from 1
     * @param after the {@code next} of the page before
     */
    public ListResult list(Optional<String> tenant, int limit, Optional<Hostname> after) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit: " + limit + " (expected: at least 1)");
        }
        var page = new PageBuilder(limit);
        try {
            if (tenant.isPresent()) {
                walk(WhitelistTable.BY_TENANT, DomainItem.TENANT, DomainItem.text(tenant.get()), after, page);
                return page.build();
            }
            int first = after.map(DomainItem::shardOf).orElse(0);
            for (int shard = first; shard < DomainItem.SHARDS && !page.isFull(); shard++) {
                var start = shard == first ? after : Optional.<Hostname>empty();
                walk(WhitelistTable.BY_SHARD, DomainItem.SHARD, DomainItem.number(shard), start, page);
            }
            return page.build();
        } catch (SdkException failed) {
            return new ListResult.Unreachable(reason(table, failed));
        }
    }

    private void walk(
            String index, String partition, AttributeValue value, Optional<Hostname> after, PageBuilder page) {
        Map<String, AttributeValue> start = after.map(hostname -> {
                    var key = new HashMap<>(DomainItem.key(hostname));
                    key.put(partition, value);
                    return Map.copyOf(key);
                })
                .orElse(Map.of());
        do {
            Map<String, AttributeValue> from = start;
            QueryResponse response = dynamo.query(request -> request.tableName(table)
                    .indexName(index)
                    .keyConditionExpression("#partition = :partition")
                    .expressionAttributeNames(Map.of("#partition", partition))
                    .expressionAttributeValues(Map.of(":partition", value))
                    .exclusiveStartKey(from.isEmpty() ? null : from)
                    .limit(page.room()));
            response.items().forEach(page::add);
            start = response.lastEvaluatedKey();
        } while (!start.isEmpty() && !page.isFull());
    }

    /** Closes the client. */
    @Override
    public void close() {
        dynamo.close();
    }

    private static String unreadable(Map<String, AttributeValue> item, String attribute) {
        return "the row of " + DomainItem.storedHostname(item) + " has no usable " + attribute;
    }

    /** What failed, without the SDK's own message: that may quote requests. */
    static String reason(String table, SdkException failed) {
        String name = failed.getClass().getSimpleName();
        String code = failed instanceof AwsServiceException service && service.awsErrorDetails() != null
                ? " " + service.awsErrorDetails().errorCode()
                : "";
        return "table " + table + ": " + name + code;
    }

    /** Gathers rows until there are as many as were asked for. */
    private static final class PageBuilder {
        private final int limit;
        private final List<Domain> domains = new ArrayList<>();
        private final List<String> unreadable = new ArrayList<>();
        private Optional<Hostname> last = Optional.empty();

        PageBuilder(int limit) {
            this.limit = limit;
        }

        int room() {
            return limit - domains.size();
        }

        boolean isFull() {
            return room() == 0;
        }

        void add(Map<String, AttributeValue> item) {
            switch (DomainItem.read(item)) {
                case DomainItem.Read.Row(Domain domain) -> {
                    domains.add(domain);
                    last = Optional.of(domain.hostname());
                }
                case DomainItem.Read.Damaged _ -> unreadable.add(DomainItem.storedHostname(item));
            }
        }

        ListResult.Page build() {
            return new ListResult.Page(domains, unreadable, isFull() ? last : Optional.empty());
        }
    }
}
