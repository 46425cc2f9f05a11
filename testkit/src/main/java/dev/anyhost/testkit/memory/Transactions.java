package dev.anyhost.testkit.memory;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsResponse;

/** Writes that happen all or not at all, and once for each token. */
final class Transactions {

    private static final int MOST = 100;
    private static final Set<String> TARGET = Set.of(
            "TableName",
            "Key",
            "ConditionExpression",
            "ExpressionAttributeNames",
            "ExpressionAttributeValues",
            "ReturnValuesOnConditionCheckFailure");

    /** DynamoDB knows a token for ten minutes: no test makes more calls while one is sent again. */
    private static final int REMEMBERED = 1_000;

    private final Map<String, List<TransactWriteItem>> done = new LinkedHashMap<>();

    TransactWriteItemsResponse write(TransactWriteItemsRequest request, Function<String, MemoryTable> tables) {
        RequestFields.onlyThese(request, Set.of("TransactItems", "ClientRequestToken"));
        if (isRepeated(request)) {
            return TransactWriteItemsResponse.builder().build();
        }
        List<Write> writes = request.transactItems().stream()
                .map(item -> write(item, tables))
                .toList();
        Write.within(writes.size(), MOST);
        Write.distinct(writes);
        if (!writes.stream().allMatch(Write::isAllowed)) {
            throw Failures.cancelled(writes.stream().map(Transactions::reason).toList());
        }
        List<Map<String, AttributeValue>> next =
                writes.stream().map(Write::after).toList();
        for (int i = 0; i < next.size(); i++) {
            writes.get(i).table().set(writes.get(i).key(), next.get(i));
        }
        if (request.clientRequestToken() != null) {
            done.put(request.clientRequestToken(), request.transactItems());
            if (done.size() > REMEMBERED) {
                done.remove(done.keySet().iterator().next());
            }
        }
        return TransactWriteItemsResponse.builder().build();
    }

    private boolean isRepeated(TransactWriteItemsRequest request) {
        List<TransactWriteItem> before = done.get(String.valueOf(request.clientRequestToken()));
        if (before != null && !before.equals(request.transactItems())) {
            throw new UnsupportedOperationException("another transaction under the same token");
        }
        return before != null;
    }

    private static Write write(TransactWriteItem item, Function<String, MemoryTable> tables) {
        if (item.put() != null) {
            RequestFields.onlyThese(item.put(), RequestFields.and(TARGET, "Item"));
            return Write.of(tables.apply(item.put().tableName()), item.put());
        }
        if (item.update() != null) {
            RequestFields.onlyThese(item.update(), RequestFields.and(TARGET, "UpdateExpression"));
            return Write.of(tables.apply(item.update().tableName()), item.update());
        }
        if (item.delete() != null) {
            RequestFields.onlyThese(item.delete(), TARGET);
            return Write.of(tables.apply(item.delete().tableName()), item.delete());
        }
        RequestFields.onlyThese(item.conditionCheck(), TARGET);
        return Write.of(tables.apply(item.conditionCheck().tableName()), item.conditionCheck());
    }

    private static CancellationReason reason(Write write) {
        if (write.isAllowed()) {
            return CancellationReason.builder().code("None").build();
        }
        CancellationReason.Builder reason =
                CancellationReason.builder().code(Failures.CONDITION).message("The conditional request failed");
        return (write.shown().isEmpty() ? reason : reason.item(write.shown())).build();
    }
}
