package dev.anyhost.testkit.replication;

import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.memory.MemoryDynamoDb;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/** Three databases that know nothing of each other. */
record Regions(DynamoDbClient east, DynamoDbClient west, DynamoDbClient south, Runnable end) {

    enum Kind {
        IN_MEMORY,
        /** But for the third region: two processes show the same. */
        DYNAMODB_LOCAL
    }

    static Regions start(Kind kind) {
        return switch (kind) {
            case IN_MEMORY -> inMemory();
            case DYNAMODB_LOCAL -> local();
        };
    }

    private static Regions inMemory() {
        return new Regions(new MemoryDynamoDb(), new MemoryDynamoDb(), new MemoryDynamoDb(), () -> {});
    }

    private static Regions local() {
        DynamoDbLocal east = DynamoDbLocal.start();
        DynamoDbLocal west = DynamoDbLocal.start();
        return new Regions(east.client(), west.client(), new MemoryDynamoDb(), () -> {
            east.close();
            west.close();
        });
    }

    Map<String, DynamoDbClient> byName() {
        return Map.of("east", east, "west", west, "south", south);
    }

    /** Makes a table in each region, with nothing in it. */
    void createTable(String name) {
        byName().values()
                .forEach(dynamo -> dynamo.createTable(request -> request.tableName(name)
                        .billingMode(BillingMode.PAY_PER_REQUEST)
                        .attributeDefinitions(AttributeDefinition.builder()
                                .attributeName("id")
                                .attributeType(ScalarAttributeType.S)
                                .build())
                        .keySchema(KeySchemaElement.builder()
                                .attributeName("id")
                                .keyType(KeyType.HASH)
                                .build())));
    }
}
