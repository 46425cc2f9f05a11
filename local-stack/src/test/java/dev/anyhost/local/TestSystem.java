package dev.anyhost.local;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.EdgeProxy;
import dev.anyhost.proxy.ProxyConfig;
import dev.anyhost.settings.ConfigResult;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.PebbleCa;
import dev.anyhost.testkit.PebbleOptions;
import dev.anyhost.testkit.Ports;
import dev.anyhost.testkit.TestCa;
import dev.anyhost.testkit.TlsClient;
import dev.anyhost.verifier.AskHandler;
import dev.anyhost.verifier.FunctionUrlServer;
import dev.anyhost.verifier.whitelist.DomainStatus;
import dev.anyhost.verifier.whitelist.Whitelist;
import dev.anyhost.verifier.whitelist.WhitelistSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** The real parts around the proxies of a test class: database, whitelist, verifier that counts, CA. */
final class TestSystem implements AutoCloseable {

    private static final Duration READY_LIMIT = Duration.ofSeconds(30);

    private final Path folder;
    private final List<AutoCloseable> parts = new ArrayList<>();
    private final Map<String, Integer> asks = new ConcurrentHashMap<>();
    private final AtomicBoolean verifierDown = new AtomicBoolean();
    final DynamoDbLocal database;
    final PebbleCa pebble;
    final Whitelist whitelist;
    final int httpsPort;
    final int httpPort;
    private final FunctionUrlServer verifier;

    TestSystem(Path folder) throws IOException {
        assertNothingBlocked();
        this.folder = folder;
        List<Integer> ports = Ports.free(2);
        httpsPort = ports.get(0);
        httpPort = ports.get(1);
        database = opened(DynamoDbLocal.start());
        whitelist = opened(Whitelist.open(
                new WhitelistSettings("us-east-1", Optional.of(database.endpoint()), "anyhost-domains", true),
                InstantSource.system()));
        var _ = whitelist.check(true);
        verifier = opened(FunctionUrlServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                counted(new AskHandler(whitelist)),
                InstantSource.system()));
        pebble = opened(PebbleCa.start(PebbleOptions.validatingAt(httpPort, httpsPort)));
        key("certificates.key", (byte) 7);
    }

    private RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> counted(AskHandler handler) {
        return (event, context) -> {
            String query = Optional.ofNullable(event.getRawQueryString()).orElse("");
            asks.merge(query.replace("domain=", ""), 1, Integer::sum);
            return verifierDown.get()
                    ? APIGatewayV2HTTPResponse.builder().withStatusCode(500).build()
                    : handler.handleRequest(event, context);
        };
    }

    /** Writes a key file of one repeated byte. */
    Path key(String name, byte octet) throws IOException {
        byte[] key = new byte[32];
        java.util.Arrays.fill(key, octet);
        return Files.writeString(folder.resolve(name), Base64.getEncoder().encodeToString(key));
    }

    void allow(String host) {
        var _ = whitelist.add(hostname(host), "tenant", Optional.empty(), DomainStatus.ACTIVE);
    }

    static Hostname hostname(String host) {
        return Hostname.parse(host).orElseThrow();
    }

    /** How often the verifier was asked for a name. */
    int asks(String host) {
        return asks.getOrDefault(host, 0);
    }

    int asks() {
        return asks.values().stream().mapToInt(Integer::intValue).sum();
    }

    void verifierDown(boolean down) {
        verifierDown.set(down);
    }

    /**
     * Starts a proxy on ports of the CA's choice.
     *
     * @param origin its default origin
     * @param changes lines to replace in the configuration
     */
    EdgeProxy start(URI origin, Map<String, String> changes) throws IOException {
        return start(origin, httpsPort, httpPort, changes);
    }

    EdgeProxy start(URI origin, int https, int http, Map<String, String> changes) throws IOException {
        Path file = configuration(origin, https, http, changes);
        return switch (ProxyConfig.read(file, name -> Optional.empty())) {
            case ConfigResult.Valid<ProxyConfig>(ProxyConfig config) -> EdgeProxy.start(config);
            case ConfigResult.Invalid<ProxyConfig> invalid -> throw new IllegalStateException(invalid.toString());
        };
    }

    /** Writes the file that {@link #start} reads. */
    Path configuration(URI origin, int https, int http, Map<String, String> changes) throws IOException {
        String yaml = """
                listen:
                  https: ["127.0.0.1:%d"]
                  http: ["127.0.0.1:%d"]
                  admin: "127.0.0.1:0"
                  public-https-port: %d
                acme:
                  directory: %s
                  email: ops@example.com
                  trusted-roots: %s
                verifier:
                  url: %s
                  auth: none
                store:
                  endpoint: %s
                  key-encryption: file:certificates.key
                  create-tables: true
                origin:
                  url: %s
                drain: {grace: 2s}
                """.formatted(
                        https,
                        http,
                        https,
                        pebble.directory(),
                        pebble.trustedRoots(),
                        verifier.uri(),
                        database.endpoint(),
                        origin);
        for (var change : changes.entrySet()) {
            yaml = yaml.replace(change.getKey(), change.getValue());
        }
        return Files.writeString(Files.createTempFile(folder, "proxy", ".yaml"), yaml);
    }

    /** Waits until the proxy is ready. */
    static EdgeProxy ready(EdgeProxy proxy) {
        long deadline = System.nanoTime() + READY_LIMIT.toNanos();
        while (!proxy.isReady()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("not ready within " + READY_LIMIT);
            }
            Thread.onSpinWait();
        }
        return proxy;
    }

    TlsClient client(int port) {
        return TlsClient.to(port, pebble.issuingRoots()).withLimit(Duration.ofSeconds(30));
    }

    TestCa originCa(String file) throws IOException {
        TestCa ca = TestCa.create("test origin");
        var _ = ca.writeRoot(folder.resolve(file));
        return ca;
    }

    /** One metric's value; 0 when it isn't there. */
    static double metric(EdgeProxy proxy, String name) throws IOException, InterruptedException {
        return admin(proxy, "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .sum();
    }

    static HttpResponse<String> admin(EdgeProxy proxy, String path) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://127.0.0.1:" + proxy.adminAddress().getPort() + path);
            return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private <T extends AutoCloseable> T opened(T part) {
        parts.add(part);
        return part;
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable part : parts.reversed()) {
            part.close();
        }
        assertNothingBlocked();
    }

    private static void assertNothingBlocked() {
        if (!NoBlocking.seen().isEmpty()) {
            throw new AssertionError("blocking calls on event loops: " + NoBlocking.seen());
        }
    }
}
