package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;

/**
 * Leases as rows that are updated and never deleted. DynamoDB counts tokens and renewals up itself: a claim that wins
 * gets the next token whatever was there before, and two threads of one holder can't write the same renewal twice, which
 * a challenger would take for silence.
 */
final class DynamoLeases implements IssuanceLeases {

    private static final String OWNER = "lease_owner";
    private static final String TOKEN = "fence_token";
    private static final String RENEWAL = "renewal";
    private static final String ORDER_URL = "order_url";
    private static final String ORDER_ISSUER = "order_issuer";

    private static final String FREE = "(attribute_not_exists(held) OR held = :false)";
    private static final String SILENT =
            "(lease_owner = :seen_owner AND fence_token = :seen_token AND renewal = :seen_renewal)";
    private static final String DUE = " AND (attribute_not_exists(retry_at) OR retry_at <= :now)";
    private static final String OURS = "lease_owner = :owner AND fence_token = :token AND held = :true";

    private static final IndexPages<FailedName> FAILURES = new IndexPages<>(
            FailureRow.BY_RETRY,
            hostname -> CoordinationKey.lease(hostname).attributes(),
            DynamoLeases::hostname,
            DynamoLeases::failure);

    private final DynamoTable table;
    private final LongSupplier nanos;
    private final InstantSource clock;

    DynamoLeases(DynamoTable table, LongSupplier nanos, InstantSource clock) {
        this.table = table;
        this.nanos = nanos;
        this.clock = clock;
    }

    @Override
    public ClaimResult claim(Hostname hostname, String owner) {
        return claim(hostname, owner, FREE, Map.of());
    }

    @Override
    public ClaimResult claimAfterWatching(LeaseWatch watch, String owner) {
        if (!watch.isOver(nanos.getAsLong())) {
            return continued(watch, claim(watch.hostname(), owner));
        }
        Map<String, AttributeValue> seen = Map.of(
                ":seen_owner", Attributes.text(watch.owner()),
                ":seen_token", Attributes.number(watch.token()),
                ":seen_renewal", Attributes.number(watch.renewal()));
        return continued(watch, claim(watch.hostname(), owner, "(" + FREE + " OR " + SILENT + ")", seen));
    }

    private static ClaimResult continued(LeaseWatch watch, ClaimResult result) {
        return switch (result) {
            case ClaimResult.HeldByOther(LeaseWatch look) -> new ClaimResult.HeldByOther(watch.after(look));
            case ClaimResult.Claimed claimed -> claimed;
            case ClaimResult.PutOff putOff -> putOff;
            case ClaimResult.Unreachable unreachable -> unreachable;
        };
    }

    private ClaimResult claim(
            Hostname hostname, String owner, String condition, Map<String, AttributeValue> conditionValues) {
        long before = nanos.getAsLong();
        String attempt = DynamoTable.newAttempt();
        Map<String, AttributeValue> values = new HashMap<>(conditionValues);
        values.put(":owner", Attributes.text(owner));
        values.put(":attempt", Attributes.text(attempt));
        values.put(":zero", Attributes.number(0));
        values.put(":one", Attributes.number(1));
        values.put(":true", AttributeValue.fromBool(true));
        values.put(":false", AttributeValue.fromBool(false));
        values.put(":now", Attributes.seconds(clock.instant()));
        try {
            return new ClaimResult.Claimed(held(
                    hostname,
                    before,
                    update(
                            hostname,
                            "SET lease_owner = :owner, fence_token = if_not_exists(fence_token, :zero) + :one,"
                                    + " renewal = :zero, held = :true, attempt = :attempt",
                            condition + DUE,
                            values)));
        } catch (ConditionalCheckFailedException raced) {
            return DynamoTable.bears(raced.item(), attempt)
                    ? new ClaimResult.Claimed(held(hostname, before, raced.item()))
                    : notClaimed(hostname, raced.item());
        } catch (SdkException failed) {
            return new ClaimResult.Unreachable(table.unreachable(failed));
        }
    }

    /** A lease that nobody holds was refused for its failure's sake. */
    private ClaimResult notClaimed(Hostname hostname, Map<String, AttributeValue> row) {
        Optional<IssuanceFailure> failure = FailureRow.read(row);
        return !Attributes.isTrue(row, "held") && failure.isPresent()
                ? new ClaimResult.PutOff(failure.get())
                : new ClaimResult.HeldByOther(watch(hostname, row));
    }

    @Override
    public LeaseUpdate renew(Lease lease) {
        return signOfLife(lease, lease, "", Map.of());
    }

    @Override
    public LeaseUpdate recordOrder(Lease lease, Lease.PendingOrder order) {
        return signOfLife(
                lease,
                lease.withOrder(order),
                ", order_url = :url, order_issuer = :issuer",
                Map.of(
                        ":url", Attributes.text(order.url().toString()),
                        ":issuer", Attributes.text(order.issuer())));
    }

    /** Needs no look at the attempt: asking again after a lost answer finds the lease still ours. */
    private LeaseUpdate signOfLife(Lease lease, Lease next, String more, Map<String, AttributeValue> moreValues) {
        long before = nanos.getAsLong();
        if (lease.isOverdue(before)) {
            return new LeaseUpdate.Lost(LeaseUpdate.Reason.ORDER_TOO_LONG);
        }
        Map<String, AttributeValue> values = ours(lease);
        values.putAll(moreValues);
        values.put(":one", Attributes.number(1));
        try {
            Map<String, AttributeValue> row =
                    update(lease.hostname(), "SET renewal = renewal + :one, attempt = :attempt" + more, OURS, values);
            return new LeaseUpdate.Kept(
                    next.renewed(Attributes.number(row, RENEWAL).orElse(lease.renewal()), before));
        } catch (ConditionalCheckFailedException taken) {
            return new LeaseUpdate.Lost(LeaseUpdate.Reason.TAKEN_OVER);
        } catch (SdkException failed) {
            return new LeaseUpdate.Unreachable(table.unreachable(failed));
        }
    }

    @Override
    public StoreEffect release(Lease lease) {
        return free(
                lease,
                "SET held = :false, attempt = :attempt REMOVE order_url, order_issuer, " + FailureRow.REMOVE,
                Map.of());
    }

    @Override
    public StoreEffect fail(Lease lease, IssuanceFailure failure) {
        return free(
                lease,
                "SET held = :false, attempt = :attempt, " + FailureRow.SET + " REMOVE order_url, order_issuer",
                FailureRow.values(lease.hostname(), failure));
    }

    @Override
    public StoreEffect handOver(Lease lease) {
        return free(lease, "SET held = :false, attempt = :attempt", Map.of());
    }

    private StoreEffect free(Lease lease, String change, Map<String, AttributeValue> moreValues) {
        Map<String, AttributeValue> values = ours(lease);
        values.putAll(moreValues);
        values.put(":false", AttributeValue.fromBool(false));
        try {
            update(lease.hostname(), change, OURS, values);
            return new StoreEffect.Done();
        } catch (ConditionalCheckFailedException freedOrTaken) {
            return new StoreEffect.Done();
        } catch (SdkException failed) {
            return new StoreEffect.Unreachable(table.unreachable(failed));
        }
    }

    @Override
    public FailureResult findFailure(Hostname hostname) {
        try {
            return found(FailureRow.read(table.get(table.key(CoordinationKey.lease(hostname)), true)));
        } catch (SdkException failed) {
            return new FailureResult.Unreachable(table.unreachable(failed));
        }
    }

    @Override
    public FailureResult forgive(Hostname hostname, Instant failedUntil) {
        try {
            return found(FailureRow.read(table.dynamo()
                    .updateItem(request -> request.tableName(table.name())
                            .key(table.key(CoordinationKey.lease(hostname)))
                            .updateExpression("REMOVE " + FailureRow.REMOVE)
                            .conditionExpression("failure.failed_at <= :until")
                            .expressionAttributeValues(Map.of(":until", Attributes.seconds(failedUntil)))
                            .returnValues(ReturnValue.ALL_OLD))
                    .attributes()));
        } catch (ConditionalCheckFailedException nothingToForgive) {
            return new FailureResult.None();
        } catch (SdkException failed) {
            return new FailureResult.Unreachable(table.unreachable(failed));
        }
    }

    @Override
    public ListPage<FailedName> listFailures(ListRange range, int limit) {
        return FAILURES.page(table, range, limit);
    }

    @Override
    public StoreEffect listFailures(BiConsumer<Hostname, IssuanceFailure> visitor) {
        return FAILURES.walk(table, line -> visitor.accept(line.hostname(), line.failure()));
    }

    private static Optional<Hostname> hostname(Map<String, AttributeValue> line) {
        return Attributes.text(line, CoordinationKey.SUBJECT).flatMap(CoordinationKey::hostname);
    }

    private static Optional<FailedName> failure(Map<String, AttributeValue> line) {
        return hostname(line)
                .flatMap(hostname -> FailureRow.read(line).map(failure -> new FailedName(hostname, failure)));
    }

    private static FailureResult found(Optional<IssuanceFailure> failure) {
        return failure.<FailureResult>map(FailureResult.Remembered::new).orElseGet(FailureResult.None::new);
    }

    private static Map<String, AttributeValue> ours(Lease lease) {
        Map<String, AttributeValue> values = new HashMap<>();
        values.put(":owner", Attributes.text(lease.owner()));
        values.put(":token", Attributes.number(lease.token()));
        values.put(":true", AttributeValue.fromBool(true));
        values.put(":attempt", Attributes.text(DynamoTable.newAttempt()));
        return values;
    }

    private Map<String, AttributeValue> update(
            Hostname hostname, String change, String condition, Map<String, AttributeValue> values) {
        return table.dynamo()
                .updateItem(request -> request.tableName(table.name())
                        .key(table.key(CoordinationKey.lease(hostname)))
                        .updateExpression(change)
                        .conditionExpression(condition)
                        .expressionAttributeValues(values)
                        .returnValues(ReturnValue.ALL_NEW)
                        .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD))
                .attributes();
    }

    private static Lease held(Hostname hostname, long before, Map<String, AttributeValue> row) {
        return new Lease(
                hostname,
                Attributes.text(row, OWNER).orElse(""),
                Attributes.number(row, TOKEN).orElse(0),
                Attributes.number(row, RENEWAL).orElse(0),
                before,
                before,
                order(row),
                FailureRow.read(row));
    }

    private LeaseWatch watch(Hostname hostname, Map<String, AttributeValue> row) {
        return new LeaseWatch(
                hostname,
                Attributes.text(row, OWNER).orElse(""),
                Attributes.number(row, TOKEN).orElse(0),
                Attributes.number(row, RENEWAL).orElse(0),
                nanos.getAsLong());
    }

    private static Optional<Lease.PendingOrder> order(Map<String, AttributeValue> row) {
        Optional<String> url = Attributes.text(row, ORDER_URL);
        Optional<String> issuer = Attributes.text(row, ORDER_ISSUER);
        if (url.isEmpty() || issuer.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Lease.PendingOrder(issuer.get(), new URI(url.get())));
        } catch (URISyntaxException orderAgain) {
            return Optional.empty();
        }
    }
}
