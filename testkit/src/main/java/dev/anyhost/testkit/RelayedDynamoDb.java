package dev.anyhost.testkit;

import java.util.UUID;
import java.util.function.Supplier;
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
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;
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
 * A client that passes calls on and may do something about each. Operations that are not in {@link DynamoOperation} are
 * unsupported.
 */
public abstract class RelayedDynamoDb implements DynamoDbClient {

    private final DynamoDbClient real;

    /** Wraps {@code real}, which is closed with this one. */
    protected RelayedDynamoDb(DynamoDbClient real) {
        this.real = real;
    }

    /**
     * Makes a call, or doesn't, or makes it twice.
     *
     * @param call what reaches the real client
     */
    protected abstract <T> T call(DynamoOperation operation, DynamoDbRequest request, Supplier<T> call);

    @Override
    public GetItemResponse getItem(GetItemRequest request) {
        return call(DynamoOperation.GET_ITEM, request, () -> real.getItem(request));
    }

    @Override
    public PutItemResponse putItem(PutItemRequest request) {
        return call(DynamoOperation.PUT_ITEM, request, () -> real.putItem(request));
    }

    @Override
    public UpdateItemResponse updateItem(UpdateItemRequest request) {
        return call(DynamoOperation.UPDATE_ITEM, request, () -> real.updateItem(request));
    }

    @Override
    public DeleteItemResponse deleteItem(DeleteItemRequest request) {
        return call(DynamoOperation.DELETE_ITEM, request, () -> real.deleteItem(request));
    }

    @Override
    public QueryResponse query(QueryRequest request) {
        return call(DynamoOperation.QUERY, request, () -> real.query(request));
    }

    @Override
    public ScanResponse scan(ScanRequest request) {
        return call(DynamoOperation.SCAN, request, () -> real.scan(request));
    }

    @Override
    public BatchGetItemResponse batchGetItem(BatchGetItemRequest request) {
        return call(DynamoOperation.BATCH_GET_ITEM, request, () -> real.batchGetItem(request));
    }

    @Override
    public BatchWriteItemResponse batchWriteItem(BatchWriteItemRequest request) {
        return call(DynamoOperation.BATCH_WRITE_ITEM, request, () -> real.batchWriteItem(request));
    }

    @Override
    public TransactGetItemsResponse transactGetItems(TransactGetItemsRequest request) {
        return call(DynamoOperation.TRANSACT_GET_ITEMS, request, () -> real.transactGetItems(request));
    }

    @Override
    public TransactWriteItemsResponse transactWriteItems(TransactWriteItemsRequest request) {
        TransactWriteItemsRequest once = withToken(request);
        return call(DynamoOperation.TRANSACT_WRITE_ITEMS, once, () -> real.transactWriteItems(once));
    }

    /** As the SDK does before it sends a transaction for the first time, so that sending it again does nothing more. */
    private static TransactWriteItemsRequest withToken(TransactWriteItemsRequest request) {
        return request.clientRequestToken() == null
                ? request.copy(with -> with.clientRequestToken(UUID.randomUUID().toString()))
                : request;
    }

    @Override
    public CreateTableResponse createTable(CreateTableRequest request) {
        return call(DynamoOperation.CREATE_TABLE, request, () -> real.createTable(request));
    }

    @Override
    public DeleteTableResponse deleteTable(DeleteTableRequest request) {
        return call(DynamoOperation.DELETE_TABLE, request, () -> real.deleteTable(request));
    }

    @Override
    public DescribeTableResponse describeTable(DescribeTableRequest request) {
        return call(DynamoOperation.DESCRIBE_TABLE, request, () -> real.describeTable(request));
    }

    @Override
    public ListTablesResponse listTables(ListTablesRequest request) {
        return call(DynamoOperation.LIST_TABLES, request, () -> real.listTables(request));
    }

    @Override
    public UpdateTableResponse updateTable(UpdateTableRequest request) {
        return call(DynamoOperation.UPDATE_TABLE, request, () -> real.updateTable(request));
    }

    @Override
    public DescribeTimeToLiveResponse describeTimeToLive(DescribeTimeToLiveRequest request) {
        return call(DynamoOperation.DESCRIBE_TIME_TO_LIVE, request, () -> real.describeTimeToLive(request));
    }

    @Override
    public UpdateTimeToLiveResponse updateTimeToLive(UpdateTimeToLiveRequest request) {
        return call(DynamoOperation.UPDATE_TIME_TO_LIVE, request, () -> real.updateTimeToLive(request));
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
