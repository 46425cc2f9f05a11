package dev.anyhost.store;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.ConditionCheck;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.Update;

/**
 * Buckets as rows of one partition for each authority, taken from in one transaction together with a look at the
 * authority's pause. An expression has no maximum, and so can't tell a bucket that is full from one that is in use:
 * the first try takes each for what it was when this process last took from it, or for full, and the rows that a failed
 * condition hands back say how it is.
 */
final class DynamoBudgets implements OrderBudgets {

    private static final String FULL_AT = "full_at";
    private static final String CONDITION_FAILED = "ConditionalCheckFailed";
    private static final String CONFLICT = "TransactionConflict";
    private static final Instant LONG_AGO = Instant.EPOCH;
    private static final Instant FAR_OFF = Instant.ofEpochMilli(Long.MAX_VALUE);
    private static final Duration KEPT = Duration.ofDays(1);
    private static final int TRIES = 20;
    private static final long CONFLICT_NANOS = Duration.ofMillis(20).toNanos();

    private static final int REMEMBERED = 1_000;

    private final DynamoTable table;
    private final InstantSource clock;

    /** When buckets were to be full again, as far as this process knows. */
    private final Map<CoordinationKey, Instant> remembered = Collections.synchronizedMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<CoordinationKey, Instant> eldest) {
            return size() > REMEMBERED;
        }
    });

    DynamoBudgets(DynamoTable table, InstantSource clock) {
        this.table = table;
        this.clock = clock;
    }

    @Override
    public DrawResult draw(String issuer, List<Draw> draws) {
        return transact(issuer, draws, false);
    }

    @Override
    public StoreEffect charge(String issuer, List<Draw> draws) {
        return switch (transact(issuer, draws, true)) {
            case DrawResult.Unreachable(String reason) -> new StoreEffect.Unreachable(reason);
            case DrawResult.Drawn _, DrawResult.Spent _, DrawResult.Paused _ -> new StoreEffect.Done();
        };
    }

    /** @param regardless also when there is nothing left, or the authority is paused */
    private DrawResult transact(String issuer, List<Draw> draws, boolean regardless) {
        try {
            for (int tries = 0; tries < TRIES; tries++) {
                Instant now = clock.instant();
                Optional<DrawResult> ended = attempt(issuer, draws, regardless, now);
                if (ended.isPresent()) {
                    return ended.get();
                }
            }
            return new DrawResult.Unreachable("table " + table.name() + ": too many take from one budget");
        } catch (SdkException failed) {
            return new DrawResult.Unreachable(table.unreachable(failed));
        }
    }

    /** Empty when another try with what is known now may succeed. */
    private Optional<DrawResult> attempt(String issuer, List<Draw> draws, boolean regardless, Instant now) {
        List<TransactWriteItem> items = new ArrayList<>();
        for (Draw draw : draws) {
            items.add(item(issuer, draw, regardless, now));
        }
        if (!regardless) {
            items.add(unpaused(issuer, now));
        }
        try {
            write(items, DynamoTable.newAttempt());
            draws.stream().filter(Draw::taking).forEach(draw -> remember(issuer, draw, now));
            return Optional.of(new DrawResult.Drawn());
        } catch (TransactionCanceledException cancelled) {
            return why(issuer, draws, regardless, cancelled.cancellationReasons(), now);
        }
    }

    /** By the attempt DynamoDB knows a transaction that the SDK asks for again after a lost answer. */
    private void write(List<TransactWriteItem> items, String attempt) {
        table.dynamo()
                .transactWriteItems(request -> request.transactItems(items).clientRequestToken(attempt));
    }

    private void remember(String issuer, Draw draw, Instant now) {
        Instant before = known(issuer, draw);
        remembered.put(
                CoordinationKey.bucket(issuer, draw.bucket()),
                (before.isAfter(now) ? before : now).plus(draw.limit().refill()));
    }

    private Instant known(String issuer, Draw draw) {
        return remembered.getOrDefault(CoordinationKey.bucket(issuer, draw.bucket()), LONG_AGO);
    }

    private Optional<DrawResult> why(
            String issuer, List<Draw> draws, boolean regardless, List<CancellationReason> reasons, Instant now) {
        boolean learnt = false;
        for (int i = 0; i < reasons.size(); i++) {
            CancellationReason reason = reasons.get(i);
            if (CONFLICT.equals(reason.code())) {
                LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(CONFLICT_NANOS));
                learnt = true;
            } else if (CONDITION_FAILED.equals(reason.code())) {
                if (i == draws.size()) {
                    PauseResult.Paused pause = DynamoPauses.pause(reason.item());
                    return Optional.of(new DrawResult.Paused(pause.until(), pause.problem()));
                }
                Draw draw = draws.get(i);
                Instant fullAt = fullAt(reason.item());
                if (!regardless && fullAt.isAfter(draw.limit().latestFullAt(now, draw.leaving()))) {
                    return Optional.of(
                            new DrawResult.Spent(draw.bucket(), draw.limit().availableAt(fullAt, now, draw.leaving())));
                }
                remembered.put(CoordinationKey.bucket(issuer, draw.bucket()), fullAt);
                learnt = true;
            }
        }
        return learnt ? Optional.empty() : Optional.of(new DrawResult.Unreachable("cancelled: " + reasons));
    }

    private TransactWriteItem item(String issuer, Draw draw, boolean regardless, Instant now) {
        Map<String, AttributeValue> key = table.key(CoordinationKey.bucket(issuer, draw.bucket()));
        Map<String, AttributeValue> values = new HashMap<>();
        Instant latest = regardless ? FAR_OFF : draw.limit().latestFullAt(now, draw.leaving());
        if (!draw.taking()) {
            values.put(":latest", millis(latest));
            return TransactWriteItem.builder()
                    .conditionCheck(check -> check.tableName(table.name())
                            .key(key)
                            .conditionExpression("attribute_not_exists(full_at) OR full_at <= :latest")
                            .expressionAttributeValues(values)
                            .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD))
                    .build();
        }
        Instant known = known(issuer, draw);
        values.put(":now", millis(now));
        values.put(":expires", expires(draw, known, now));
        boolean full = !known.isAfter(now);
        values.put(
                ":next",
                full
                        ? millis(now.plus(draw.limit().refill()))
                        : millis(draw.limit().refill()));
        if (!full) {
            values.put(":latest", millis(latest));
        }
        Update update = Update.builder()
                .tableName(table.name())
                .key(key)
                .updateExpression("SET expires = :expires, full_at = " + (full ? ":next" : "full_at + :next"))
                .conditionExpression(
                        full
                                ? "attribute_not_exists(full_at) OR full_at <= :now"
                                : "full_at > :now AND full_at <= :latest")
                .expressionAttributeValues(values)
                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                .build();
        return TransactWriteItem.builder().update(update).build();
    }

    /** Never before the bucket is full, however many take from it at this moment. */
    private static AttributeValue expires(Draw draw, Instant known, Instant now) {
        Duration whole = draw.limit().refill().multipliedBy(draw.limit().capacity() + 1L);
        return Attributes.seconds((known.isAfter(now) ? known : now).plus(whole).plus(KEPT));
    }

    private TransactWriteItem unpaused(String issuer, Instant now) {
        return TransactWriteItem.builder()
                .conditionCheck(ConditionCheck.builder()
                        .tableName(table.name())
                        .key(table.key(CoordinationKey.pause(issuer)))
                        .conditionExpression(DynamoPauses.OPEN)
                        .expressionAttributeValues(Map.of(":now", Attributes.seconds(now)))
                        .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                        .build())
                .build();
    }

    @Override
    public StoreEffect giveBack(String issuer, List<Draw> draws) {
        List<TransactWriteItem> items = draws.stream()
                .map(draw -> TransactWriteItem.builder()
                        .update(update -> update.tableName(table.name())
                                .key(table.key(CoordinationKey.bucket(issuer, draw.bucket())))
                                .updateExpression("SET full_at = full_at - :refill")
                                .conditionExpression("attribute_exists(full_at)")
                                .expressionAttributeValues(
                                        Map.of(":refill", millis(draw.limit().refill()))))
                        .build())
                .toList();
        for (int tries = 0; tries < TRIES; tries++) {
            try {
                write(items, DynamoTable.newAttempt());
                return new StoreEffect.Done();
            } catch (TransactionCanceledException cancelled) {
                if (cancelled.cancellationReasons().stream().noneMatch(reason -> CONFLICT.equals(reason.code()))) {
                    return new StoreEffect.Done();
                }
                LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(CONFLICT_NANOS));
            } catch (SdkException failed) {
                return new StoreEffect.Unreachable(table.unreachable(failed));
            }
        }
        return new StoreEffect.Unreachable("table " + table.name() + ": too many take from one budget");
    }

    @Override
    public StoreEffect list(String issuer, String prefix, Consumer<BucketState> visitor) {
        try {
            table.dynamo()
                    .queryPaginator(request -> request.tableName(table.name())
                            .keyConditionExpression("subject = :subject AND begins_with(kind, :prefix)")
                            .expressionAttributeValues(Map.of(
                                    ":subject",
                                    Attributes.text(CoordinationKey.bucket(issuer, prefix)
                                            .subject()),
                                    ":prefix",
                                    Attributes.text(prefix))))
                    .items()
                    .forEach(row -> Attributes.text(row, CoordinationKey.KIND)
                            .ifPresent(name -> visitor.accept(new BucketState(name, fullAt(row)))));
            return new StoreEffect.Done();
        } catch (SdkException failed) {
            return new StoreEffect.Unreachable(table.unreachable(failed));
        }
    }

    private static Instant fullAt(Map<String, AttributeValue> row) {
        return Instant.ofEpochMilli(Attributes.number(row, FULL_AT).orElse(0));
    }

    private static AttributeValue millis(Instant at) {
        return Attributes.number(at.toEpochMilli());
    }

    private static AttributeValue millis(Duration time) {
        return Attributes.number(time.toMillis());
    }
}
