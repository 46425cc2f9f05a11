package dev.anyhost.benchmarks;

import dev.anyhost.testkit.ChildProcess;
import dev.anyhost.testkit.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Ours: {@code scripts/anyhost run --config} with everything at its default that needn't differ on loopback. */
final class Anyhost implements Contender {

    private static final InetAddress ADDRESS = InetAddress.ofLiteral("127.0.0.1");
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int KEY_BYTES = 32;

    private final ChildProcess process;
    private final Path config;
    private final InetSocketAddress https;
    private final URI admin;
    private final HttpClient http = HttpClient.newHttpClient();

    private Anyhost(ChildProcess process, Path config, InetSocketAddress https, URI admin) {
        this.process = process;
        this.config = config;
        this.https = https;
        this.admin = admin;
    }

    /** Starts one, and returns once it says that it is ready. */
    static Anyhost start(Surroundings around) throws IOException, InterruptedException {
        return start(around, "");
    }

    /**
     * Starts one that is configured otherwise.
     *
     * @param more sections of its configuration
     */
    static Anyhost start(Surroundings around, String more) throws IOException, InterruptedException {
        int adminPort = Ports.free();
        Path config = configuration(around, adminPort, more);
        ChildProcess process = LoggedChild.start(
                List.of(around.programs().anyhost().toString(), "run", "--config", config.toString()),
                Map.of(),
                around.folder().resolve("anyhost.log"));
        Anyhost anyhost = new Anyhost(
                process,
                config,
                new InetSocketAddress(ADDRESS, around.httpsPort()),
                URI.create("http://127.0.0.1:" + adminPort));
        process.awaitPort(adminPort, LIMIT);
        anyhost.awaitReady();
        return anyhost;
    }

    private static Path configuration(Surroundings around, int adminPort, String more) throws IOException {
        Path key = around.folder().resolve("certificates.key");
        if (!Files.exists(key)) {
            byte[] secret = new byte[KEY_BYTES];
            new SecureRandom().nextBytes(secret);
            Files.writeString(key, Base64.getEncoder().encodeToString(secret) + "\n");
        }
        return Files.writeString(around.folder().resolve("anyhost.yaml"), """
                listen:
                  https: ["127.0.0.1:%d"]
                  http: ["127.0.0.1:%d"]
                  admin: "127.0.0.1:%d"
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
                drain: {grace: 1s}
                %s
                """.formatted(
                        around.httpsPort(),
                        around.httpPort(),
                        adminPort,
                        around.httpsPort(),
                        around.ca().directory(),
                        around.ca().trustedRoots(),
                        around.ask().uri(),
                        around.database().endpoint(),
                        around.origin().uri(),
                        more));
    }

    private void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (get("/health/ready").statusCode() != 200) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException(
                        "not ready in " + LIMIT + ": " + get("/health/ready").body());
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    /** The certificate that it has obtained for {@code hostname}, in files. */
    PemFiles certificate(Path launcher, String hostname) throws IOException {
        Path folder = config.resolveSibling("exported");
        List<String> command = List.of(
                launcher.toString(),
                "certs",
                "export",
                "--config",
                config.toString(),
                hostname,
                "--dir",
                folder.toString());
        try (ChildProcess export = ChildProcess.start(command)) {
            if (!export.endedWithin(LIMIT) || export.exitCode() != 0) {
                throw new IOException(hostname + " was not exported: " + export.output());
            }
        }
        Path pair = folder.resolve(hostname);
        return new PemFiles(pair.resolve("fullchain.pem"), pair.resolve("privkey.pem"));
    }

    /** The sum of a counter over those of its series whose labels contain {@code label}; 0 when there is none. */
    double counter(String name, String label) throws IOException, InterruptedException {
        Pattern series = Pattern.compile("(?m)^" + name + "(\\{[^}]*})? ([0-9.E+]+)$");
        return series.matcher(get("/metrics").body())
                .results()
                .filter(match -> label.isEmpty()
                        || (match.group(1) != null && match.group(1).contains(label)))
                .mapToDouble(match -> Double.parseDouble(match.group(2)))
                .sum();
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(admin.resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public String name() {
        return "Anyhost";
    }

    @Override
    public InetSocketAddress https() {
        return https;
    }

    @Override
    public ProcessUsage usage() {
        return ProcessUsage.of(process.pid());
    }

    /** The operating system's process id. */
    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.close();
        http.close();
    }
}
