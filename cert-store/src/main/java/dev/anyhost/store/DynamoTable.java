package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.util.Map;
import java.util.UUID;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** One table, the client that reaches it, and how its rows are keyed. */
record DynamoTable(DynamoDbClient dynamo, String name, RowKeys rows) {

    /** A table of rows of one kind. */
    DynamoTable(DynamoDbClient dynamo, String name) {
        this(dynamo, name, RowKeys.OWN);
    }

    /** The same table's rows under a name of their own. */
    DynamoTable under(String prefix) {
        return new DynamoTable(dynamo, name, new RowKeys.Under(prefix));
    }

    Map<String, AttributeValue> key(Hostname hostname) {
        return rows.of(hostname);
    }

    Map<String, AttributeValue> key(CoordinationKey key) {
        return rows.of(key);
    }

    /**
     * Marks one conditional write. Where its condition fails and the stored item bears the mark, the write had happened
     * and the SDK asked again after a lost answer.
     */
    static final String ATTEMPT = "attempt";

    static String newAttempt() {
        return UUID.randomUUID().toString();
    }

    static boolean bears(Map<String, AttributeValue> item, String attempt) {
        return Attributes.text(item, ATTEMPT).filter(attempt::equals).isPresent();
    }

    /** Strongly consistent or not, in one call; an empty map when there is no such item. */
    Map<String, AttributeValue> get(Map<String, AttributeValue> key, boolean consistent) {
        return dynamo.getItem(request -> request.tableName(name).key(key).consistentRead(consistent))
                .item();
    }

    /** Names the table, for operators. Whatever the SDK's failure is, it says nothing about what is stored. */
    String unreachable(SdkException failure) {
        return "table " + name + ": " + failure.getClass().getSimpleName() + ": " + failure.getMessage();
    }
}
