package dev.anyhost.store;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;

/** Parts as rows of one partition, changed only from the state that was seen. */
final class DynamoPartLeases implements PartLeases {

    private static final String OWNER = "lease_owner";
    private static final String TOKEN = "fence_token";
    private static final String RENEWAL = "renewal";
    private static final String HELD = "held";
    private static final String NEXT = "next_at";

    private static final String AS_SEEN = "fence_token = :seen AND renewal = :renewal AND held = :held";
    private static final String OURS = "lease_owner = :owner AND fence_token = :token AND held = :true";

    private final DynamoTable table;

    DynamoPartLeases(DynamoTable table) {
        this.table = table;
    }

    @Override
    public PartsResult look() {
        try {
            Map<String, PartState> known = table
                    .dynamo()
                    .query(request -> request.tableName(table.name())
                            .keyConditionExpression("subject = :renewal")
                            .expressionAttributeValues(Map.of(":renewal", Attributes.text(CoordinationKey.RENEWAL)))
                            .consistentRead(true))
                    .items()
                    .stream()
                    .map(DynamoPartLeases::state)
                    .collect(Collectors.toMap(PartState::part, Function.identity()));
            return new PartsResult.Parts(PARTS.stream()
                    .map(part -> known.getOrDefault(part, new PartState(part, false, "", 0, 0, Instant.EPOCH)))
                    .toList());
        } catch (SdkException failed) {
            return new PartsResult.Unreachable(table.unreachable(failed));
        }
    }

    private static PartState state(Map<String, AttributeValue> row) {
        return new PartState(
                Attributes.text(row, CoordinationKey.KIND).orElse(""),
                Attributes.isTrue(row, HELD),
                Attributes.text(row, OWNER).orElse(""),
                Attributes.number(row, TOKEN).orElse(0),
                Attributes.number(row, RENEWAL).orElse(0),
                Attributes.seconds(row, NEXT).orElse(Instant.EPOCH));
    }

    @Override
    public PartClaim claim(PartState seen, String owner) {
        String attempt = DynamoTable.newAttempt();
        Map<String, AttributeValue> values = new HashMap<>();
        values.put(":owner", Attributes.text(owner));
        values.put(":token", Attributes.number(seen.token() + 1));
        values.put(":zero", Attributes.number(0));
        values.put(":true", AttributeValue.fromBool(true));
        values.put(":attempt", Attributes.text(attempt));
        boolean fresh = seen.token() == 0;
        if (!fresh) {
            values.put(":seen", Attributes.number(seen.token()));
            values.put(":renewal", Attributes.number(seen.renewal()));
            values.put(":held", AttributeValue.fromBool(seen.held()));
        }
        var claimed = new PartClaim.Claimed(new PartLease(seen.part(), owner, seen.token() + 1));
        try {
            update(
                    seen.part(),
                    "SET lease_owner = :owner, fence_token = :token, renewal = :zero, held = :true, attempt = :attempt",
                    fresh ? "attribute_not_exists(subject)" : AS_SEEN,
                    values);
            return claimed;
        } catch (ConditionalCheckFailedException raced) {
            return DynamoTable.bears(raced.item(), attempt) ? claimed : new PartClaim.Raced();
        } catch (SdkException failed) {
            return new PartClaim.Unreachable(table.unreachable(failed));
        }
    }

    /** Counted twice when an answer got lost: a sign of life all the same. */
    @Override
    public boolean renew(PartLease lease) {
        Map<String, AttributeValue> values = ours(lease);
        values.put(":one", Attributes.number(1));
        try {
            update(lease.part(), "SET renewal = renewal + :one", OURS, values);
            return true;
        } catch (SdkException lostOrUnknown) {
            return false;
        }
    }

    @Override
    public StoreEffect release(PartLease lease, Instant next) {
        Map<String, AttributeValue> values = ours(lease);
        values.put(":false", AttributeValue.fromBool(false));
        values.put(":next", Attributes.seconds(next));
        try {
            update(lease.part(), "SET held = :false, next_at = :next", OURS, values);
            return new StoreEffect.Done();
        } catch (ConditionalCheckFailedException freedOrTaken) {
            return new StoreEffect.Done();
        } catch (SdkException failed) {
            return new StoreEffect.Unreachable(table.unreachable(failed));
        }
    }

    private static Map<String, AttributeValue> ours(PartLease lease) {
        Map<String, AttributeValue> values = new HashMap<>();
        values.put(":owner", Attributes.text(lease.owner()));
        values.put(":token", Attributes.number(lease.token()));
        values.put(":true", AttributeValue.fromBool(true));
        return values;
    }

    private void update(String part, String change, String condition, Map<String, AttributeValue> values) {
        table.dynamo()
                .updateItem(request -> request.tableName(table.name())
                        .key(CoordinationKey.part(part).attributes())
                        .updateExpression(change)
                        .conditionExpression(condition)
                        .expressionAttributeValues(values)
                        .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD));
    }
}
