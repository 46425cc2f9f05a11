package dev.anyhost.store;

import dev.anyhost.testkit.DynamoDbLocal;
import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract against DynamoDB Local. */
class DynamoDbLocalStoreTest extends WholeContract {

    private static DynamoDbLocal database;

    @BeforeAll
    static void start() {
        database = DynamoDbLocal.start();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @Override
    URI endpoint() {
        return database.endpoint();
    }
}
