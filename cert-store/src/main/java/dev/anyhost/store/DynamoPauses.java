package dev.anyhost.store;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/** Pauses as rows that only ever move on, and vanish some time after they ended. */
final class DynamoPauses implements IssuerPauses {

    /** The condition under which there is no pause at {@code :now}. */
    static final String OPEN = "attribute_not_exists(paused_until) OR paused_until <= :now";

    private static final String UNTIL = "paused_until";
    private static final String PROBLEM = "problem";
    private static final Duration KEPT = Duration.ofDays(1);

    private final DynamoTable table;
    private final InstantSource clock;

    DynamoPauses(DynamoTable table, InstantSource clock) {
        this.table = table;
        this.clock = clock;
    }

    @Override
    public PauseResult look(String issuer) {
        try {
            Map<String, AttributeValue> row = table.get(table.key(CoordinationKey.pause(issuer)), true);
            return Attributes.seconds(row, UNTIL)
                            .filter(clock.instant()::isBefore)
                            .isPresent()
                    ? pause(row)
                    : new PauseResult.Open();
        } catch (SdkException failed) {
            return new PauseResult.Unreachable(table.unreachable(failed));
        }
    }

    /** What a row says. */
    static PauseResult.Paused pause(Map<String, AttributeValue> row) {
        return new PauseResult.Paused(
                Attributes.seconds(row, UNTIL).orElse(Instant.EPOCH),
                Attributes.text(row, PROBLEM).orElse(""));
    }

    @Override
    public StoreEffect pause(String issuer, Instant until, String problem) {
        Instant end = Attributes.wholeSecondsUp(until);
        Map<String, AttributeValue> values = new HashMap<>();
        values.put(":until", Attributes.seconds(end));
        values.put(":problem", Attributes.text(problem));
        values.put(":expires", Attributes.seconds(end.plus(KEPT)));
        try {
            table.dynamo()
                    .updateItem(request -> request.tableName(table.name())
                            .key(table.key(CoordinationKey.pause(issuer)))
                            .updateExpression("SET paused_until = :until, problem = :problem, expires = :expires")
                            .conditionExpression("attribute_not_exists(paused_until) OR paused_until < :until")
                            .expressionAttributeValues(values));
            return new StoreEffect.Done();
        } catch (ConditionalCheckFailedException pausedForLonger) {
            return new StoreEffect.Done();
        } catch (SdkException failed) {
            return new StoreEffect.Unreachable(table.unreachable(failed));
        }
    }
}
