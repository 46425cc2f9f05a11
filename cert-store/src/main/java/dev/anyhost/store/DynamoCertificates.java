package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import dev.anyhost.store.encryption.KeyEncryption;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;

/** Certificates as items, and what is noted on them. */
final class DynamoCertificates implements CertificateStore {

    /** Its due time may change between our looks; hardly ever more than once. */
    private static final int WISHES = 4;

    private static final IndexPages<CertificateSummary> LIST =
            new IndexPages<>(CertificateItem.BY_DUE, RowKeys.OWN::of, RowKeys.OWN::hostname, CertificateItem::summary);

    private final DynamoTable table;
    private final CertificateRows rows;

    DynamoCertificates(DynamoTable table, KeyEncryption keys) {
        this.table = table;
        this.rows = new CertificateRows(table, keys, CertificateRows.THE_VERSION_SEEN);
    }

    @Override
    public FindResult find(Hostname hostname) {
        return rows.find(hostname, false);
    }

    @Override
    public FindResult findConsistent(Hostname hostname) {
        return rows.find(hostname, true);
    }

    @Override
    public FactsResult facts(Hostname hostname) {
        try {
            return CertificateItem.facts(hostname, table.get(table.key(hostname), false));
        } catch (SdkException failed) {
            return new FactsResult.Unreachable(table.unreachable(failed));
        }
    }

    @Override
    public WriteResult put(NewCertificate next, long replacesVersion, Lease lease) {
        return rows.put(next, replacesVersion, lease);
    }

    @Override
    public VerdictResult recordVerdict(Hostname hostname, LastVerdict verdict) {
        Map<String, AttributeValue> values = new HashMap<>();
        values.put(":verdict", CertificateItem.verdict(verdict));
        verdict.refusedAt().ifPresent(at -> values.put(":at", Attributes.seconds(at)));
        String change = values.containsKey(":at")
                ? "SET verdict = :verdict, refused_at = :at"
                : "SET verdict = :verdict REMOVE refused_at";
        try {
            table.dynamo()
                    .updateItem(request -> request.tableName(table.name())
                            .key(table.key(hostname))
                            .updateExpression(change)
                            .conditionExpression("attribute_exists(hostname) AND verdict <> :verdict")
                            .expressionAttributeValues(values)
                            .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD));
            return new VerdictResult.Recorded();
        } catch (ConditionalCheckFailedException sameOrAbsent) {
            // Also where the SDK asked again after a lost answer: then the item says so because we wrote it.
            return sameOrAbsent.item().isEmpty() ? new VerdictResult.Absent() : new VerdictResult.Unchanged();
        } catch (SdkException failed) {
            return new VerdictResult.Unreachable(table.unreachable(failed));
        }
    }

    @Override
    public DueResult due(String part, Instant now, int limit) {
        try {
            return new DueResult.Due(CertificateItem.BY_DUE.upTo(table, part, now, limit).stream()
                    .flatMap(line -> RowKeys.OWN.hostname(line).stream())
                    .toList());
        } catch (SdkException failed) {
            return new DueResult.Unreachable(table.unreachable(failed));
        }
    }

    @Override
    public StoreEffect schedule(CertificateFacts seen, Instant due, Optional<SuggestedWindow> window) {
        Map<String, AttributeValue> values = new HashMap<>();
        values.put(":seen", Attributes.number(seen.version()));
        values.put(":due", Attributes.seconds(Attributes.wholeSecondsUp(due)));
        window.ifPresent(suggested -> values.put(":ari", UpkeepAttributes.window(suggested)));
        seen.upkeep().renewAt().ifPresent(wish -> values.put(":wish", Attributes.seconds(wish)));
        return updateIf(
                seen.hostname(),
                window.isPresent() ? "SET due_at = :due, ari = :ari" : "SET due_at = :due REMOVE ari",
                "version = :seen AND "
                        + (values.containsKey(":wish") ? "renew_at = :wish" : "attribute_not_exists(renew_at)"),
                values);
    }

    @Override
    public StoreEffect postpone(Hostname hostname, long seen, Instant due) {
        return updateIf(
                hostname,
                "SET due_at = :due REMOVE ari",
                "version = :seen",
                Map.of(
                        ":seen", Attributes.number(seen),
                        ":due", Attributes.seconds(Attributes.wholeSecondsUp(due))));
    }

    @Override
    public WishResult renewFrom(CertificateSummary seen, Instant renewAt, Instant issuedBefore) {
        Map<String, AttributeValue> values = Map.of(
                ":seen", Attributes.number(seen.version()),
                ":before", Attributes.seconds(Attributes.wholeSecondsUp(issuedBefore)),
                ":at", Attributes.seconds(Attributes.wholeSecondsUp(renewAt)));
        boolean dueLater = seen.due().isAfter(renewAt);
        try {
            for (int tries = 0; tries < WISHES; tries++) {
                Wish wish = wish(seen.hostname(), dueLater, values);
                if (wish != Wish.DUE_AT_ANOTHER_TIME) {
                    return wish == Wish.NOTED ? new WishResult.Noted() : new WishResult.Superseded();
                }
                dueLater = !dueLater;
            }
            return new WishResult.Unreachable(
                    "table " + table.name() + ": the item of " + seen.hostname() + " changes all the time");
        } catch (SdkException failed) {
            return new WishResult.Unreachable(table.unreachable(failed));
        }
    }

    private enum Wish {
        NOTED,
        SUPERSEDED,
        DUE_AT_ANOTHER_TIME
    }

    /** What is due sooner anyway stays so: it may be due to be asked about. */
    private Wish wish(Hostname hostname, boolean dueLater, Map<String, AttributeValue> values) {
        try {
            table.dynamo()
                    .updateItem(request -> request.tableName(table.name())
                            .key(table.key(hostname))
                            .updateExpression(dueLater ? "SET renew_at = :at, due_at = :at" : "SET renew_at = :at")
                            .conditionExpression("version = :seen AND not_before < :before AND "
                                    + (dueLater ? "due_at > :at" : "due_at <= :at"))
                            .expressionAttributeValues(values)
                            .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD));
            return Wish.NOTED;
        } catch (ConditionalCheckFailedException other) {
            Map<String, AttributeValue> stored = other.item();
            boolean asListed = Attributes.number(values, ":seen")
                            .equals(Attributes.number(stored, CertificateItem.VERSION))
                    && Attributes.number(stored, CertificateItem.NOT_BEFORE).orElse(Long.MAX_VALUE)
                            < Attributes.number(values, ":before").orElseThrow();
            return asListed ? Wish.DUE_AT_ANOTHER_TIME : Wish.SUPERSEDED;
        }
    }

    @Override
    public StoreEffect recordUse(Hostname hostname, Instant now) {
        return updateIf(
                hostname,
                "SET used_at = :now",
                "attribute_exists(hostname) AND (attribute_not_exists(used_at) OR used_at <= :a_day_ago)",
                Map.of(
                        ":now", Attributes.seconds(now),
                        ":a_day_ago", Attributes.seconds(now.minus(Duration.ofDays(1)))));
    }

    /** Done as well where the condition says that there is nothing to do. */
    private StoreEffect updateIf(
            Hostname hostname, String change, String condition, Map<String, AttributeValue> values) {
        try {
            table.dynamo()
                    .updateItem(request -> request.tableName(table.name())
                            .key(table.key(hostname))
                            .updateExpression(change)
                            .conditionExpression(condition)
                            .expressionAttributeValues(values));
            return new StoreEffect.Done();
        } catch (ConditionalCheckFailedException nothingToDo) {
            return new StoreEffect.Done();
        } catch (SdkException failed) {
            return new StoreEffect.Unreachable(table.unreachable(failed));
        }
    }

    @Override
    public ListPage<CertificateSummary> list(ListRange range, int limit) {
        return LIST.page(table, range, limit);
    }

    @Override
    public StoreEffect list(Consumer<CertificateSummary> visitor) {
        return LIST.walk(table, visitor);
    }
}
