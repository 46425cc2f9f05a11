package dev.anyhost.verifier.whitelist;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Policy;
import dev.anyhost.verifier.onboarding.Application;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.onboarding.Entry;
import dev.anyhost.verifier.onboarding.Removed;
import java.math.BigInteger;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;

/**
 * The hostnames that customers registered, in one DynamoDB table keyed by hostname.
 *
 * <p>Nothing is ever scanned, and every change is conditional on the version that it was made of. Every request blocks for
 * at most 1.8 s, and any failure of the SDK is an {@code Unreachable}.
 */
public final class Whitelist implements AutoCloseable {

    /** How many parts the whitelist has for {@link #dueForCheck} and {@link #dueForDelivery}. */
    public static final int SHARDS = DomainItem.SHARDS;

    private static final String NOT_THERE = "attribute_not_exists(" + DomainItem.HOSTNAME + ")";
    private static final int TOKEN_BITS = 130;
    private static final int BASE_32 = 32;

    private final DynamoDbClient dynamo;
    private final String table;
    private final InstantSource clock;
    private final WhitelistIndexes indexes;

    /** Takes over the client: {@link #close} closes it. */
    public Whitelist(DynamoDbClient dynamo, String table, InstantSource clock) {
        this.dynamo = dynamo;
        this.table = table;
        this.clock = clock;
        this.indexes = new WhitelistIndexes(dynamo, table);
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

    /** What is there now, for who is about to change it. */
    public FindResult findConsistent(Hostname hostname) {
        return find(hostname, true);
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
            case DomainItem.Read.Row(Removed removed) -> new FindResult.Left(removed);
            case DomainItem.Read.Damaged(String attribute) -> new FindResult.Unreadable(unreadable(item, attribute));
        };
    }

    /** Registers a hostname, with the default policy, unless it is registered. */
    public AddResult add(Hostname hostname, String tenant, Optional<URI> origin, DomainStatus status) {
        return add(new Application(hostname, tenant, origin, Policy.DEFAULT), status);
    }

    /** Registers a hostname unless it is registered. */
    public AddResult add(Application application, DomainStatus status) {
        return add(application, status, Optional.empty());
    }

    /** @param left what was found to be left of the last registration; the row must be as it says, or not there at all */
    private AddResult add(Application application, DomainStatus status, Optional<Removed> left) {
        Instant now = clock.instant();
        Domain domain = application.accepted(status, token(), left, now);
        return switch (put(domain, left.map(Entry.class::cast))) {
            case Put.Done() -> new AddResult.Added(domain);
            case Put.Refused(Map<String, AttributeValue> there) -> occupied(there, application, status, left);
            case Put.Failed(String reason) -> new AddResult.Unreachable(reason);
        };
    }

    private AddResult occupied(
            Map<String, AttributeValue> item, Application application, DomainStatus status, Optional<Removed> left) {
        if (item.isEmpty()) {
            return new AddResult.Unreachable(
                    "table " + table + ": the row of " + application.hostname() + " expired in this moment: repeat it");
        }
        return switch (DomainItem.read(item)) {
            case DomainItem.Read.Row(Domain there) ->
                there.registration().isSameAs(application.tenant(), application.origin())
                        ? new AddResult.AlreadyThere(there)
                        : new AddResult.Conflict(there);
            case DomainItem.Read.Row(Removed removed) ->
                left.isEmpty()
                        ? add(application, status, Optional.of(removed))
                        : new AddResult.Unreachable("table " + table + ": " + application.hostname()
                                + " was registered and removed again in this moment: repeat it");
            case DomainItem.Read.Damaged(String attribute) -> new AddResult.Unreadable(unreadable(item, attribute));
        };
    }

    /**
     * Writes what became of an entry.
     *
     * @param before what was found
     * @param after of the next version
     */
    public UpdateResult update(Entry before, Entry after) {
        return switch (put(after, Optional.of(before))) {
            case Put.Done() -> new UpdateResult.Updated();
            case Put.Refused _ -> new UpdateResult.Changed();
            case Put.Failed(String reason) -> new UpdateResult.Unreachable(reason);
        };
    }

    /**
     * Removes what is registered now, and only that: a registration that follows in the same moment stays. What is left
     * of it keeps other tenants from having the name without a fresh proof, for {@link Removed#QUARANTINE}.
     */
    public RemoveResult remove(Hostname hostname) {
        return switch (findConsistent(hostname)) {
            case FindResult.Found(Domain domain) -> remove(domain);
            case FindResult.Absent(), FindResult.Left _ -> new RemoveResult.Absent();
            case FindResult.Unreadable(String reason) -> new RemoveResult.Unreadable(reason);
            case FindResult.Unreachable(String reason) -> new RemoveResult.Unreachable(reason);
        };
    }

    /** Removes this version of a domain. */
    public RemoveResult remove(Domain domain) {
        return switch (update(domain, domain.removed(clock.instant()))) {
            case UpdateResult.Updated() -> new RemoveResult.Removed(domain);
            case UpdateResult.Changed() -> new RemoveResult.Changed();
            case UpdateResult.Unreachable(String reason) -> new RemoveResult.Unreachable(reason);
        };
    }

    /** What became of writing a row. */
    private sealed interface Put {
        record Done() implements Put {}

        record Refused(Map<String, AttributeValue> there) implements Put {}

        record Failed(String reason) implements Put {}
    }

    private Put put(Entry entry, Optional<Entry> before) {
        String attempt = UUID.randomUUID().toString();
        PutItemRequest.Builder request = PutItemRequest.builder()
                .tableName(table)
                .item(DomainItem.write(entry, attempt))
                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD);
        before.ifPresentOrElse(
                old -> request.conditionExpression(DomainItem.UNCHANGED)
                        .expressionAttributeValues(DomainItem.asItWas(old)),
                () -> request.conditionExpression(NOT_THERE));
        try {
            dynamo.putItem(request.build());
            return new Put.Done();
        } catch (ConditionalCheckFailedException refused) {
            // Our own write may be what is there: its answer was lost, and the SDK repeated it.
            return DomainItem.isFromAttempt(refused.item(), attempt) ? new Put.Done() : new Put.Refused(refused.item());
        } catch (SdkException failed) {
            return new Put.Failed(reason(table, failed));
        }
    }

    /** A source of its own for each, so that no snapshot of a process repeats one. */
    private static String token() {
        return new BigInteger(TOKEN_BITS, new SecureRandom()).toString(BASE_32);
    }

    /**
     * One page of a tenant's domains in alphabetical order, or of everyone's in the order of the index's parts. Indexes
     * lag a moment behind the table.
     *
     * @param limit how many domains at most, from 1
     * @param after the {@code next} of the page before
     */
    public ListResult list(Optional<String> tenant, int limit, Optional<Hostname> after) {
        return list(tenant, Optional.empty(), limit, after);
    }

    /** The same, with a status that all of them have; a page may then have fewer domains than there are on the next. */
    public ListResult list(
            Optional<String> tenant, Optional<DomainStatus> status, int limit, Optional<Hostname> after) {
        return indexes.list(tenant, status, limit, after);
    }

    /**
     * Hostnames of one part whose next check is due. The index lags a moment behind the table.
     *
     * @param shard from 0 to below {@link #SHARDS}
     */
    public DueResult dueForCheck(int shard, Instant now, int limit) {
        return dueForCheck(new DuePage(shard, now, limit, Optional.empty()));
    }

    /** The same, page by page. */
    public DueResult dueForCheck(DuePage page) {
        return indexes.due(WhitelistIndexes.DueIndex.CHECK, page);
    }

    /** Hostnames of one part with an event whose next delivery is due; removed ones among them. */
    public DueResult dueForDelivery(int shard, Instant now, int limit) {
        return dueForDelivery(new DuePage(shard, now, limit, Optional.empty()));
    }

    /** The same, page by page. */
    public DueResult dueForDelivery(DuePage page) {
        return indexes.due(WhitelistIndexes.DueIndex.DELIVERY, page);
    }

    /** How far the change log's events are taken over; empty when the table couldn't be asked. */
    public Optional<Cursor> cursor() {
        return new Cursors(dynamo, table).find();
    }

    /**
     * Moves the cursor on.
     *
     * @param from what was found
     * @param seen the changes that are taken over and may be met again
     * @return false when somebody else moved it, or it can't be told
     */
    public boolean move(Cursor from, Instant at, Set<String> seen) {
        return new Cursors(dynamo, table).move(from, at, seen);
    }

    /** Whose domains they are, in the same table. */
    public Tenants tenants() {
        return new Tenants(dynamo, table);
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
}
