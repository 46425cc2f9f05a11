package dev.anyhost.testkit.replication;

import dev.anyhost.testkit.DynamoOperation;
import dev.anyhost.testkit.RelayedDynamoDb;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Supplier;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;

/** Makes all calls in one region, and the table's writes under the eyes of the {@link GlobalTable}. */
final class RegionalClient extends RelayedDynamoDb {

    /** DynamoDB knows a token for ten minutes: no test makes more transactions while one is sent again. */
    private static final int REMEMBERED = 1_000;

    private final GlobalTable table;
    private final String region;
    private final WrittenKeys keys;
    private final LinkedHashSet<String> transactions = new LinkedHashSet<>();

    RegionalClient(DynamoDbClient real, GlobalTable table, String region, WrittenKeys keys) {
        super(real);
        this.table = table;
        this.region = region;
        this.keys = keys;
    }

    @Override
    protected <T> T call(DynamoOperation operation, DynamoDbRequest request, Supplier<T> call) {
        Set<AttributeValue> aimedAt = keys.of(request);
        return aimedAt.isEmpty() ? call.get() : table.write(region, call, answer -> written(request, aimedAt, answer));
    }

    private <T> Set<AttributeValue> written(DynamoDbRequest request, Set<AttributeValue> aimedAt, T answer) {
        if (request instanceof TransactWriteItemsRequest transaction && isRepeated(transaction)) {
            return Set.of();
        }
        Set<AttributeValue> written = new LinkedHashSet<>(aimedAt);
        if (answer instanceof BatchWriteItemResponse batch) {
            written.removeAll(keys.unprocessed(batch));
        }
        return written;
    }

    /** Whether it took effect before; then it has none now. */
    private boolean isRepeated(TransactWriteItemsRequest transaction) {
        boolean repeated = !transactions.add(transaction.clientRequestToken());
        if (transactions.size() > REMEMBERED) {
            transactions.removeFirst();
        }
        return repeated;
    }

    /** Nothing to close: the region's own client is its maker's. */
    @Override
    public void close() {}
}
