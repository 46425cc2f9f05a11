package dev.anyhost.verifier.whitelist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.anyhost.domain.Hostname;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.Ports;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.onboarding.DomainStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

class WhitelistTest {

    private static final Instant NOW = Instant.parse("2026-11-21T10:15:30.123456Z");
    private static final Instant NOW_STORED = Instant.parse("2026-11-21T10:15:30.123Z");
    private static final Hostname SHOP = hostname("shop.example");
    private static final Optional<URI> ORIGIN = Optional.of(URI.create("https://origin.example:8443"));

    private static final DynamoDbLocal DYNAMO = DynamoDbLocal.start();

    private final String table = "domains-" + UUID.randomUUID();
    private final RecordingHttp http = new RecordingHttp();
    private final DynamoDbClient client = DynamoDbClient.builder()
            .endpointOverride(DYNAMO.endpoint())
            .region(Region.US_EAST_1)
            .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("a", "b")))
            .httpClient(http)
            .build();
    private final Whitelist whitelist = new Whitelist(client, table, InstantSource.fixed(NOW));

    @AfterAll
    static void stopDynamoDb() {
        DYNAMO.close();
    }

    @BeforeEach
    void createTable() {
        assertThat(whitelist.check(true)).isEqualTo(new TableCheck.Ready());
        http.operations();
    }

    @AfterEach
    void close() {
        whitelist.close();
        http.close();
    }

    private Domain addShop() {
        return ((AddResult.Added) whitelist.add(SHOP, "acme", ORIGIN, DomainStatus.ACTIVE)).domain();
    }

    private static Hostname hostname(String text) {
        return Hostname.parse(text).orElseThrow();
    }

    @Test
    void missingTable_isNamed_andCreatedOnlyWhenAllowed() {
        String other = "other-" + UUID.randomUUID();
        var missing = new Whitelist(client, other, InstantSource.fixed(NOW));
        assertThat(missing.check(false)).isEqualTo(new TableCheck.NotReady("table " + other + " doesn't exist"));
        assertThat(missing.find(SHOP))
                .isEqualTo(new FindResult.Unreachable(
                        "table " + other + ": ResourceNotFoundException ResourceNotFoundException"));
        assertThat(missing.check(true)).isEqualTo(new TableCheck.Ready());
        assertThat(missing.check(true)).isEqualTo(new TableCheck.Ready());
        assertThat(missing.check(false)).isEqualTo(new TableCheck.Ready());
        assertThat(missing.find(SHOP)).isEqualTo(new FindResult.Absent());
    }

    @Test
    void missingTable_createdByManyAtOnce_readyForAll() throws Exception {
        var missing = new Whitelist(client, "race-" + UUID.randomUUID(), InstantSource.fixed(NOW));
        assertThat(inParallel(6, _ -> missing.check(true))).containsOnly(new TableCheck.Ready());
    }

    @Test
    void tableOfSomebodyElse_isNotReady() {
        createTableKeyedBy("id", table + "-x");
        createTableKeyedBy("hostname", table + "-y");
        assertThat(new Whitelist(client, table + "-x", InstantSource.fixed(NOW)).check(true))
                .isEqualTo(new TableCheck.NotReady("table " + table + "-x has another key than hostname"));
        assertThat(new Whitelist(client, table + "-y", InstantSource.fixed(NOW)).check(true))
                .isEqualTo(new TableCheck.NotReady("table " + table + "-y has no index by-shard"));
    }

    private void createTableKeyedBy(String key, String name) {
        client.createTable(CreateTableRequest.builder()
                .tableName(name)
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .attributeDefinitions(AttributeDefinition.builder()
                        .attributeName(key)
                        .attributeType(ScalarAttributeType.S)
                        .build())
                .keySchema(KeySchemaElement.builder()
                        .attributeName(key)
                        .keyType(KeyType.HASH)
                        .build())
                .build());
    }

    @Test
    void find_oneGetItem() {
        assertThat(whitelist.find(SHOP)).isEqualTo(new FindResult.Absent());
        Domain shop = addShop();
        http.operations();
        assertThat(whitelist.find(SHOP)).isEqualTo(new FindResult.Found(shop));
        assertThat(http.operations()).containsExactly("GetItem");
    }

    @Test
    void add_everyStatusWithAndWithoutOrigin_isFoundAsAdded() {
        for (DomainStatus status : DomainStatus.values()) {
            for (Optional<URI> origin : List.of(ORIGIN, Optional.<URI>empty())) {
                Hostname name = hostname(status.text() + "." + origin.isPresent() + ".example");
                var added = (AddResult.Added) whitelist.add(name, "B\u00fccher & S\u00f6hne", origin, status);
                assertThat(added.domain())
                        .returns("B\u00fccher & S\u00f6hne", Domain::tenant)
                        .returns(origin, Domain::origin)
                        .returns(status, Domain::status)
                        .returns(NOW_STORED, Domain::createdAt)
                        .returns(1L, Domain::version);
                assertThat(whitelist.find(name)).isEqualTo(new FindResult.Found(added.domain()));
            }
        }
    }

    @Test
    void add_identicalRepeat_changesNothing() {
        Domain suspended = ((AddResult.Added) whitelist.add(SHOP, "acme", ORIGIN, DomainStatus.SUSPENDED)).domain();
        var later = new Whitelist(client, table, InstantSource.fixed(NOW.plusSeconds(9)));
        assertThat(later.add(SHOP, "acme", ORIGIN, DomainStatus.ACTIVE))
                .isEqualTo(new AddResult.AlreadyThere(suspended));
        assertThat(whitelist.find(SHOP)).isEqualTo(new FindResult.Found(suspended));
    }

    @Test
    void add_otherTenantOrOrigin_isAConflictAndChangesNothing() {
        Domain shop = addShop();
        var conflict = new AddResult.Conflict(shop);
        assertThat(whitelist.add(SHOP, "rival", ORIGIN, DomainStatus.ACTIVE)).isEqualTo(conflict);
        assertThat(whitelist.add(SHOP, "acme", Optional.empty(), DomainStatus.ACTIVE))
                .isEqualTo(conflict);
        assertThat(whitelist.find(SHOP)).isEqualTo(new FindResult.Found(shop));
    }

    @Test
    void add_byManyTenantsAtOnce_oneWinsAndTheOthersLearnWho() throws Exception {
        var results = inParallel(8, i -> whitelist.add(SHOP, "tenant-" + i, ORIGIN, DomainStatus.ACTIVE));
        var winner = ((FindResult.Found) whitelist.find(SHOP)).domain();
        assertThat(results).containsOnlyOnce(new AddResult.Added(winner));
        assertThat(results).filteredOn(new AddResult.Conflict(winner)::equals).hasSize(7);
    }

    @Test
    void add_answerLost_isStillAdded() {
        http.loseNextAnswer();
        Domain added = addShop();
        assertThat(whitelist.find(SHOP)).isEqualTo(new FindResult.Found(added));
        assertThat(http.operations()).containsExactly("PutItem", "PutItem", "GetItem");
    }

    @Test
    void remove_whatIsThere() {
        assertThat(whitelist.remove(SHOP)).isEqualTo(new RemoveResult.Absent());
        Domain shop = addShop();
        assertThat(whitelist.remove(SHOP)).isEqualTo(new RemoveResult.Removed(shop));
        assertThat(whitelist.find(SHOP)).isInstanceOf(FindResult.Left.class);
        assertThat(whitelist.remove(SHOP)).isEqualTo(new RemoveResult.Absent());
        assertThat(whitelist.add(SHOP, "rival", ORIGIN, DomainStatus.ACTIVE)).isInstanceOf(AddResult.Added.class);
    }

    @Test
    void remove_answerLost_isStillRemoved() {
        Domain shop = addShop();
        http.operations();
        http.loseNextAnswer();
        assertThat(whitelist.remove(shop)).isEqualTo(new RemoveResult.Removed(shop));
        assertThat(http.operations()).containsExactly("PutItem", "PutItem");
    }

    @Test
    void remove_ofWhatAnotherRegisteredMeanwhile_leavesIt() {
        Domain shop = addShop();
        whitelist.remove(SHOP);
        whitelist.add(SHOP, "rival", ORIGIN, DomainStatus.ACTIVE);
        assertThat(whitelist.remove(shop)).isEqualTo(new RemoveResult.Changed());
        assertThat(whitelist.find(SHOP)).isInstanceOf(FindResult.Found.class);
    }

    @ParameterizedTest
    @CsvSource({
        "status, S, frozen",
        "status, S, ACTIVE",
        "status, N, 1",
        "tenant, S, ' '",
        "tenant, S, 'a\u0007b'",
        "origin, S, ftp://origin.example",
        "origin, N, 7",
        "version, S, 1",
        "version, N, 1.5",
        "version, N, 1e30",
        "created_at, S, yesterday"
    })
    void unreadableRow_isNeitherYesNorNo(String attribute, String type, String value) {
        whitelist.add(SHOP, "acme", ORIGIN, DomainStatus.ACTIVE);
        client.updateItem(request -> request.tableName(table)
                .key(Map.of("hostname", AttributeValue.fromS("shop.example")))
                .updateExpression("SET #a = :v")
                .expressionAttributeNames(Map.of("#a", attribute))
                .expressionAttributeValues(
                        Map.of(":v", type.equals("S") ? AttributeValue.fromS(value) : AttributeValue.fromN(value))));
        assertUnreadable(attribute);
    }

    @Test
    void rowWithoutStatus_isNeitherYesNorNo() {
        whitelist.add(SHOP, "acme", ORIGIN, DomainStatus.ACTIVE);
        client.updateItem(request -> request.tableName(table)
                .key(Map.of("hostname", AttributeValue.fromS("shop.example")))
                .updateExpression("REMOVE #a")
                .expressionAttributeNames(Map.of("#a", "status")));
        assertUnreadable("status");
    }

    private void assertUnreadable(String attribute) {
        String reason = "the row of shop.example has no usable " + attribute;
        assertThat(whitelist.find(SHOP)).isEqualTo(new FindResult.Unreadable(reason));
        assertThat(whitelist.add(SHOP, "acme", ORIGIN, DomainStatus.ACTIVE))
                .isEqualTo(new AddResult.Unreadable(reason));
        assertThat(whitelist.remove(SHOP)).isEqualTo(new RemoveResult.Unreadable(reason));
        assertThat(whitelist.list(Optional.empty(), 10, Optional.empty()))
                .isEqualTo(new ListResult.Page(List.of(), List.of("shop.example"), Optional.empty()));
    }

    @Test
    void list_pageByPage_everyDomainOnceAndNothingScanned() {
        for (int i = 0; i < 60; i++) {
            whitelist.add(hostname("h" + i + ".example"), "tenant-" + i % 3, Optional.empty(), DomainStatus.ACTIVE);
        }
        http.operations();
        List<String> all =
                IntStream.range(0, 60).mapToObj(i -> "h" + i + ".example").toList();
        List<String> third = IntStream.range(0, 20)
                .mapToObj(i -> "h" + (3 * i + 1) + ".example")
                .toList();
        for (int limit : List.of(1, 7, 60, 1_000)) {
            assertThat(names(Optional.empty(), limit)).containsExactlyInAnyOrderElementsOf(all);
            assertThat(names(Optional.of("tenant-1"), limit))
                    .containsExactlyElementsOf(third.stream().sorted().toList());
        }
        assertThat(names(Optional.of("nobody"), 7)).isEmpty();
        assertThat(http.operations()).containsOnly("Query", "BatchGetItem");
    }

    private List<String> names(Optional<String> tenant, int limit) {
        var names = new ArrayList<String>();
        Optional<Hostname> after = Optional.empty();
        do {
            var page = (ListResult.Page) whitelist.list(tenant, limit, after);
            assertThat(page.domains()).hasSizeLessThanOrEqualTo(limit);
            page.domains().forEach(domain -> names.add(domain.hostname().value()));
            after = page.next();
        } while (after.isPresent());
        return names;
    }

    @Test
    void list_limitBelowOne_isACallersMistake() {
        assertThatIllegalArgumentException().isThrownBy(() -> whitelist.list(Optional.empty(), 0, Optional.empty()));
    }

    @Test
    void nothingListening_isUnreachable() {
        try (var away = open(URI.create("http://127.0.0.1:" + Ports.free()))) {
            assertThat(away.find(SHOP)).isInstanceOf(FindResult.Unreachable.class);
            assertThat(away.add(SHOP, "acme", ORIGIN, DomainStatus.ACTIVE)).isInstanceOf(AddResult.Unreachable.class);
            assertThat(away.remove(SHOP)).isInstanceOf(RemoveResult.Unreachable.class);
            assertThat(away.list(Optional.empty(), 5, Optional.empty())).isInstanceOf(ListResult.Unreachable.class);
            assertThat(away.check(true)).isInstanceOf(TableCheck.NotReady.class);
        }
    }

    @Test
    void nobodyAnswering_isUnreachable() throws IOException {
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var away = open(URI.create("http://127.0.0.1:" + silent.getLocalPort()))) {
            assertThat(away.find(SHOP)).isEqualTo(new FindResult.Unreachable("table domains: ApiCallTimeoutException"));
        }
    }

    private static Whitelist open(URI endpoint) {
        var settings = new WhitelistSettings("us-east-1", Optional.of(endpoint), "domains", true);
        return Whitelist.open(settings, InstantSource.fixed(NOW));
    }

    @Test
    void noCredentials_isUnreachable() {
        var unsigned = DynamoDbClient.builder()
                .endpointOverride(DYNAMO.endpoint())
                .region(Region.US_EAST_1)
                .credentialsProvider(AnonymousCredentialsProvider.create())
                .httpClient(http)
                .build();
        assertThat(new Whitelist(unsigned, table, InstantSource.fixed(NOW)).find(SHOP))
                .isInstanceOf(FindResult.Unreachable.class);
    }

    @Test
    void ownClient_worksOnDynamoDbLocalWithoutCredentials() {
        var settings = new WhitelistSettings("eu-west-1", Optional.of(DYNAMO.endpoint()), table, false);
        try (var opened = Whitelist.open(settings, InstantSource.fixed(NOW))) {
            assertThat(opened.check(false)).isEqualTo(new TableCheck.Ready());
            assertThat(opened.find(SHOP)).isEqualTo(new FindResult.Absent());
        }
    }

    private static <T> List<T> inParallel(int calls, Function<Integer, T> call) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var tasks = new ArrayList<Callable<T>>();
            IntStream.range(0, calls).forEach(i -> tasks.add(() -> call.apply(i)));
            var results = new ArrayList<T>();
            for (var future : threads.invokeAll(tasks)) {
                results.add(future.get());
            }
            return results;
        }
    }
}
