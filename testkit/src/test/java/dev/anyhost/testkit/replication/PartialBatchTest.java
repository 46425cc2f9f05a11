package dev.anyhost.testkit.replication;

import static dev.anyhost.testkit.replication.Things.putting;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.testkit.DynamoOperation;
import dev.anyhost.testkit.RelayedDynamoDb;
import dev.anyhost.testkit.memory.MemoryDynamoDb;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

class PartialBatchTest {

    private static final String TABLE = "things";

    @Test
    void unprocessedWrites_areNotPassedOn() {
        Regions regions = new Regions(new OneAtATime(), new MemoryDynamoDb(), new MemoryDynamoDb(), () -> {});
        regions.createTable(TABLE);
        GlobalTable table = new GlobalTable(TABLE, "id", regions.byName());
        new Things(table.in("east"), TABLE).batch(putting("done", "1"), putting("left", "1"));
        assertThat(table.pending()).extracting(delivery -> delivery.key().s()).containsExactly("done", "done");
    }

    /** Takes a batch's first write and leaves the rest, as DynamoDB does when it is short of capacity. */
    private static final class OneAtATime extends RelayedDynamoDb {

        private final DynamoDbClient memory;

        OneAtATime() {
            this(new MemoryDynamoDb());
        }

        private OneAtATime(DynamoDbClient memory) {
            super(memory);
            this.memory = memory;
        }

        @Override
        protected <T> T call(DynamoOperation operation, DynamoDbRequest request, Supplier<T> call) {
            return call.get();
        }

        @Override
        public BatchWriteItemResponse batchWriteItem(BatchWriteItemRequest request) {
            List<WriteRequest> writes = request.requestItems().getOrDefault(TABLE, List.of());
            memory.batchWriteItem(first -> first.requestItems(Map.of(TABLE, List.of(writes.getFirst()))));
            return BatchWriteItemResponse.builder()
                    .unprocessedItems(Map.of(TABLE, writes.subList(1, writes.size())))
                    .build();
        }
    }
}
