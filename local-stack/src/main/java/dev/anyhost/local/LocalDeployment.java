package dev.anyhost.local;

import dev.anyhost.proxy.Parts;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.StoreSettings;
import dev.anyhost.store.TablesCheck;
import dev.anyhost.store.encryption.KeyEncryption;
import dev.anyhost.testkit.ChildFailed;
import dev.anyhost.testkit.ChildProcess;
import dev.anyhost.testkit.DemoOrigin;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.PebbleCa;
import dev.anyhost.testkit.PebbleOptions;
import dev.anyhost.testkit.Ports;
import dev.anyhost.testkit.TestCa;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What a deployed proxy finds around it, on loopback: tables, verifier, CA and origin; and the environment that tells the
 * image's {@code proxy.yaml} where they are. {@link LocalStack#ALLOWED} is served.
 */
final class LocalDeployment implements AutoCloseable {

    static final String REGION = "us-east-1";

    private static final int KEY_BYTES = 32;
    private static final Duration READY_LIMIT = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final Parts parts = new Parts();
    private final Path folder;
    private final int httpsPort;
    private final int httpPort;
    private final int adminPort;
    private final DynamoDbLocal database;
    private final PebbleCa pebble;
    private final LocalDomainService domains;
    private final DemoOrigin origin;

    private LocalDeployment(Path folder) throws IOException {
        this.folder = folder;
        List<Integer> ports = Ports.free(4);
        httpsPort = ports.get(0);
        httpPort = ports.get(1);
        adminPort = ports.get(2);
        try {
            database = parts.opened(DynamoDbLocal.start());
            pebble = parts.opened(PebbleCa.start(PebbleOptions.validatingAt(httpPort, httpsPort)));
            createTables();
            domains = LocalDomainService.start(
                    parts, new LocalDomainService.Place(folder, ports.get(3)), database, pebble.dns());
            TestCa ca = TestCa.create("Anyhost demo origin");
            ca.writeRoot(folder.resolve("origin-roots.pem"));
            origin = parts.opened(DemoOrigin.startTls(ca.issue("localhost"), 0));
            // Pebble's own folder can only be read by the user who started it.
            Files.writeString(folder.resolve("acme-roots.pem"), Files.readString(pebble.trustedRoots()));
        } catch (IOException | RuntimeException failed) {
            parts.close();
            throw failed;
        }
    }

    /**
     * Starts the parts.
     *
     * @param folder gets the files that the proxy reads; whoever runs it must be able to
     * @throws ChildFailed when a part doesn't come up
     */
    static LocalDeployment start(Path folder) throws IOException {
        return new LocalDeployment(folder);
    }

    private void createTables() throws IOException {
        Files.writeString(
                folder.resolve("certificates.key"), Base64.getEncoder().encodeToString(new byte[KEY_BYTES]) + "\n");
        var certificates = new StoreSettings.Table(REGION, Optional.of(database.endpoint()), "anyhost-certificates");
        var coordination = new StoreSettings.Table(REGION, Optional.of(database.endpoint()), "anyhost-coordination");
        var settings = new StoreSettings(certificates, coordination, true);
        if (!(KeyEncryption.of(List.of("file:certificates.key"), folder)
                instanceof KeyEncryption.Configured.Usable(KeyEncryption keys))) {
            throw new IOException("certificates.key: not usable");
        }
        try (keys;
                var tables = CertificateTables.open(settings, keys, InstantSource.system())) {
            if (tables.check() instanceof TablesCheck.NotReady(String reason)) {
                throw new IOException(reason);
            }
        }
    }

    /** What {@code infra/image/proxy.yaml} is to be told; the AWS names are the SDK's own. */
    Map<String, String> environment() {
        return Map.ofEntries(
                Map.entry("ANYHOST_HTTPS_PORT", Integer.toString(httpsPort)),
                Map.entry("ANYHOST_HTTP_PORT", Integer.toString(httpPort)),
                Map.entry("ANYHOST_ADMIN_PORT", Integer.toString(adminPort)),
                Map.entry("ANYHOST_ACME_DIRECTORY", pebble.directory().toString()),
                Map.entry("ANYHOST_ACME_EMAIL", "ops@example.com"),
                Map.entry(
                        "ANYHOST_ACME_TRUSTED_ROOTS",
                        folder.resolve("acme-roots.pem").toString()),
                Map.entry("ANYHOST_PREFLIGHT", "false"), // its addresses would be loopback's
                Map.entry("ANYHOST_VERIFIER_URL", domains.uri().toString()),
                Map.entry("ANYHOST_REGION", REGION),
                Map.entry("ANYHOST_HOME_REGION", REGION),
                Map.entry("ANYHOST_KEY_ENCRYPTION", "file:" + folder.resolve("certificates.key")),
                Map.entry("ANYHOST_ORIGIN_URL", "https://localhost:" + origin.port()),
                Map.entry(
                        "ANYHOST_ORIGIN_TRUSTED_ROOTS",
                        folder.resolve("origin-roots.pem").toString()),
                Map.entry("ANYHOST_DRAIN_GRACE", "2s"),
                Map.entry("AWS_ENDPOINT_URL_DYNAMODB", database.endpoint().toString()),
                Map.entry("AWS_ACCESS_KEY_ID", "local"),
                Map.entry("AWS_SECRET_ACCESS_KEY", "local"));
    }

    /**
     * Waits until a proxy with this {@link #environment} is ready.
     *
     * @throws ChildFailed when it doesn't listen in time
     * @throws IllegalStateException when it ends before, or isn't ready in time
     */
    void awaitReady(ChildProcess proxy) throws InterruptedException {
        proxy.awaitPort(httpPort, READY_LIMIT);
        long deadline = System.nanoTime() + READY_LIMIT.toNanos();
        while (!isReady()) {
            if (!proxy.isAlive() || System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("not ready: " + String.join("\n", proxy.output()));
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
        }
    }

    private boolean isReady() throws InterruptedException {
        try {
            return plainStatus(httpPort, "/health") == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** The status of a request without TLS, redirects not followed. */
    int plainStatus(int port, String path) throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                    .build();
            return http.send(request, BodyHandlers.discarding()).statusCode();
        }
    }

    int httpsPort() {
        return httpsPort;
    }

    int httpPort() {
        return httpPort;
    }

    int adminPort() {
        return adminPort;
    }

    PebbleCa pebble() {
        return pebble;
    }

    @Override
    public void close() {
        parts.close();
    }
}
