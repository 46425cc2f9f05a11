package dev.anyhost.verifier.whitelist;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.FakeClock;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Tenants' labels and counts, against a real table. */
class TenantsTest {

    private static final DynamoDbLocal DYNAMO = DynamoDbLocal.start();

    private final String table = "domains-" + UUID.randomUUID();
    private final RecordingHttp http = new RecordingHttp();
    private final DynamoDbClient dynamo = DynamoDbClient.builder()
            .endpointOverride(DYNAMO.endpoint())
            .region(Region.US_EAST_1)
            .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("a", "b")))
            .httpClient(http)
            .build();
    private final Whitelist whitelist = new Whitelist(dynamo, table, FakeClock.at("2026-11-21T00:00:00Z"));
    private final Tenants tenants = whitelist.tenants();

    @AfterAll
    static void stop() {
        DYNAMO.close();
    }

    @BeforeEach
    void open() {
        whitelist.check(true);
        http.operations();
    }

    @AfterEach
    void close() {
        whitelist.close();
        http.close();
    }

    @Test
    void labelIsMadeOnceAndAfterwardsOnlyRead() {
        var made = (Tenants.Result.Tenant) tenants.find("acme");
        assertThat(made.label()).matches("t[0-9a-v]{16}");
        http.operations();
        assertThat(tenants.find("acme")).isEqualTo(made);
        assertThat(http.operations()).containsExactly("GetItem");
        assertThat(((Tenants.Result.Tenant) tenants.find("rival")).label()).isNotEqualTo(made.label());
    }

    @Test
    void countsUpToItsQuotaAndNeverBelowNone() {
        assertThat(tenants.giveBack("acme")).isNotInstanceOf(Tenants.Result.Unreachable.class);
        assertThat(domains(tenants.take("acme", 2))).isEqualTo(1);
        assertThat(domains(tenants.take("acme", 2))).isEqualTo(2);
        assertThat(tenants.take("acme", 2)).isInstanceOf(Tenants.Result.Full.class);
        assertThat(domains(tenants.giveBack("acme"))).isEqualTo(1);
        assertThat(domains(tenants.take("acme", 2))).isEqualTo(2);
        assertThat(domains(tenants.find("acme"))).isEqualTo(2);
    }

    private static long domains(Tenants.Result result) {
        return ((Tenants.Result.Tenant) result).domains();
    }

    @Test
    void tenantWhoseRowIsDamaged_hasNoLabelRatherThanAnEmptyOne() {
        tenants.find("acme");
        dynamo.updateItem(request -> request.tableName(table)
                .key(Map.of("hostname", AttributeValue.fromS("tenant#acme")))
                .updateExpression("REMOVE label"));
        assertThat(tenants.find("acme")).isInstanceOf(Tenants.Result.Unreachable.class);
    }

    @Test
    void take_answerLost_countsOnce() {
        http.loseNextAnswer();
        assertThat(domains(tenants.take("acme", 1))).isEqualTo(1);
        assertThat(http.operations()).containsExactly("UpdateItem", "UpdateItem");
        assertThat(tenants.take("acme", 1)).isInstanceOf(Tenants.Result.Full.class);
        http.operations();

        http.loseNextAnswer();
        assertThat(domains(tenants.giveBack("acme"))).isEqualTo(0);
        assertThat(http.operations()).containsExactly("UpdateItem", "UpdateItem");
    }
}
