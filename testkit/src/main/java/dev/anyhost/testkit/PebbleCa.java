package dev.anyhost.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A real ACME CA (RFC 8555) on loopback: pebble, with a DNS server of its own. It keeps everything in memory, makes a new
 * issuing root at each start, has no rate limits, and waits nowhere.
 */
public final class PebbleCa implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final PebbleOptions options;
    private final TemporaryFolder folder;
    private final DnsServer dns;
    private final ServerIdentity identity;
    private final Running running;
    private final HttpClient http;

    private record Running(ChildProcess process, Counts counts, int directoryPort, int managementPort) {}

    private record Counts(LongAdder orders, LongAdder certificates) implements Consumer<String> {
        @Override
        public void accept(String line) {
            if (line.contains("Added order ")) {
                orders.increment();
            } else if (line.contains("Issued certificate serial ")) {
                certificates.increment();
            }
        }
    }

    private PebbleCa(
            PebbleOptions options, TemporaryFolder folder, DnsServer dns, ServerIdentity identity, Running running) {
        this.options = options;
        this.folder = folder;
        this.dns = dns;
        this.identity = identity;
        this.running = running;
        this.http = HttpClient.newBuilder()
                .sslContext(Trust.context(trustedRoots()))
                .build();
    }

    /**
     * Starts one; its directory answers when this returns.
     *
     * @throws ChildFailed when pebble is missing or doesn't come up
     */
    public static PebbleCa start(PebbleOptions options) {
        PebblePrograms programs = options.programs().orElseGet(PebblePrograms::onPath);
        TemporaryFolder folder = TemporaryFolder.create("anyhost-pebble-");
        DnsServer dns = null;
        try {
            ServerIdentity identity = writeServerCertificate(folder);
            dns = DnsServer.start(programs);
            return new PebbleCa(options, folder, dns, identity, launch(programs, options, folder, dns));
        } catch (IOException e) {
            release(folder, dns);
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            release(folder, dns);
            throw e;
        }
    }

    private static ServerIdentity writeServerCertificate(TemporaryFolder folder) throws IOException {
        TestCa ca = TestCa.create("Pebble's directory");
        ServerIdentity server = ca.issue("localhost", "127.0.0.1");
        ca.writeRoot(folder.resolve("root.pem"));
        server.writeChain(folder.resolve("cert.pem"));
        server.writePrivateKey(folder.resolve("key.pem"));
        return server;
    }

    private static Running launch(
            PebblePrograms programs, PebbleOptions options, TemporaryFolder folder, DnsServer dns) {
        return Ports.startOnFree(2, ports -> {
            int directoryPort = ports.getFirst();
            int managementPort = ports.getLast();
            folder.write("pebble.json", configuration(options, folder, directoryPort, managementPort));
            Counts counts = new Counts(new LongAdder(), new LongAdder());
            ChildProcess process = ChildProcess.start(
                    command(programs, folder, dns), environment(options), Optional.of(folder.path()), counts);
            try {
                process.awaitPort(directoryPort, LIMIT);
                process.awaitPort(managementPort, LIMIT);
                return new Running(process, counts, directoryPort, managementPort);
            } catch (ChildFailed e) {
                process.close();
                throw e;
            }
        });
    }

    private static List<String> command(PebblePrograms programs, TemporaryFolder folder, DnsServer dns) {
        return List.of(
                programs.pebble().toString(),
                "-config",
                folder.resolve("pebble.json").toString(),
                "-dnsserver",
                "127.0.0.1:" + dns.address().getPort());
    }

    private static Map<String, String> environment(PebbleOptions options) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "PEBBLE_VA_NOSLEEP",
                "1",
                "PEBBLE_ALTERNATE_ROOTS",
                "1",
                "PEBBLE_WFE_NONCEREJECT",
                Integer.toString(options.nonceRejectPercent()),
                "PEBBLE_AUTHZREUSE",
                Integer.toString(options.authzReusePercent())));
        if (options.alwaysValid()) {
            environment.put("PEBBLE_VA_ALWAYS_VALID", "1");
        }
        return environment;
    }

    /** Pebble 2.4 reads {@code certificateValidityPeriod} and ignores the rest; 2.10 has the life in a profile. */
    private static String configuration(
            PebbleOptions options, TemporaryFolder folder, int directoryPort, int managementPort) {
        long seconds = options.validity().toSeconds();
        Map<String, Object> pebble = Map.ofEntries(
                Map.entry("listenAddress", "127.0.0.1:" + directoryPort),
                Map.entry("managementListenAddress", "127.0.0.1:" + managementPort),
                Map.entry("certificate", folder.resolve("cert.pem").toString()),
                Map.entry("privateKey", folder.resolve("key.pem").toString()),
                Map.entry("httpPort", options.httpPort()),
                Map.entry("tlsPort", options.tlsPort()),
                Map.entry("ocspResponderURL", ""),
                Map.entry(
                        "externalAccountBindingRequired",
                        !options.externalAccounts().isEmpty()),
                Map.entry("externalAccountMACKeys", options.externalAccounts()),
                Map.entry("certificateValidityPeriod", seconds),
                Map.entry("keyAlgorithm", "ecdsa"),
                Map.entry("retryAfter", Map.of("authz", 1, "order", 1)),
                Map.entry("profiles", profiles(options)));
        return JsonMapper.builder().build().writeValueAsString(Map.of("pebble", pebble));
    }

    private static Map<String, Object> profiles(PebbleOptions options) {
        Map<String, Object> profiles = new HashMap<>();
        profiles.put("default", profile(options.validity()));
        options.otherProfiles().forEach((name, life) -> profiles.put(name, profile(life)));
        return profiles;
    }

    private static Map<String, Object> profile(Duration life) {
        return Map.of("description", "", "validityPeriod", life.toSeconds());
    }

    /** The ACME directory. */
    public URI directory() {
        return URI.create("https://127.0.0.1:" + running.directoryPort() + "/dir");
    }

    /** A new gate in front of the directory, trusted by the same root; the caller closes it. */
    public HttpGate gate() {
        return HttpGate.toTls(directory(), Trust.read(trustedRoots()), identity);
    }

    /** The ACME directory as seen through a gate: all of its URLs lead through the same gate. */
    public static URI directory(HttpGate gate) {
        return gate.uri().resolve("/dir");
    }

    /** A PEM file with the root of the directory's own TLS certificate; deleted at the end. */
    public Path trustedRoots() {
        return folder.resolve("root.pem");
    }

    /** The root of the certificates it issues, asked from its management port. */
    public List<X509Certificate> issuingRoots() {
        return roots(0);
    }

    /** The root of the chain that it offers besides the usual one (RFC 8555 section 7.4.2). */
    public X509Certificate alternateRoot() {
        return roots(1).getFirst();
    }

    private List<X509Certificate> roots(int chain) {
        return Trust.parse(get(URI.create("https://127.0.0.1:" + running.managementPort() + "/roots/" + chain)));
    }

    /** The port where http-01 is checked, as chosen by the caller. */
    public int http01Port() {
        return options.httpPort();
    }

    /** The port where tls-alpn-01 is checked, as chosen by the caller. */
    public int tlsAlpnPort() {
        return options.tlsPort();
    }

    /** The DNS that the CA's checks resolve with. */
    public DnsServer dns() {
        return dns;
    }

    /** How many orders were placed since the start; exact for all that was answered before the call. */
    public long orders() {
        awaitLogged();
        return running.counts().orders().sum();
    }

    /** How many certificates were issued since the start; exact for all that was answered before the call. */
    public long certificates() {
        awaitLogged();
        return running.counts().certificates().sum();
    }

    /**
     * Waits until all that pebble logged so far was read: it complains of a connection that isn't TLS with that
     * connection's port, which no earlier line has.
     */
    private void awaitLogged() {
        try (Socket notTls = new Socket(Ports.loopback(), running.directoryPort())) {
            notTls.getOutputStream().write("logged?\n".getBytes(US_ASCII));
            running.process()
                    .awaitLine(Pattern.compile("TLS handshake error from 127.0.0.1:" + notTls.getLocalPort()), LIMIT);
        } catch (IOException e) {
            throw new UncheckedIOException("pebble is gone", e);
        }
    }

    /** Whether its directory names {@code renewalInfo} (RFC 9773). */
    public boolean offersRenewalInfo() {
        return JsonMapper.builder().build().readTree(get(directory())).has("renewalInfo");
    }

    /** Has it suggest from now on when a certificate of its own is to be renewed (RFC 9773 section 4.2). */
    public void suggestRenewal(X509Certificate certificate, Instant start, Instant end) {
        JsonMapper json = JsonMapper.builder().build();
        String answer = json.writeValueAsString(
                Map.of("suggestedWindow", Map.of("start", start.toString(), "end", end.toString())));
        String body = json.writeValueAsString(Map.of("certificate", Trust.pem(certificate), "ariResponse", answer));
        URI management = URI.create("https://127.0.0.1:" + running.managementPort() + "/set-renewal-info/");
        send(HttpRequest.newBuilder(management).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /** What it printed lately, for a failed test's message. */
    public List<String> output() {
        return running.process().output();
    }

    /** Ends the CA as a crash would; the DNS stays. */
    public void kill() {
        running.process().kill();
    }

    @Override
    public void close() {
        http.close();
        running.process().close();
        release(folder, dns);
    }

    private String get(URI uri) {
        return send(HttpRequest.newBuilder(uri));
    }

    private String send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response =
                    http.send(request.timeout(LIMIT).build(), HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IllegalStateException(response + ": " + response.body());
            }
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException("pebble is gone", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new InterruptedIOException("asking pebble"));
        }
    }

    private static void release(TemporaryFolder folder, @Nullable DnsServer dns) {
        if (dns != null) {
            dns.close();
        }
        folder.close();
    }
}
