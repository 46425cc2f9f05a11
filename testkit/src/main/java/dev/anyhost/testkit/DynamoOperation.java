package dev.anyhost.testkit;

/** The DynamoDB operations that {@link CountingDynamoDb} passes on. */
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
    UPDATE_TIME_TO_LIVE
}
