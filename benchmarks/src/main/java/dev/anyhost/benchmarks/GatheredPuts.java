package dev.anyhost.benchmarks;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * Writes items of one table many at a time, unconditionally, and as if a renewal had looked at each of them already: DynamoDB
 * Local takes ten times as long for one after the other, and a hundred thousand certificates that are all due at once keep a
 * proxy busy with nothing else.
 */
final class GatheredPuts implements DynamoDbClient {

    private static final int TOGETHER = 25;

    private final DynamoDbClient database;
    private final String table;
    private final Instant due;
    private final List<WriteRequest> gathered = new ArrayList<>();

    /** @param database the caller's, who closes it */
    GatheredPuts(DynamoDbClient database, String table, Instant due) {
        this.database = database;
        this.table = table;
        this.due = due;
    }

    @Override
    public PutItemResponse putItem(PutItemRequest request) {
        Map<String, AttributeValue> item = new HashMap<>(request.item());
        item.put("due_at", AttributeValue.fromN(Long.toString(due.getEpochSecond())));
        write(added(item));
        return PutItemResponse.builder().build();
    }

    /** What is to be written now. */
    private synchronized List<WriteRequest> added(Map<String, AttributeValue> item) {
        gathered.add(WriteRequest.builder().putRequest(put -> put.item(item)).build());
        return gathered.size() < TOGETHER ? List.of() : taken();
    }

    private synchronized List<WriteRequest> taken() {
        List<WriteRequest> all = List.copyOf(gathered);
        gathered.clear();
        return all;
    }

    private void write(List<WriteRequest> some) {
        if (!some.isEmpty()
                && !database.batchWriteItem(request -> request.requestItems(Map.of(table, some)))
                        .unprocessedItems()
                        .isEmpty()) {
            throw new IllegalStateException("not all were written");
        }
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    /** Writes the rest. */
    @Override
    public void close() {
        write(taken());
    }
}
