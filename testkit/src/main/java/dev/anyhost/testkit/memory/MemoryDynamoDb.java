package dev.anyhost.testkit.memory;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.CreateGlobalSecondaryIndexAction;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.CreateTableResponse;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableResponse;
import software.amazon.awssdk.services.dynamodb.model.DescribeTimeToLiveRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeTimeToLiveResponse;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexUpdate;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsResponse;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;
import software.amazon.awssdk.services.dynamodb.model.UpdateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateTableResponse;
import software.amazon.awssdk.services.dynamodb.model.UpdateTimeToLiveRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateTimeToLiveResponse;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;
import software.amazon.awssdk.services.dynamodb.waiters.DynamoDbWaiter;

/**
 * DynamoDB in maps, one call at a time: as far as the stores use it, and not a word further. A request field, an
 * expression or a function that isn't there throws. What it leaves out silently: reserved words (every expression of the
 * stores also runs on DynamoDB Local), the expiry of rows (days late in DynamoDB too) and anything about capacity. Every
 * read is consistent. For any number of threads.
 */
public final class MemoryDynamoDb implements DynamoDbClient {

    private static final int MOST_WRITTEN = 25;
    private static final int MOST_READ = 100;
    private static final Set<String> EXPRESSION = Set.of(
            "TableName",
            "ConditionExpression",
            "ExpressionAttributeNames",
            "ExpressionAttributeValues",
            "ReturnValues",
            "ReturnValuesOnConditionCheckFailure");

    private final Map<String, MemoryTable> tables = new TreeMap<>();
    private final Transactions transactions = new Transactions();

    @Override
    public synchronized GetItemResponse getItem(GetItemRequest request) {
        return Reads.get(table(request.tableName()), request);
    }

    @Override
    public synchronized PutItemResponse putItem(PutItemRequest request) {
        RequestFields.onlyThese(request, RequestFields.and(EXPRESSION, "Item"));
        Write write = Write.of(table(request.tableName()), request);
        PutItemResponse.Builder answer = PutItemResponse.builder();
        Map<String, AttributeValue> before = apply(write).before();
        if (returned(request.returnValues(), ReturnValue.ALL_OLD) == ReturnValue.ALL_OLD && !before.isEmpty()) {
            answer.attributes(before);
        }
        return answer.build();
    }

    @Override
    public synchronized DeleteItemResponse deleteItem(DeleteItemRequest request) {
        RequestFields.onlyThese(request, RequestFields.and(EXPRESSION, "Key"));
        Write write = Write.of(table(request.tableName()), request);
        DeleteItemResponse.Builder answer = DeleteItemResponse.builder();
        Map<String, AttributeValue> before = apply(write).before();
        if (returned(request.returnValues(), ReturnValue.ALL_OLD) == ReturnValue.ALL_OLD && !before.isEmpty()) {
            answer.attributes(before);
        }
        return answer.build();
    }

    @Override
    public synchronized UpdateItemResponse updateItem(UpdateItemRequest request) {
        RequestFields.onlyThese(request, RequestFields.and(EXPRESSION, "Key", "UpdateExpression"));
        Write write = Write.of(table(request.tableName()), request);
        UpdateItemResponse.Builder answer = UpdateItemResponse.builder();
        Applied applied = apply(write);
        switch (returned(request.returnValues(), ReturnValue.ALL_OLD, ReturnValue.ALL_NEW)) {
            case ALL_OLD -> {
                if (!applied.before().isEmpty()) {
                    answer.attributes(applied.before());
                }
            }
            case ALL_NEW -> answer.attributes(applied.after());
            default -> {
                // Nothing was asked for.
            }
        }
        return answer.build();
    }

    private record Applied(Map<String, AttributeValue> before, Map<String, AttributeValue> after) {}

    private static Applied apply(Write write) {
        if (!write.isAllowed()) {
            throw Failures.condition(write.shown());
        }
        Applied applied = new Applied(write.before(), write.after());
        write.table().set(write.key(), applied.after());
        return applied;
    }

    private static ReturnValue returned(@Nullable ReturnValue wanted, ReturnValue... supported) {
        ReturnValue value = wanted == null ? ReturnValue.NONE : wanted;
        if (value != ReturnValue.NONE && !List.of(supported).contains(value)) {
            throw new UnsupportedOperationException("ReturnValues: " + value);
        }
        return value;
    }

    @Override
    public synchronized QueryResponse query(QueryRequest request) {
        return Reads.query(table(request.tableName()), request);
    }

    @Override
    public synchronized ScanResponse scan(ScanRequest request) {
        return Reads.scan(table(request.tableName()), request);
    }

    @Override
    public synchronized BatchGetItemResponse batchGetItem(BatchGetItemRequest request) {
        RequestFields.onlyThese(request, Set.of("RequestItems"));
        Map<String, List<Map<String, AttributeValue>>> found = new HashMap<>();
        int asked = 0;
        for (Map.Entry<String, KeysAndAttributes> ask : request.requestItems().entrySet()) {
            RequestFields.onlyThese(ask.getValue(), Set.of("Keys", "ConsistentRead"));
            MemoryTable table = table(ask.getKey());
            Set<Key> keys = new HashSet<>();
            for (Map<String, AttributeValue> key : ask.getValue().keys()) {
                keys.add(new Key(table.keys().exactly(Values.canonical(key))));
            }
            asked += ask.getValue().keys().size();
            if (keys.size() != ask.getValue().keys().size()) {
                throw Failures.invalid("Provided list of item keys contains duplicates");
            }
            found.put(
                    ask.getKey(),
                    keys.stream()
                            .sorted()
                            .map(table::get)
                            .filter(item -> !item.isEmpty())
                            .toList());
        }
        Write.within(asked, MOST_READ);
        return BatchGetItemResponse.builder()
                .responses(found)
                .unprocessedKeys(Map.of())
                .build();
    }

    @Override
    public synchronized BatchWriteItemResponse batchWriteItem(BatchWriteItemRequest request) {
        RequestFields.onlyThese(request, Set.of("RequestItems"));
        List<Write> writes = new ArrayList<>();
        request.requestItems()
                .forEach((table, requests) -> requests.forEach(write -> writes.add(write(table(table), write))));
        Write.within(writes.size(), MOST_WRITTEN);
        Write.distinct(writes);
        writes.forEach(MemoryDynamoDb::apply);
        return BatchWriteItemResponse.builder().unprocessedItems(Map.of()).build();
    }

    private static Write write(MemoryTable table, WriteRequest request) {
        return request.putRequest() != null
                ? Write.put(table, request.putRequest().item())
                : Write.delete(table, request.deleteRequest().key());
    }

    @Override
    public synchronized TransactWriteItemsResponse transactWriteItems(TransactWriteItemsRequest request) {
        return transactions.write(request, this::table);
    }

    @Override
    public synchronized CreateTableResponse createTable(CreateTableRequest request) {
        RequestFields.onlyThese(
                request,
                Set.of("TableName", "BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes"));
        MemoryTable created = new MemoryTable(request);
        if (tables.putIfAbsent(request.tableName(), created) != null) {
            throw Failures.exists(request.tableName());
        }
        return CreateTableResponse.builder()
                .tableDescription(created.description())
                .build();
    }

    @Override
    public synchronized UpdateTableResponse updateTable(UpdateTableRequest request) {
        RequestFields.onlyThese(request, Set.of("TableName", "AttributeDefinitions", "GlobalSecondaryIndexUpdates"));
        MemoryTable table = table(request.tableName());
        for (GlobalSecondaryIndexUpdate update : request.globalSecondaryIndexUpdates()) {
            RequestFields.onlyThese(update, Set.of("Create"));
            CreateGlobalSecondaryIndexAction wanted = update.create();
            table.add(
                    GlobalSecondaryIndex.builder()
                            .indexName(wanted.indexName())
                            .keySchema(wanted.keySchema())
                            .projection(wanted.projection())
                            .build(),
                    request.attributeDefinitions());
        }
        return UpdateTableResponse.builder()
                .tableDescription(table.description())
                .build();
    }

    @Override
    public synchronized DescribeTableResponse describeTable(DescribeTableRequest request) {
        return DescribeTableResponse.builder()
                .table(table(request.tableName()).description())
                .build();
    }

    @Override
    public synchronized DescribeTimeToLiveResponse describeTimeToLive(DescribeTimeToLiveRequest request) {
        Optional<String> attribute = table(request.tableName()).timeToLive();
        return DescribeTimeToLiveResponse.builder()
                .timeToLiveDescription(description -> {
                    description.timeToLiveStatus(
                            attribute.isPresent() ? TimeToLiveStatus.ENABLED : TimeToLiveStatus.DISABLED);
                    attribute.ifPresent(description::attributeName);
                })
                .build();
    }

    @Override
    public synchronized UpdateTimeToLiveResponse updateTimeToLive(UpdateTimeToLiveRequest request) {
        MemoryTable table = table(request.tableName());
        if (!request.timeToLiveSpecification().enabled() || table.timeToLive().isPresent()) {
            throw Failures.invalid("TimeToLive is already enabled");
        }
        table.expireBy(request.timeToLiveSpecification().attributeName());
        return UpdateTimeToLiveResponse.builder()
                .timeToLiveSpecification(request.timeToLiveSpecification())
                .build();
    }

    private MemoryTable table(String name) {
        MemoryTable table = tables.get(name);
        if (table == null) {
            throw Failures.missing(name);
        }
        return table;
    }

    @Override
    public DynamoDbWaiter waiter() {
        return DynamoDbWaiter.builder().client(this).build();
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    /** Nothing to close: the tables outlive the clients that were made for them. */
    @Override
    public void close() {}
}
