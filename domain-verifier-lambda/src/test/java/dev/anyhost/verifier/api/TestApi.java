package dev.anyhost.verifier.api;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import dev.anyhost.dns.DnsName;
import dev.anyhost.domain.Hostname;
import dev.anyhost.store.changes.Change;
import dev.anyhost.store.changes.ChangeLog;
import dev.anyhost.store.changes.ChangesSince;
import dev.anyhost.testkit.CoordinationTable;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.FakeClock;
import dev.anyhost.verifier.AskHandler;
import dev.anyhost.verifier.FunctionUrlServer;
import dev.anyhost.verifier.dns.Edge;
import dev.anyhost.verifier.onboarding.CheckSchedule;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.onboarding.Finding;
import dev.anyhost.verifier.onboarding.FindingCode;
import dev.anyhost.verifier.whitelist.FindResult;
import dev.anyhost.verifier.whitelist.ProxyNotices;
import dev.anyhost.verifier.whitelist.TableCheck;
import dev.anyhost.verifier.whitelist.UpdateResult;
import dev.anyhost.verifier.whitelist.Whitelist;
import dev.anyhost.verifier.whitelist.WhitelistSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The domains API at a local function URL over DynamoDB Local, with a key of an operator's and of the tenants acme and
 * rival, and tables of its own. Every exchange is held against the OpenAPI document.
 */
public final class TestApi implements AutoCloseable {

    public static final long QUOTA = 120;
    public static final String ADMIN = ApiKeys.generate();
    public static final String ACME = ApiKeys.generate();
    public static final String RIVAL = ApiKeys.generate();

    private final DynamoDbLocal dynamo = DynamoDbLocal.start();
    private final DynamoDbClient client = dynamo.client();
    private final String table = "domains-" + UUID.randomUUID();
    private final String coordination = "coordination-" + UUID.randomUUID();
    private final FakeClock clock = FakeClock.at("2026-11-21T10:00:00Z");
    private final HttpClient http = HttpClient.newHttpClient();
    private final ApiContract contract = new ApiContract();
    private final Whitelist whitelist = new Whitelist(dynamo.client(), table, clock);
    private final ProxyNotices notices;
    private final DomainsHandler handler;
    private final FunctionUrlServer server;

    private TestApi() {
        whitelist.check(true);
        CoordinationTable.create(client, coordination);
        var changes = new WhitelistSettings("us-east-1", Optional.of(dynamo.endpoint()), coordination, false);
        notices = ProxyNotices.open(changes, clock);
        handler = new DomainsHandler(new DomainTables(whitelist, notices, clock), settings(), keys());
        try {
            server = FunctionUrlServer.start(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    new SharedAddress(new AskHandler(whitelist), Optional.of(handler)),
                    clock);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Starts one. */
    public static TestApi start() {
        var api = new TestApi();
        if (!(api.whitelist.check(false) instanceof TableCheck.Ready)) {
            throw new IllegalStateException("no table");
        }
        return api;
    }

    static ApiSettings settings() {
        return new ApiSettings(
                new Edge(
                        new DnsName("edge.example"),
                        List.of(InetAddress.ofLiteral("192.0.2.1"), InetAddress.ofLiteral("2001:db8::1")),
                        Edge.LETS_ENCRYPT),
                QUOTA);
    }

    static ApiKeys keys() {
        return ((ApiKeys.Read.Keys) ApiKeys.read(keyFile())).keys();
    }

    /** A file with the hashes of the three keys. */
    public static Path keyFile() {
        try {
            Path file = Files.createTempFile("api-keys", ".txt");
            file.toFile().deleteOnExit();
            return Files.write(
                    file,
                    List.of(
                            ApiKeys.line(ADMIN, Optional.empty()),
                            ApiKeys.line(ACME, Optional.of("acme")),
                            ApiKeys.line(RIVAL, Optional.of("rival"))));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Where it is, such as {@code http://127.0.0.1:1234/}. */
    public URI uri() {
        return server.uri();
    }

    public FakeClock clock() {
        return clock;
    }

    public Whitelist whitelist() {
        return whitelist;
    }

    DomainsHandler handler() {
        return handler;
    }

    DynamoDbClient client() {
        return client;
    }

    String table() {
        return table;
    }

    ProxyNotices notices() {
        return notices;
    }

    ApiContract contract() {
        return contract;
    }

    Answer get(String key, String path) {
        return send(key, "GET", path, "", Map.of());
    }

    Answer post(String key, String path, String body) {
        return send(key, "POST", path, body, ApiContract.jsonHeaders());
    }

    Answer patch(String key, String path, String body) {
        return send(key, "PATCH", path, body, ApiContract.jsonHeaders());
    }

    Answer delete(String key, String path) {
        return send(key, "DELETE", path, "", Map.of());
    }

    /** @param key empty for none */
    Answer send(String key, String method, String path, String body, Map<String, String> headers) {
        Map<String, String> all = new HashMap<>(headers);
        if (!key.isEmpty()) {
            all.putIfAbsent("Authorization", "Bearer " + key);
        }
        Answer answer = raw(method, path, body, all);
        contract.hold(method, path, body, answer);
        return answer;
    }

    /** GET past the local server, which hands no query over that can't be decoded; AWS does. */
    Answer direct(String key, String path, String rawQuery) {
        var http = APIGatewayV2HTTPEvent.RequestContext.Http.builder()
                .withMethod("GET")
                .build();
        var response = handler.handleRequest(
                APIGatewayV2HTTPEvent.builder()
                        .withRawPath(path)
                        .withRawQueryString(rawQuery)
                        .withHeaders(Map.of("authorization", "Bearer " + key))
                        .withRequestContext(APIGatewayV2HTTPEvent.RequestContext.builder()
                                .withHttp(http)
                                .build())
                        .build(),
                null);
        Map<String, List<String>> headers = new HashMap<>();
        response.getHeaders().forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), List.of(value)));
        var answer = new Answer(response.getStatusCode(), headers, response.getBody());
        contract.hold("GET", path, "", answer);
        return answer;
    }

    private Answer raw(String method, String path, String body, Map<String, String> headers) {
        var request =
                HttpRequest.newBuilder(uri().resolve(path)).method(method, HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        try {
            var response = http.send(request.build(), BodyHandlers.ofString());
            Map<String, List<String>> answered = new HashMap<>();
            response.headers().map().forEach((name, values) -> answered.put(name.toLowerCase(Locale.ROOT), values));
            return new Answer(response.statusCode(), answered, response.body());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** What is in the table. */
    public Domain domain(String hostname) {
        return switch (whitelist.findConsistent(Hostname.parse(hostname).orElseThrow())) {
            case FindResult.Found(Domain domain) -> domain;
            case FindResult.Absent _, FindResult.Left _, FindResult.Unreadable _, FindResult.Unreachable _ ->
                throw new IllegalStateException("not there: " + hostname);
        };
    }

    /** As the checker does. */
    public void checked(String hostname, FindingCode code, String message) {
        Domain before = domain(hostname);
        Domain after = before.checked(new Finding(code, message), CheckSchedule.DEFAULT, clock.instant());
        if (!(whitelist.update(before, after) instanceof UpdateResult.Updated)) {
            throw new IllegalStateException("not updated: " + hostname);
        }
    }

    /** A row that no version of ours has written. */
    void spoil(String hostname) {
        client.putItem(request -> request.tableName(table)
                .item(Map.of(
                        "hostname", AttributeValue.fromS(hostname),
                        "tenant", AttributeValue.fromS("acme"),
                        "shard", AttributeValue.fromN("3"))));
    }

    /** What proxies were told, in no promised order. */
    List<Change> told() {
        var log = new ChangeLog(client, coordination, clock);
        return switch (log.since(clock.instant().minusSeconds(60))) {
            case ChangesSince.Read(List<ChangesSince.Entry> entries) ->
                entries.stream().map(ChangesSince.Entry::change).toList();
            case ChangesSince.Unreachable(String reason) -> throw new IllegalStateException(reason);
        };
    }

    /** Proxies can't be told any more. */
    void loseCoordination() {
        client.deleteTable(request -> request.tableName(coordination));
    }

    /** DynamoDB is gone from now on. */
    public void kill() {
        dynamo.kill();
    }

    @Override
    public void close() {
        server.close();
        http.close();
        notices.close();
        whitelist.close();
        client.close();
        dynamo.close();
    }
}
