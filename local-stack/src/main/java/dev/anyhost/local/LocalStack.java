package dev.anyhost.local;

import dev.anyhost.proxy.EdgeProxy;
import dev.anyhost.proxy.Parts;
import dev.anyhost.proxy.ProxyConfig;
import dev.anyhost.settings.ConfigError;
import dev.anyhost.settings.ConfigResult;
import dev.anyhost.testkit.ChildFailed;
import dev.anyhost.testkit.DemoOrigin;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.PebbleCa;
import dev.anyhost.testkit.PebbleOptions;
import dev.anyhost.testkit.TestCa;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The whole system on loopback: every part is the real one, started in the order in which they need each other. */
final class LocalStack implements AutoCloseable {

    static final String ALLOWED = "shop.customer.example";
    static final String REFUSED = "stranger.example";

    private static final Logger LOG = LoggerFactory.getLogger(LocalStack.class);
    private static final int KEY_BYTES = 32;
    private static final String BEGIN = "-----BEGIN CERTIFICATE-----\n";
    private static final String END = "\n-----END CERTIFICATE-----\n";

    private final Ports ports;
    private final Folder folder;
    private final Parts parts = new Parts();
    private LocalDomainService domains;
    private EdgeProxy proxy;
    private PebbleCa pebble;

    record Ports(int https, int http, int admin, int verifier) {}

    /** @param keep whether it outlives the process */
    private record Folder(Path path, boolean keep) {}

    private LocalStack(Ports ports, Folder folder) throws IOException {
        this.ports = ports;
        this.folder = folder;
        try {
            DynamoDbLocal database = parts.opened(
                    folder.keep() ? DynamoDbLocal.start(folder.path().resolve("dynamodb"), 0) : DynamoDbLocal.start());
            this.pebble = parts.opened(PebbleCa.start(PebbleOptions.validatingAt(ports.http(), ports.https())));
            this.domains = LocalDomainService.start(
                    parts, new LocalDomainService.Place(folder.path(), ports.verifier()), database, pebble.dns());
            trustIssuingRoots();
            DemoOrigin origin = origin();
            this.proxy = parts.opened(EdgeProxy.start(config(database, origin)));
        } catch (IOException | RuntimeException failed) {
            close();
            throw failed;
        }
    }

    /**
     * Starts everything.
     *
     * @param data where tables and keys are kept; empty: nowhere
     * @throws ChildFailed when a part doesn't come up
     */
    static LocalStack start(Ports ports, Optional<Path> data) throws IOException {
        Path path = data.isPresent()
                ? Files.createDirectories(data.get().toAbsolutePath())
                : Files.createTempDirectory("anyhost-dev");
        return new LocalStack(ports, new Folder(path, data.isPresent()));
    }

    /** Appends: certificates that were kept come from the roots of earlier starts. */
    private void trustIssuingRoots() throws IOException {
        var pem = new StringBuilder();
        for (X509Certificate root : pebble.issuingRoots()) {
            try {
                pem.append(BEGIN)
                        .append(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(root.getEncoded()))
                        .append(END);
            } catch (java.security.cert.CertificateEncodingException unreadable) {
                throw new IOException(unreadable);
            }
        }
        Files.writeString(roots(), pem, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private Path roots() {
        return folder.path().resolve("roots.pem");
    }

    private DemoOrigin origin() throws IOException {
        TestCa ca = TestCa.create("Anyhost demo origin");
        ca.writeRoot(folder.path().resolve("origin-roots.pem"));
        return parts.opened(DemoOrigin.startTls(ca.issue("localhost"), 0));
    }

    private ProxyConfig config(DynamoDbLocal database, DemoOrigin origin) throws IOException {
        Path key = folder.path().resolve("certificates.key");
        if (!Files.exists(key)) {
            byte[] secret = new byte[KEY_BYTES];
            new SecureRandom().nextBytes(secret);
            Files.writeString(key, Base64.getEncoder().encodeToString(secret) + "\n");
        }
        Path file = folder.path().resolve("proxy.yaml");
        Files.writeString(file, """
                listen:
                  https: ["127.0.0.1:%d"]
                  http: ["127.0.0.1:%d"]
                  admin: "127.0.0.1:%d"
                  public-https-port: %d
                acme:
                  directory: %s
                  email: ops@example.com
                  trusted-roots: %s
                  preflight:
                    edge-domain: %s
                    static-addresses: [127.0.0.1]
                    resolvers: ["127.0.0.1:%d"]
                    caa-identities: [letsencrypt.org]
                    port: %d
                    tls-port: %d
                    allow-private: true
                verifier:
                  url: %s
                  auth: none
                store:
                  endpoint: %s
                  key-encryption: file:certificates.key
                  create-tables: true
                origin:
                  url: https://localhost:%d
                  trusted-roots: origin-roots.pem
                drain: {grace: 5s}
                """.formatted(
                        ports.https(),
                        ports.http(),
                        ports.admin(),
                        ports.https(),
                        pebble.directory(),
                        pebble.trustedRoots(),
                        LocalDomainService.EDGE_DOMAIN,
                        pebble.dns().address().getPort(),
                        ports.http(),
                        ports.https(),
                        domains.uri(),
                        database.endpoint(),
                        origin.port()));
        return switch (ProxyConfig.read(file, name -> Optional.empty())) {
            case ConfigResult.Valid<ProxyConfig>(ProxyConfig valid) -> valid;
            case ConfigResult.Invalid<ProxyConfig>(List<ConfigError> errors) ->
                throw new IllegalStateException(file + ": " + errors);
        };
    }

    void awaitReady() throws InterruptedException {
        while (!proxy.isReady()) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    /** What a person pastes: an allowed hostname, then a refused one. */
    List<String> curlLines() {
        return List.of(curl(ALLOWED), curl(REFUSED));
    }

    /** What a person may try next. */
    List<String> nextLines() {
        return domains.nextLines();
    }

    private String curl(String host) {
        return "curl --cacert %s --resolve %s:%d:127.0.0.1 https://%s:%d/"
                .formatted(roots(), host, ports.https(), host, ports.https());
    }

    @Override
    public void close() {
        parts.close();
        if (!folder.keep()) {
            deleteFolder();
        }
    }

    private void deleteFolder() {
        try (var files = Files.list(folder.path())) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder.path());
        } catch (IOException e) {
            LOG.warn("not deleted: {}", folder.path(), e);
        }
    }
}
