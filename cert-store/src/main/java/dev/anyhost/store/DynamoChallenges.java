package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/** Challenges as rows that vanish by themselves; since that may take days, a reader looks at the time. */
final class DynamoChallenges implements PostedChallenges {

    private static final String KEY_AUTHORIZATION = "key_authorization";

    private final DynamoTable table;
    private final InstantSource clock;

    DynamoChallenges(DynamoTable table, InstantSource clock) {
        this.table = table;
        this.clock = clock;
    }

    @Override
    public StoreEffect post(Hostname hostname, String keyAuthorization, Instant expires) {
        Map<String, AttributeValue> row =
                new HashMap<>(CoordinationKey.challenge(hostname).attributes());
        row.put(KEY_AUTHORIZATION, Attributes.text(keyAuthorization));
        row.put(CoordinationKey.EXPIRES, Attributes.seconds(expires));
        try {
            table.dynamo().putItem(request -> request.tableName(table.name()).item(row));
            return new StoreEffect.Done();
        } catch (SdkException failed) {
            return new StoreEffect.Unreachable(table.unreachable(failed));
        }
    }

    @Override
    public ChallengeResult find(Hostname hostname) {
        Map<String, AttributeValue> row;
        try {
            row = table.get(CoordinationKey.challenge(hostname).attributes(), true);
        } catch (SdkException failed) {
            return new ChallengeResult.Unreachable(table.unreachable(failed));
        }
        Optional<String> keyAuthorization = Attributes.text(row, KEY_AUTHORIZATION);
        Optional<Instant> expires =
                Attributes.seconds(row, CoordinationKey.EXPIRES).filter(clock.instant()::isBefore);
        return keyAuthorization.isPresent() && expires.isPresent()
                ? new ChallengeResult.Posted(new PostedChallenge(hostname, keyAuthorization.get(), expires.get()))
                : new ChallengeResult.None();
    }

    @Override
    public StoreEffect withdraw(Hostname hostname, String keyAuthorization) {
        try {
            table.dynamo()
                    .deleteItem(request -> request.tableName(table.name())
                            .key(CoordinationKey.challenge(hostname).attributes())
                            .conditionExpression(KEY_AUTHORIZATION + " = :ours")
                            .expressionAttributeValues(Map.of(":ours", Attributes.text(keyAuthorization))));
            return new StoreEffect.Done();
        } catch (ConditionalCheckFailedException goneOrAnothers) {
            return new StoreEffect.Done();
        } catch (SdkException failed) {
            return new StoreEffect.Unreachable(table.unreachable(failed));
        }
    }
}
