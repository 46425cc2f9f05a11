package dev.anyhost.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.anyhost.dns.DnsName;
import dev.anyhost.proxy.EdgeProxy;
import dev.anyhost.testkit.AcmeRequests;
import dev.anyhost.testkit.ClientHello;
import dev.anyhost.testkit.TlsAnswer;
import dev.anyhost.testkit.TlsProbe;
import dev.anyhost.verifier.AskHandler;
import dev.anyhost.verifier.FunctionUrlServer;
import dev.anyhost.verifier.api.ApiKeys;
import dev.anyhost.verifier.api.ApiSettings;
import dev.anyhost.verifier.api.DomainTables;
import dev.anyhost.verifier.api.DomainsHandler;
import dev.anyhost.verifier.api.SharedAddress;
import dev.anyhost.verifier.dns.Edge;
import dev.anyhost.verifier.events.CertificateEvents;
import dev.anyhost.verifier.whitelist.ProxyNotices;
import dev.anyhost.verifier.whitelist.WhitelistSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Hostnames that are allowed but can't get a certificate: the authority hears nothing of them, their owners hear why. */
class PreflightTest {

    private static final String MISPOINTED = "mispointed.customer.example";
    private static final String FORBIDDEN = "forbidden.customer.example";
    private static final String SHOWN = "shown.customer.example";
    private static final String ELSEWHERE = "127.0.0.3";
    private static final Edge EDGE = new Edge(new DnsName("edge.example"), List.of(), Edge.LETS_ENCRYPT);
    private static final TlsAnswer NOT_YET = TlsAnswer.Alert.fatal(TlsAnswer.INTERNAL_ERROR);
    private static final Duration TOLD_LIMIT = Duration.ofSeconds(30);

    @TempDir
    static Path folder;

    private static Map<String, String> looking(TestSystem system) {
        return Map.of("preflight: {enabled: false}", """
                preflight:
                    resolvers: ["127.0.0.1:%d"]
                    caa-identities: [letsencrypt.org]
                    port: %d
                    tls-port: %d
                    allow-private: true""".formatted(
                        system.pebble.dns().address().getPort(), system.httpPort, system.httpsPort));
    }

    private static TlsAnswer visit(TestSystem system, String host) {
        return TlsProbe.of(system.httpsPort).send(ClientHello.forName(host));
    }

    private static String anyhost(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        int exit = Anyhost.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
        assertThat(exit).as(err.toString()).isZero();
        return out.toString();
    }

    /** The domains API, and the part of the domain service that hears of certificates. */
    private record DomainService(FunctionUrlServer api, CertificateEvents events, Path key) {

        JsonNode summary(String host) {
            String shown = anyhost(
                    "domains", "show", host, "--json", "--api", api.uri().toString(), "--api-key-file", key.toString());
            return JsonMapper.shared().readTree(shown).get("summary");
        }

        JsonNode summaryWith(String host, String code) {
            long deadline = System.nanoTime() + TOLD_LIMIT.toNanos();
            while (true) {
                events.takeOver();
                JsonNode summary = summary(host);
                if (summary.get("code").asString().equals(code)) {
                    return summary;
                }
                assertThat(System.nanoTime() - deadline).as("%s", summary).isNegative();
                LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
            }
        }
    }

    private static DomainService domainService(TestSystem system, ProxyNotices notices) throws Exception {
        String key = ApiKeys.generate();
        Path keyFile = Files.writeString(folder.resolve("key.txt"), key);
        Path hashes = Files.writeString(folder.resolve("keys.txt"), ApiKeys.line(key, Optional.empty()) + "\n");
        ApiKeys keys = ((ApiKeys.Read.Keys) ApiKeys.read(hashes)).keys();
        var domains = new DomainsHandler(
                new DomainTables(system.whitelist, notices, InstantSource.system()), new ApiSettings(EDGE, 100), keys);
        FunctionUrlServer server = FunctionUrlServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new SharedAddress(new AskHandler(system.whitelist), Optional.of(domains)),
                InstantSource.system());
        return new DomainService(
                server, new CertificateEvents(system.whitelist, notices, InstantSource.system()), keyFile);
    }

    private static HttpServer stranger(int port) throws Exception {
        HttpServer stranger = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral(ELSEWHERE), port), 0);
        stranger.createContext("/", exchange -> {
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        stranger.start();
        return stranger;
    }

    @Test
    void namesThatCantGetACertificate_costNoOrderUntilTheyAreMended() throws Exception {
        try (var system = new TestSystem(folder);
                EdgeProxy proxy = system.proxy(looking(system));
                ProxyNotices notices = ProxyNotices.open(
                        new WhitelistSettings(
                                "us-east-1", Optional.of(system.database.endpoint()), TestSystem.COORDINATION, false),
                        InstantSource.system())) {
            Path config = system.configuration(system.origin.uri(), 0, 0, Map.of());
            DomainService domains = domainService(system, notices);
            HttpServer stranger = stranger(system.httpPort);
            try (FunctionUrlServer _ = domains.api()) {
                system.allow(MISPOINTED);
                system.allow(FORBIDDEN);
                system.pebble.dns().addA(MISPOINTED, ELSEWHERE);
                system.pebble.dns().addCaa("customer.example", "issue", "other-authority.example");

                for (int visits = 0; visits < 5; visits++) {
                    assertThat(visit(system, MISPOINTED)).isEqualTo(NOT_YET);
                    assertThat(visit(system, FORBIDDEN)).isEqualTo(NOT_YET);
                }

                assertThat(system.pebble.orders()).isZero();
                assertThat(preflights(proxy, "failed")).isEqualTo(2);
                JsonNode mispointed = domains.summaryWith(MISPOINTED, "address_elsewhere");
                assertThat(mispointed.get("state").asString()).isEqualTo("stuck");
                assertThat(mispointed.get("message").asString()).contains(ELSEWHERE + " answers with status 404");
                assertThat(domains.summaryWith(FORBIDDEN, "caa_refuses")
                                .get("message")
                                .asString())
                        .contains("customer.example", "letsencrypt.org");
                assertThat(anyhost("certs", "show", MISPOINTED, "--config", config.toString()))
                        .contains("address_elsewhere", ELSEWHERE + " answers with status 404");

                system.pebble.dns().clear(MISPOINTED);
                system.pebble.dns().clear("customer.example");
                for (String host : List.of(MISPOINTED, FORBIDDEN)) {
                    anyhost("certs", "renew", host, "--config", config.toString());
                    assertThat(system.untilServed(system.httpsPort, host)).isPositive();
                    assertThat(AcmeRequests.orders(system.authority, host)).isEqualTo(1);
                    assertThat(domains.summaryWith(host, "active").get("state").asString())
                            .isEqualTo("serving");
                }
                assertThat(preflights(proxy, "passed")).isEqualTo(2);
            } finally {
                stranger.stop(0);
            }
        }
    }

    @Test
    void nameToBeValidatedByTlsAlpn01_isLookedAtOnTheHttpsPort() throws Exception {
        try (var system = new TestSystem(folder)) {
            Map<String, String> byTls = looking(system).entrySet().stream()
                    .collect(Collectors.toMap(
                            Map.Entry::getKey, change -> "challenges: [tls-alpn-01]\n  " + change.getValue()));
            try (ServerSocket mailServer = new ServerSocket(system.httpsPort, 10, InetAddress.ofLiteral(ELSEWHERE));
                    EdgeProxy proxy = system.proxy(byTls)) {
                Thread.startVirtualThread(() -> greet(mailServer));
                system.allow(SHOWN);
                system.allow(MISPOINTED);
                system.pebble.dns().addA(MISPOINTED, ELSEWHERE);

                assertThat(system.untilServed(system.httpsPort, SHOWN)).isPositive();
                assertThat(preflights(proxy, "passed")).isEqualTo(1);
                assertThat(visit(system, MISPOINTED)).isEqualTo(NOT_YET);
                assertThat(preflights(proxy, "failed")).isEqualTo(1);
                assertThat(AcmeRequests.orders(system.authority, MISPOINTED)).isZero();
            }
        }
    }

    /** Speaks first, and no TLS. */
    private static void greet(ServerSocket mailServer) {
        while (!mailServer.isClosed()) {
            try (Socket client = mailServer.accept()) {
                client.getOutputStream().write("220 mail.test ESMTP\r\n".getBytes(StandardCharsets.US_ASCII));
                var _ = client.getInputStream().readAllBytes();
            } catch (IOException over) {
                // The client has seen enough, or the test is over.
            }
        }
    }

    private static double preflights(EdgeProxy proxy, String result) throws Exception {
        return TestSystem.metric(proxy, "anyhost_preflight_total{result=\"" + result + "\"}");
    }
}
