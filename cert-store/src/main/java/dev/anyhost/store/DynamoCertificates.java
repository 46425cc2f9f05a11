package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import dev.anyhost.store.encryption.KeyEncryption;
import dev.anyhost.store.encryption.Plaintext;
import dev.anyhost.store.encryption.SealResult;
import java.security.cert.CertificateException;
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

/** Certificates as items, written only in place of the version that was seen and under no lower fence. */
final class DynamoCertificates implements CertificateStore {

    /** Its due time may change between our looks; hardly ever more than once. */
    private static final int WISHES = 4;

    private static final String NOT_FENCED = "(attribute_not_exists(fence) OR fence <= :fence)";

    private static final IndexPages<CertificateSummary> LIST = new IndexPages<>(
            CertificateItem.BY_DUE, CertificateItem::key, CertificateItem::hostname, CertificateItem::summary);

    private final DynamoTable table;
    private final KeyEncryption keys;

    DynamoCertificates(DynamoTable table, KeyEncryption keys) {
        this.table = table;
        this.keys = keys;
    }

    @Override
    public FindResult find(Hostname hostname) {
        return find(hostname, false);
    }

    @Override
    public FindResult findConsistent(Hostname hostname) {
        return find(hostname, true);
    }

    private FindResult find(Hostname hostname, boolean consistent) {
        try {
            return CertificateItem.read(hostname, table.get(CertificateItem.key(hostname), consistent), keys);
        } catch (SdkException failed) {
            return new FindResult.Unreachable(table.unreachable(failed));
        }
    }

    @Override
    public FactsResult facts(Hostname hostname) {
        try {
            return CertificateItem.facts(hostname, table.get(CertificateItem.key(hostname), false));
        } catch (SdkException failed) {
            return new FactsResult.Unreachable(table.unreachable(failed));
        }
    }

    @Override
    public WriteResult put(NewCertificate next, long replacesVersion, Lease lease) {
        if (!lease.hostname().equals(next.hostname())) {
            throw new IllegalArgumentException(lease.hostname() + " leased, " + next.hostname() + " to be written");
        }
        next.fault().ifPresent(fault -> {
            throw new IllegalArgumentException(next.hostname() + ": " + fault);
        });
        try (Plaintext pkcs8 = new Plaintext(next.key().getEncoded())) {
            return switch (keys.seal(pkcs8, CertificateItem.purpose(next.hostname()))) {
                case SealResult.Sealed privateKey -> put(next, replacesVersion, lease, privateKey);
                case SealResult.KeyUnavailable(String keyId, String reason) ->
                    new WriteResult.Unreachable("key " + keyId + ": " + reason);
            };
        }
    }

    private WriteResult put(NewCertificate next, long replacesVersion, Lease lease, SealResult.Sealed privateKey) {
        String attempt = DynamoTable.newAttempt();
        Map<String, AttributeValue> item = item(next, replacesVersion + 1, lease.token(), privateKey);
        item.put(DynamoTable.ATTEMPT, Attributes.text(attempt));
        Map<String, AttributeValue> values = new HashMap<>();
        values.put(":fence", Attributes.number(lease.token()));
        if (replacesVersion != 0) {
            values.put(":replaced", Attributes.number(replacesVersion));
        }
        String seen = replacesVersion == 0 ? "attribute_not_exists(version)" : "version = :replaced";
        try {
            table.dynamo()
                    .putItem(request -> request.tableName(table.name())
                            .item(item)
                            .conditionExpression(seen + " AND " + NOT_FENCED)
                            .expressionAttributeValues(values)
                            .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD));
            return new WriteResult.Written(replacesVersion + 1);
        } catch (ConditionalCheckFailedException raced) {
            Map<String, AttributeValue> stored = raced.item();
            if (DynamoTable.bears(stored, attempt)) {
                return new WriteResult.Written(replacesVersion + 1);
            }
            return CertificateItem.fence(stored) > lease.token()
                    ? new WriteResult.Fenced(CertificateItem.fence(stored))
                    : new WriteResult.Superseded(CertificateItem.read(next.hostname(), stored, keys));
        } catch (SdkException failed) {
            return new WriteResult.Unreachable(table.unreachable(failed));
        }
    }

    private static Map<String, AttributeValue> item(
            NewCertificate next, long version, long fence, SealResult.Sealed privateKey) {
        try {
            return CertificateItem.write(next, version, fence, privateKey);
        } catch (CertificateException unencodable) {
            throw new IllegalArgumentException(next.hostname() + ": a certificate without encoding", unencodable);
        }
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
                            .key(CertificateItem.key(hostname))
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
                    .flatMap(line -> CertificateItem.hostname(line).stream())
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
                            .key(CertificateItem.key(hostname))
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
                            .key(CertificateItem.key(hostname))
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
