package dev.anyhost.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.testkit.DynamoDbLocal;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

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

    @Test
    void productionClient_needsNoCredentialsForAnEndpointAndReportsItsCalls() {
        StoreFixture store = storeWithoutTables(true);
        List<String> heard = new CopyOnWriteArrayList<>();

        try (CertificateTables tables = CertificateTables.open(
                store.settings,
                store.encryption("first"),
                store.time,
                (operation, outcome) -> heard.add(operation + " " + outcome))) {
            assertThat(tables.check()).isEqualTo(new TablesCheck.Ready());
            tables.leases().claim(TestCertificates.hostname("shop.example.com"), "proxy-1");
            tables.leases().claim(TestCertificates.hostname("shop.example.com"), "proxy-2");
        }

        assertThat(heard)
                .contains("DescribeTable FAILED", "CreateTable OK", "GetItem OK", "PutItem OK")
                .endsWith("UpdateItem OK", "UpdateItem CONDITION_FAILED");
    }

    @Override
    StoreFixture open(Path keyFolder, boolean createTables) {
        return StoreFixture.at(database.endpoint(), keyFolder, createTables);
    }
}
