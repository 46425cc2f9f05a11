package dev.anyhost.testkit;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The DynamoDB operations that {@link RelayedDynamoDb} passes on. */
public enum DynamoOperation {
    GET_ITEM,
    PUT_ITEM,
    UPDATE_ITEM,
    DELETE_ITEM,
    QUERY,
    SCAN,
    BATCH_GET_ITEM,
    BATCH_WRITE_ITEM,
    TRANSACT_GET_ITEMS,
    TRANSACT_WRITE_ITEMS,
    CREATE_TABLE,
    DELETE_TABLE,
    DESCRIBE_TABLE,
    LIST_TABLES,
    UPDATE_TABLE,
    DESCRIBE_TIME_TO_LIVE,
    UPDATE_TIME_TO_LIVE;

    /** As it is called on the wire, such as {@code GetItem}. */
    public String wireName() {
        return Arrays.stream(name().split("_"))
                .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
                .collect(Collectors.joining());
    }
}
