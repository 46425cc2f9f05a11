package dev.anyhost.local;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.EdgeProxy;
import dev.anyhost.proxy.ProxyConfig;
import dev.anyhost.settings.ConfigResult;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.FindResult;
import dev.anyhost.store.StoreSettings;
import dev.anyhost.store.encryption.KeyEncryption;
import dev.anyhost.testkit.DemoOrigin;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.HttpGate;
import dev.anyhost.testkit.PebbleCa;
import dev.anyhost.testkit.PebbleOptions;
import dev.anyhost.testkit.Ports;
import dev.anyhost.testkit.TcpBalancer;
import dev.anyhost.testkit.TestCa;
import dev.anyhost.testkit.TlsClient;
import dev.anyhost.verifier.AskHandler;
import dev.anyhost.verifier.FunctionUrlServer;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.whitelist.Whitelist;
import dev.anyhost.verifier.whitelist.WhitelistSettings;
import java.io.IOException;
import java.math.BigInteger;
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
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLException;

/**
 * The real parts around the proxies of a test class: database, whitelist, verifier, CA, origin. The proxies reach the
 * first four through gates, which count and can break what passes.
 */
final class TestSystem implements AutoCloseable {

    static final String CERTIFICATES = "anyhost-certificates";
    static final String COORDINATION = "anyhost-coordination";

    private static final Duration READY_LIMIT = Duration.ofSeconds(30);

    private static final Duration SERVED_LIMIT = Duration.ofSeconds(60);
    private static final Duration RELOAD = Duration.ofMillis(50);

    private final Path folder;
    private final List<AutoCloseable> parts = new ArrayList<>();
    final DynamoDbLocal database;
    final PebbleCa pebble;
    final Whitelist whitelist;
    final DemoOrigin origin;
    final int httpsPort;
    final int httpPort;

    /** In front of the database, the CA and the verifier. */
    final HttpGate store;

    final HttpGate authority;
    final HttpGate verifier;

    TestSystem(Path folder) throws IOException {
        this(folder, 0);
    }

    /** @param nonceRejectPercent how many good nonces the CA rejects */
    TestSystem(Path folder, int nonceRejectPercent) throws IOException {
        this(folder, options -> options.withNonceRejectPercent(nonceRejectPercent));
    }

    /** @param authorityOptions how the CA differs from the usual */
    TestSystem(Path folder, UnaryOperator<PebbleOptions> authorityOptions) throws IOException {
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
        FunctionUrlServer function = opened(FunctionUrlServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new AskHandler(whitelist),
                InstantSource.system()));
        pebble = opened(PebbleCa.start(authorityOptions.apply(PebbleOptions.validatingAt(httpPort, httpsPort))));
        store = opened(HttpGate.to(database.endpoint()));
        authority = opened(pebble.gate());
        verifier = opened(HttpGate.to(function.uri()));
        origin = opened(DemoOrigin.start());
        key("certificates.key", (byte) 7);
    }

    /** Writes a key file of one repeated byte. */
    Path key(String name, byte octet) throws IOException {
        byte[] key = new byte[32];
        Arrays.fill(key, octet);
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
        return verifier.exchanges(ask -> ask.target().endsWith("?domain=" + host))
                .size();
    }

    int asks() {
        return verifier.exchanges().size();
    }

    /** Spreads what comes to the ports where the CA validates, and visitors of {@link #httpsPort}, over proxies. */
    void balance(List<EdgeProxy> proxies) {
        opened(TcpBalancer.start(
                httpsPort, proxies.stream().map(TestSystem::httpsPort).toList()));
        opened(TcpBalancer.start(
                httpPort,
                proxies.stream()
                        .map(proxy -> proxy.httpAddresses().getFirst().getPort())
                        .toList()));
    }

    /** Starts a proxy where the CA validates, in front of {@link #origin}, and waits until it is ready. */
    EdgeProxy proxy() throws IOException {
        return proxy(Map.of());
    }

    /** As above, with lines to replace in the configuration. */
    EdgeProxy proxy(Map<String, String> changes) throws IOException {
        return ready(start(origin.uri(), changes));
    }

    /** As {@link #proxy()}, on ports of the system's choice. */
    EdgeProxy anotherProxy() throws IOException {
        return ready(start(origin.uri(), 0, 0, Map.of()));
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
                  preflight: {enabled: false}
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
                        https == 0 ? httpsPort : https,
                        PebbleCa.directory(authority),
                        pebble.trustedRoots(),
                        verifier.uri(),
                        store.uri(),
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

    static int httpsPort(EdgeProxy proxy) {
        return proxy.httpsAddresses().getFirst().getPort();
    }

    TlsClient client(int port) {
        return TlsClient.to(port, pebble.issuingRoots()).withLimit(Duration.ofSeconds(30));
    }

    /** Visits as a person who reloads until there is a page; the certificate's serial number. */
    BigInteger untilServed(int port, String host) throws IOException {
        long deadline = System.nanoTime() + SERVED_LIMIT.toNanos();
        while (true) {
            try {
                return client(port).handshake(host).serial();
            } catch (SSLException notYet) {
                if (System.nanoTime() - deadline > 0) {
                    throw notYet;
                }
                LockSupport.parkNanos(RELOAD.toNanos());
            }
        }
    }

    /** What the table has for a name; that certificate and key belong together is checked by who reads it. */
    FindResult stored(String host) {
        try (CertificateTables tables = tables()) {
            return tables.certificates().findConsistent(hostname(host));
        }
    }

    /** The proxies' tables, past the gate. */
    CertificateTables tables() {
        var settings = new StoreSettings(
                new StoreSettings.Table("us-east-1", Optional.of(database.endpoint()), CERTIFICATES),
                new StoreSettings.Table("us-east-1", Optional.of(database.endpoint()), COORDINATION),
                false);
        return CertificateTables.open(settings, keys(), InstantSource.system());
    }

    private KeyEncryption keys() {
        return switch (KeyEncryption.of(List.of("file:certificates.key"), folder)) {
            case KeyEncryption.Configured.Usable(KeyEncryption usable) -> opened(usable);
            case KeyEncryption.Configured.Unusable unusable -> throw new IllegalStateException(unusable.toString());
        };
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
