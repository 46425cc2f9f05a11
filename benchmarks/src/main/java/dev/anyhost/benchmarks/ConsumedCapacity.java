package dev.anyhost.benchmarks;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;

/** Counts a client's calls, and the capacity units that DynamoDB says they cost, indexes included. */
final class ConsumedCapacity implements ExecutionInterceptor {

    private final Map<String, Integer> calls = new TreeMap<>();
    private double reads;
    private double writes;

    @Override
    public SdkRequest modifyRequest(Context.ModifyRequest context, ExecutionAttributes attributes) {
        return switch (context.request()) {
            case GetItemRequest get ->
                get.toBuilder()
                        .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)
                        .build();
            case PutItemRequest put ->
                put.toBuilder()
                        .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)
                        .build();
            case QueryRequest query ->
                query.toBuilder()
                        .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)
                        .build();
            default -> context.request();
        };
    }

    @Override
    public synchronized void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
        String request = context.request().getClass().getSimpleName();
        calls.merge(request.replace("Request", ""), 1, Integer::sum);
        switch (context.response()) {
            case GetItemResponse get -> reads += units(get.consumedCapacity());
            case QueryResponse query -> reads += units(query.consumedCapacity());
            case PutItemResponse put -> writes += units(put.consumedCapacity());
            default -> {
                // Tables are made and described once.
            }
        }
    }

    private static double units(software.amazon.awssdk.services.dynamodb.model.ConsumedCapacity capacity) {
        return Optional.ofNullable(capacity)
                .map(software.amazon.awssdk.services.dynamodb.model.ConsumedCapacity::capacityUnits)
                .orElse(0.0);
    }

    synchronized void reset() {
        calls.clear();
        reads = 0;
        writes = 0;
    }

    synchronized int calls(String operation) {
        return calls.getOrDefault(operation, 0);
    }

    synchronized int calls() {
        return calls.values().stream().mapToInt(Integer::intValue).sum();
    }

    synchronized double reads() {
        return reads;
    }

    synchronized double writes() {
        return writes;
    }
}
