package dev.anyhost.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.store.encryption.Plaintext;
import dev.anyhost.testkit.CountingDynamoDb;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.DynamoOperation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

class CaddyTableTest {

    private static DynamoDbLocal database;

    private final TestTime time = new TestTime();
    private final List<Duration> slept = new ArrayList<>();
    private final String name = "caddy-" + UUID.randomUUID();
    private CountingDynamoDb dynamo;
    private CaddyTable table;

    @BeforeAll
    static void start() {
        database = DynamoDbLocal.start();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @BeforeEach
    void open() {
        dynamo = new CountingDynamoDb(database.client());
        create(name, "PrimaryKey");
        table = open(name);
    }

    @AfterEach
    void close() {
        table.close();
    }

    private CaddyTable open(String tableName) {
        return new CaddyTable(dynamo, tableName, new ReadPace(1_000, time, duration -> {
            slept.add(duration);
            time.advance(duration);
        }));
    }

    private void create(String tableName, String key) {
        dynamo.createTable(request -> request.tableName(tableName)
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .attributeDefinitions(AttributeDefinition.builder()
                        .attributeName(key)
                        .attributeType(ScalarAttributeType.S)
                        .build())
                .keySchema(KeySchemaElement.builder()
                        .attributeName(key)
                        .keyType(KeyType.HASH)
                        .build()));
    }

    private void put(String key, AttributeValue contents) {
        dynamo.putItem(request -> request.tableName(name)
                .item(Map.of(
                        "PrimaryKey", AttributeValue.fromS(key),
                        "Contents", contents,
                        "LastUpdated", AttributeValue.fromS(Instant.EPOCH.toString()))));
    }

    private void put(String key, String contents) {
        put(key, AttributeValue.fromS(Base64.getEncoder().encodeToString(contents.getBytes(StandardCharsets.UTF_8))));
    }

    private static RuntimeException throttled() {
        return ProvisionedThroughputExceededException.builder()
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode("ProvisionedThroughputExceededException")
                        .build())
                .build();
    }

    @Test
    void keys_areAllShown_pageByPage() throws Exception {
        List<String> keys = IntStream.range(0, 250).mapToObj(i -> "key-" + i).toList();
        keys.forEach(key -> put(key, "x"));
        List<String> shown = new ArrayList<>();

        assertThat(table.keys(shown::add)).isEqualTo(new StoreEffect.Done());

        assertThat(shown).containsExactlyInAnyOrderElementsOf(keys);
        assertThat(dynamo.calls(DynamoOperation.SCAN)).isEqualTo(3);
        assertThat(slept).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void content_isTheFilesBytes() throws Exception {
        put("certificates/ca/a.example/a.example.key", "secret\n");

        CaddyFile file = table.content("certificates/ca/a.example/a.example.key");

        assertThat(file)
                .isInstanceOfSatisfying(
                        CaddyFile.Content.class,
                        content -> assertThat(content.bytes().bytes())
                                .asString(StandardCharsets.UTF_8)
                                .isEqualTo("secret\n"));
        assertThat(file).hasToString("Content[bytes=" + Plaintext.class.getSimpleName() + "]");
    }

    @Test
    void missingAndUnreadableItems_areTold() throws Exception {
        put("not base64", AttributeValue.fromS("%%%"));
        put("not text", AttributeValue.fromN("7"));

        assertThat(table.content("nothing")).isEqualTo(new CaddyFile.Absent());
        assertThat(table.content("not base64")).isEqualTo(new CaddyFile.Damaged("Contents isn't base64"));
        assertThat(table.content("not text")).isEqualTo(new CaddyFile.Damaged("no text attribute Contents"));
    }

    @Test
    void tableAtItsLimit_isAskedLaterAndLater() throws Exception {
        put("a", "x");
        dynamo.failNext(DynamoOperation.GET_ITEM, throttled());
        dynamo.failNext(DynamoOperation.GET_ITEM, throttled());

        assertThat(table.content("a")).isInstanceOf(CaddyFile.Content.class);

        assertThat(slept).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
    }

    @Test
    void tableAtItsLimitForAMinute_isGivenUp() throws Exception {
        IntStream.range(0, 7).forEach(_ -> dynamo.failNext(DynamoOperation.SCAN, throttled()));

        assertThat(table.keys(key -> {}))
                .isInstanceOfSatisfying(
                        StoreEffect.Unreachable.class,
                        unreachable -> assertThat(unreachable.reason())
                                .startsWith("table " + name + ": ProvisionedThroughputExceeded"));

        assertThat(slept.stream().reduce(Duration.ZERO, Duration::plus)).isEqualTo(Duration.ofSeconds(63));
    }

    @Test
    void otherFailures_endAtOnce() throws Exception {
        dynamo.becomeUnreachable();

        assertThat(table.content("a")).isInstanceOf(CaddyFile.Unreachable.class);
        assertThat(table.problem()).isPresent();

        assertThat(slept).isEmpty();
    }

    @Test
    void tableOfOurs_isNoneOfCaddys() {
        create(name + "-ours", CertificateItem.HOSTNAME);

        assertThat(table.problem()).isEmpty();
        assertThat(open(name + "-ours").problem())
                .contains("table " + name + "-ours: keyed by [hostname] (expected: [PrimaryKey])");
        assertThat(open(name + "-none").problem()).contains("table " + name + "-none: missing");
    }
}
