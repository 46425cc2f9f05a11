package dev.anyhost.testkit;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;

/**
 * Counts a client's calls, and the capacity units that DynamoDB says they cost, indexes included. A call that fails, as on
 * its condition, isn't counted.
 */
public final class ConsumedCapacity implements ExecutionInterceptor {

    private static final ReturnConsumedCapacity TOTAL = ReturnConsumedCapacity.TOTAL;

    private final Map<String, Integer> calls = new TreeMap<>();
    private final Map<String, Double> units = new TreeMap<>();

    @Override
    public SdkRequest modifyRequest(Context.ModifyRequest context, ExecutionAttributes attributes) {
        return switch (context.request()) {
            case GetItemRequest get -> get.toBuilder().returnConsumedCapacity(TOTAL).build();
            case BatchGetItemRequest get ->
                get.toBuilder().returnConsumedCapacity(TOTAL).build();
            case QueryRequest query ->
                query.toBuilder().returnConsumedCapacity(TOTAL).build();
            case PutItemRequest put -> put.toBuilder().returnConsumedCapacity(TOTAL).build();
            case UpdateItemRequest update ->
                update.toBuilder().returnConsumedCapacity(TOTAL).build();
            case DeleteItemRequest delete ->
                delete.toBuilder().returnConsumedCapacity(TOTAL).build();
            default -> context.request();
        };
    }

    @Override
    public synchronized void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
        String operation = context.request().getClass().getSimpleName().replace("Request", "");
        calls.merge(operation, 1, Integer::sum);
        double cost = switch (context.response()) {
            case GetItemResponse get -> units(get.consumedCapacity());
            case BatchGetItemResponse get ->
                get.consumedCapacity().stream()
                        .mapToDouble(ConsumedCapacity::units)
                        .sum();
            case QueryResponse query -> units(query.consumedCapacity());
            case PutItemResponse put -> units(put.consumedCapacity());
            case UpdateItemResponse update -> units(update.consumedCapacity());
            case DeleteItemResponse delete -> units(delete.consumedCapacity());
            default -> 0; // Tables are made and described once.
        };
        units.merge(operation, cost, Double::sum);
    }

    private static double units(software.amazon.awssdk.services.dynamodb.model.ConsumedCapacity capacity) {
        return Optional.ofNullable(capacity)
                .map(software.amazon.awssdk.services.dynamodb.model.ConsumedCapacity::capacityUnits)
                .orElse(0.0);
    }

    /** Starts at zero again. */
    public synchronized void reset() {
        calls.clear();
        units.clear();
    }

    /** How often an operation was called, such as {@code GetItem}. */
    public synchronized int calls(String operation) {
        return calls.getOrDefault(operation, 0);
    }

    /** How often anything was called. */
    public synchronized int calls() {
        return calls.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** What an operation's calls cost. */
    public synchronized double units(String operation) {
        return units.getOrDefault(operation, 0.0);
    }

    /** Read units. */
    public synchronized double reads() {
        return sum(List.of("GetItem", "BatchGetItem", "Query"));
    }

    /** Write units. */
    public synchronized double writes() {
        return sum(List.of("PutItem", "UpdateItem", "DeleteItem"));
    }

    private double sum(List<String> operations) {
        return operations.stream()
                .mapToDouble(operation -> units.getOrDefault(operation, 0.0))
                .sum();
    }

    /** Calls and units of every operation. */
    @Override
    public synchronized String toString() {
        return calls + " " + units;
    }
}
