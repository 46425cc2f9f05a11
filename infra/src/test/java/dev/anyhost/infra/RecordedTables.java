package dev.anyhost.infra;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.CreateTableResponse;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableResponse;
import software.amazon.awssdk.services.dynamodb.model.DescribeTimeToLiveRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeTimeToLiveResponse;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexDescription;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;
import software.amazon.awssdk.services.dynamodb.model.UpdateTimeToLiveRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateTimeToLiveResponse;
import software.amazon.awssdk.services.dynamodb.waiters.DynamoDbWaiter;

/** Remembers which tables a program creates. */
final class RecordedTables implements DynamoDbClient {

    private final Map<String, CreateTableRequest> created = new HashMap<>();
    private final Map<String, String> timeToLive = new HashMap<>();

    CreateTableRequest created(String table) {
        return Optional.ofNullable(created.get(table))
                .orElseThrow(() -> new AssertionError(table + " wasn't created, only " + created.keySet()));
    }

    Optional<String> timeToLive(String table) {
        return Optional.ofNullable(timeToLive.get(table));
    }

    @Override
    public CreateTableResponse createTable(CreateTableRequest request) {
        created.put(request.tableName(), request);
        return CreateTableResponse.builder().build();
    }

    @Override
    public DescribeTableResponse describeTable(DescribeTableRequest request) {
        CreateTableRequest table = created.get(request.tableName());
        if (table == null) {
            throw ResourceNotFoundException.builder().message("not yet").build();
        }
        return DescribeTableResponse.builder()
                .table(description -> description
                        .tableName(table.tableName())
                        .tableStatus(TableStatus.ACTIVE)
                        .keySchema(table.keySchema())
                        .attributeDefinitions(table.attributeDefinitions())
                        .globalSecondaryIndexes(table.globalSecondaryIndexes().stream()
                                .map(index -> GlobalSecondaryIndexDescription.builder()
                                        .indexName(index.indexName())
                                        .build())
                                .toList()))
                .build();
    }

    @Override
    public DescribeTimeToLiveResponse describeTimeToLive(DescribeTimeToLiveRequest request) {
        TimeToLiveStatus status =
                timeToLive.containsKey(request.tableName()) ? TimeToLiveStatus.ENABLED : TimeToLiveStatus.DISABLED;
        return DescribeTimeToLiveResponse.builder()
                .timeToLiveDescription(description -> description.timeToLiveStatus(status))
                .build();
    }

    @Override
    public UpdateTimeToLiveResponse updateTimeToLive(UpdateTimeToLiveRequest request) {
        timeToLive.put(request.tableName(), request.timeToLiveSpecification().attributeName());
        return UpdateTimeToLiveResponse.builder().build();
    }

    @Override
    public GetItemResponse getItem(GetItemRequest request) {
        throw SdkClientException.create("there are no items here");
    }

    @Override
    public DynamoDbWaiter waiter() {
        return DynamoDbWaiter.builder().client(this).build();
    }

    @Override
    public String serviceName() {
        return "dynamodb";
    }

    @Override
    public void close() {}
}
