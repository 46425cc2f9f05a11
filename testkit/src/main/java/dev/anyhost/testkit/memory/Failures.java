package dev.anyhost.testkit.memory;

import java.util.List;
import java.util.Map;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/** DynamoDB's answers other than yes. */
final class Failures {

    static final String CONDITION = "ConditionalCheckFailed";

    private static final int BAD_REQUEST = 400;

    private Failures() {}

    static DynamoDbException invalid(String message) {
        return (DynamoDbException) DynamoDbException.builder()
                .message(message)
                .statusCode(BAD_REQUEST)
                .awsErrorDetails(details("ValidationException", message))
                .build();
    }

    static ConditionalCheckFailedException condition(Map<String, AttributeValue> shown) {
        String message = "The conditional request failed";
        ConditionalCheckFailedException.Builder failure = ConditionalCheckFailedException.builder();
        if (!shown.isEmpty()) {
            failure.item(shown);
        }
        return failure.message(message)
                .statusCode(BAD_REQUEST)
                .awsErrorDetails(details("ConditionalCheckFailedException", message))
                .build();
    }

    static TransactionCanceledException cancelled(List<CancellationReason> reasons) {
        String message = "Transaction cancelled, please refer cancellation reasons for specific reasons "
                + reasons.stream().map(CancellationReason::code).toList();
        return TransactionCanceledException.builder()
                .cancellationReasons(reasons)
                .message(message)
                .statusCode(BAD_REQUEST)
                .awsErrorDetails(details("TransactionCanceledException", message))
                .build();
    }

    static ResourceNotFoundException missing(String table) {
        String message = "Cannot do operations on a non-existent table: " + table;
        return ResourceNotFoundException.builder()
                .message(message)
                .statusCode(BAD_REQUEST)
                .awsErrorDetails(details("ResourceNotFoundException", message))
                .build();
    }

    static ResourceInUseException exists(String table) {
        String message = "Table already exists: " + table;
        return ResourceInUseException.builder()
                .message(message)
                .statusCode(BAD_REQUEST)
                .awsErrorDetails(details("ResourceInUseException", message))
                .build();
    }

    private static AwsErrorDetails details(String code, String message) {
        return AwsErrorDetails.builder()
                .serviceName("DynamoDb")
                .errorCode(code)
                .errorMessage(message)
                .build();
    }
}
