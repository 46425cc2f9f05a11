package dev.anyhost.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

@Timeout(60)
class DynamoDbLocalTest {

    private static final Map<String, AttributeValue> ITEM = Map.of("id", AttributeValue.fromS("kept"));

    @Test
    void item_isReadBack() {
        try (DynamoDbLocal dynamo = DynamoDbLocal.start();
                DynamoDbClient client = dynamo.client()) {
            putItem(client);
            assertThat(client.getItem(get -> get.tableName("things").key(ITEM)).item())
                    .isEqualTo(ITEM);
        }
    }

    @Test
    void dataFolder_keepsItemsAcrossRestarts(@TempDir Path folder) {
        try (DynamoDbLocal dynamo = DynamoDbLocal.start(folder, 0);
                DynamoDbClient client = dynamo.client()) {
            putItem(client);
        }
        try (DynamoDbLocal dynamo = DynamoDbLocal.start(folder, 0);
                DynamoDbClient client = dynamo.client()) {
            assertThat(client.getItem(get -> get.tableName("things").key(ITEM)).hasItem())
                    .isTrue();
        }
    }

    @Test
    void killed_isUnreachable() {
        try (DynamoDbLocal dynamo = DynamoDbLocal.start();
                DynamoDbClient client = dynamo.client()) {
            dynamo.kill();
            assertThatThrownBy(client::listTables).isInstanceOf(SdkClientException.class);
        }
    }

    private static void putItem(DynamoDbClient client) {
        client.createTable(table -> table.tableName("things")
                .keySchema(KeySchemaElement.builder()
                        .attributeName("id")
                        .keyType(KeyType.HASH)
                        .build())
                .attributeDefinitions(AttributeDefinition.builder()
                        .attributeName("id")
                        .attributeType(ScalarAttributeType.S)
                        .build())
                .billingMode(BillingMode.PAY_PER_REQUEST));
        client.putItem(put -> put.tableName("things").item(ITEM));
    }
}
