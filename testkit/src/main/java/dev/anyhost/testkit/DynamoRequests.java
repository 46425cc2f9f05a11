package dev.anyhost.testkit;

import java.util.function.Predicate;

/** DynamoDB's requests and errors on the wire, for an {@link HttpGate} in front of {@link DynamoDbLocal}. */
public final class DynamoRequests {

    private static final String TYPE = "application/x-amz-json-1.0";

    private DynamoRequests() {}

    /** Requests of an operation, such as {@code PutItem}, on a table. */
    public static Predicate<RawRequest> of(String operation, String table) {
        return operation(operation).and(mentioning("\"" + table + "\""));
    }

    /** Requests of an operation, such as {@code PutItem}. */
    public static Predicate<RawRequest> operation(String operation) {
        return request -> request.header("X-Amz-Target")
                .filter(target -> target.endsWith("." + operation))
                .isPresent();
    }

    /** Requests that have this text in their JSON. */
    public static Predicate<RawRequest> mentioning(String text) {
        return request -> request.body().contains(text);
    }

    /** Whether a condition kept a write from taking effect. */
    public static boolean isConditionFailed(HttpExchange exchange) {
        return exchange.answeredWith(400)
                && exchange.answer()
                        .filter(answer -> answer.body().contains("ConditionalCheckFailedException"))
                        .isPresent();
    }

    /** More than the table's capacity. */
    public static HttpAnswer throttled() {
        return error(400, "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException");
    }

    /** DynamoDB's own fault. */
    public static HttpAnswer internalError() {
        return error(500, "com.amazonaws.dynamodb.v20120810#InternalServerError");
    }

    private static HttpAnswer error(int status, String type) {
        return HttpAnswer.of(status, TYPE, "{\"__type\":\"" + type + "\",\"message\":\"scripted\"}");
    }
}
