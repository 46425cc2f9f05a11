package dev.anyhost.testkit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbServiceClientConfiguration;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.CreateTableResponse;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.DeleteTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DeleteTableResponse;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableResponse;
import software.amazon.awssdk.services.dynamodb.model.DescribeTimeToLiveRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeTimeToLiveResponse;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.ListTablesRequest;
import software.amazon.awssdk.services.dynamodb.model.ListTablesResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactGetItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactGetItemsResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsResponse;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;
import software.amazon.awssdk.services.dynamodb.model.UpdateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateTableResponse;
import software.amazon.awssdk.services.dynamodb.model.UpdateTimeToLiveRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateTimeToLiveResponse;
import software.amazon.awssdk.services.dynamodb.waiters.DynamoDbWaiter;

/**
 * A client that counts the calls it passes on, and fails them or loses their answers when told to. What is planned for an
 * operation happens to its next calls, one plan each, in the order of planning. Operations that are not in
 * {@link DynamoOperation} are unsupported. For any number of threads.
 */
public final class CountingDynamoDb implements DynamoDbClient {

    private final DynamoDbClient real;
    private final Map<DynamoOperation, Integer> calls = new EnumMap<>(DynamoOperation.class);
    private final Map<DynamoOperation, Deque<Plan>> plans = new EnumMap<>(DynamoOperation.class);
    private @Nullable Supplier<? extends RuntimeException> outage;

    private sealed interface Plan {
        record Fail(RuntimeException failure) implements Plan {}

        record LoseAnswer() implements Plan {}

        record AnswerLostAndRetried() implements Plan {}

        record First(Runnable action) implements Plan {}
    }

    /** Wraps {@code real}, which is closed with this one. */
    public CountingDynamoDb(DynamoDbClient real) {
        this.real = real;
    }

    /** How often {@code operation} was called, failed calls included. */
    public synchronized int calls(DynamoOperation operation) {
        return calls.getOrDefault(operation, 0);
    }

    /** How often anything was called. */
    public synchronized int calls() {
        return calls.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Starts counting at zero again; plans stay. */
    public synchronized void resetCalls() {
        calls.clear();
    }

    /** The next call throws {@code failure} without reaching DynamoDB. */
    public void failNext(DynamoOperation operation, RuntimeException failure) {
        plan(operation, new Plan.Fail(failure));
    }

    /** The next call takes effect, but its caller gets an {@link SdkClientException} instead of the answer. */
    public void loseNextAnswer(DynamoOperation operation) {
        plan(operation, new Plan.LoseAnswer());
    }

    /** The next call takes effect, its answer is lost, and it is sent again: what the SDK's own retry does. */
    public void repeatNext(DynamoOperation operation) {
        plan(operation, new Plan.AnswerLostAndRetried());
    }

    /** {@code action} runs before the next call takes effect, in the caller's thread: for chosen interleavings. */
    public void beforeNext(DynamoOperation operation, Runnable action) {
        plan(operation, new Plan.First(action));
    }

    /** From now on every call throws, whatever was planned, until {@link #restore()}. */
    public synchronized void fail(Supplier<? extends RuntimeException> failure) {
        outage = failure;
    }

    /** From now on every call throws what the SDK throws when it can't connect, until {@link #restore()}. */
    public void becomeUnreachable() {
        fail(() -> SdkClientException.create("Unable to execute HTTP request: Connection refused"));
    }

    /** Ends an outage. */
    public synchronized void restore() {
        outage = null;
    }

    private synchronized void plan(DynamoOperation operation, Plan plan) {
        plans.computeIfAbsent(operation, none -> new ArrayDeque<>()).addLast(plan);
    }

    private synchronized Optional<Plan> begin(DynamoOperation operation) {
        calls.merge(operation, 1, Integer::sum);
        if (outage != null) {
            return Optional.of(new Plan.Fail(outage.get()));
        }
        return Optional.ofNullable(plans.get(operation)).map(Deque::pollFirst);
    }

    private <T> T call(DynamoOperation operation, Supplier<T> call) {
        Optional<Plan> plan = begin(operation);
        if (plan.isEmpty()) {
            return call.get();
        }
        return switch (plan.get()) {
            case Plan.Fail(RuntimeException failure) -> throw failure;
            case Plan.LoseAnswer() -> {
                var _ = call.get();
                throw SdkClientException.create("Unable to execute HTTP request: Read timed out");
            }
            case Plan.AnswerLostAndRetried() -> {
                var _ = call.get();
                yield call.get();
            }
            case Plan.First(Runnable action) -> {
                action.run();
                yield call.get();
            }
        };
    }

    @Override
    public GetItemResponse getItem(GetItemRequest request) {
        return call(DynamoOperation.GET_ITEM, () -> real.getItem(request));
    }

    @Override
    public PutItemResponse putItem(PutItemRequest request) {
        return call(DynamoOperation.PUT_ITEM, () -> real.putItem(request));
    }

    @Override
    public UpdateItemResponse updateItem(UpdateItemRequest request) {
        return call(DynamoOperation.UPDATE_ITEM, () -> real.updateItem(request));
    }

    @Override
    public DeleteItemResponse deleteItem(DeleteItemRequest request) {
        return call(DynamoOperation.DELETE_ITEM, () -> real.deleteItem(request));
    }

    @Override
    public QueryResponse query(QueryRequest request) {
        return call(DynamoOperation.QUERY, () -> real.query(request));
    }

    @Override
    public ScanResponse scan(ScanRequest request) {
        return call(DynamoOperation.SCAN, () -> real.scan(request));
    }

    @Override
    public BatchGetItemResponse batchGetItem(BatchGetItemRequest request) {
        return call(DynamoOperation.BATCH_GET_ITEM, () -> real.batchGetItem(request));
    }

    @Override
    public BatchWriteItemResponse batchWriteItem(BatchWriteItemRequest request) {
        return call(DynamoOperation.BATCH_WRITE_ITEM, () -> real.batchWriteItem(request));
    }

    @Override
    public TransactGetItemsResponse transactGetItems(TransactGetItemsRequest request) {
        return call(DynamoOperation.TRANSACT_GET_ITEMS, () -> real.transactGetItems(request));
    }

    @Override
    public TransactWriteItemsResponse transactWriteItems(TransactWriteItemsRequest request) {
        return call(DynamoOperation.TRANSACT_WRITE_ITEMS, () -> real.transactWriteItems(request));
    }

    @Override
    public CreateTableResponse createTable(CreateTableRequest request) {
        return call(DynamoOperation.CREATE_TABLE, () -> real.createTable(request));
    }

    @Override
    public DeleteTableResponse deleteTable(DeleteTableRequest request) {
        return call(DynamoOperation.DELETE_TABLE, () -> real.deleteTable(request));
    }

    @Override
    public DescribeTableResponse describeTable(DescribeTableRequest request) {
        return call(DynamoOperation.DESCRIBE_TABLE, () -> real.describeTable(request));
    }

    @Override
    public ListTablesResponse listTables(ListTablesRequest request) {
        return call(DynamoOperation.LIST_TABLES, () -> real.listTables(request));
    }

    @Override
    public UpdateTableResponse updateTable(UpdateTableRequest request) {
        return call(DynamoOperation.UPDATE_TABLE, () -> real.updateTable(request));
    }

    @Override
    public DescribeTimeToLiveResponse describeTimeToLive(DescribeTimeToLiveRequest request) {
        return call(DynamoOperation.DESCRIBE_TIME_TO_LIVE, () -> real.describeTimeToLive(request));
    }

    @Override
    public UpdateTimeToLiveResponse updateTimeToLive(UpdateTimeToLiveRequest request) {
        return call(DynamoOperation.UPDATE_TIME_TO_LIVE, () -> real.updateTimeToLive(request));
    }

    @Override
    public DynamoDbWaiter waiter() {
        return DynamoDbWaiter.builder().client(this).build();
    }

    @Override
    public DynamoDbServiceClientConfiguration serviceClientConfiguration() {
        return real.serviceClientConfiguration();
    }

    @Override
    public String serviceName() {
        return real.serviceName();
    }

    @Override
    public void close() {
        real.close();
    }
}
