package dev.anyhost.local;

import static dev.anyhost.local.TestSystem.hostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Policy;
import dev.anyhost.proxy.EdgeProxy;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.FindResult;
import dev.anyhost.store.changes.Change;
import dev.anyhost.store.changes.ChangeLog;
import dev.anyhost.store.changes.ChangesSince;
import dev.anyhost.testkit.AcmeRequests;
import dev.anyhost.verifier.onboarding.Application;
import dev.anyhost.verifier.onboarding.DomainStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a domain's activation to its first visitor, on two proxies. */
class EarlyCertificateTest {

    private static final Hostname EARLY = hostname("early.example");
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final byte[] REQUEST =
            ("GET / HTTP/1.1\r\nHost: " + EARLY + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII);

    @TempDir
    static Path folder;

    @Test
    void activatedDomain_hasItsCertificateAndItsPolicyBeforeAnybodyComes() throws Exception {
        try (var system = new TestSystem(folder);
                EdgeProxy first = system.proxy();
                EdgeProxy second = system.anotherProxy();
                CertificateTables tables = system.tables()) {
            var policy = new Policy(Optional.of(true), false, Optional.of(Duration.ofDays(365)));
            var application = new Application(EARLY, "tenant", Optional.empty(), policy);
            assertThat(system.whitelist.add(application, DomainStatus.ACTIVE)).isNotNull();
            tables.changes().publish(new Change(Change.Kind.ACTIVATED, EARLY));

            until(() -> tables.certificates().findConsistent(EARLY) instanceof FindResult.Found);
            until(() -> told(tables).contains(new Change(Change.Kind.ISSUED, EARLY)));
            for (EdgeProxy proxy : List.of(first, second)) {
                assertThat(scrape(proxy)).contains("anyhost_handshakes_total{result=\"served\"} 0.0");
            }
            assertThat(system.authority.exchanges(AcmeRequests.newOrder())).hasSize(1);
            assertThat(system.untilServed(TestSystem.httpsPort(first), EARLY.value()))
                    .isPositive();
            assertThat(system.untilServed(TestSystem.httpsPort(second), EARLY.value()))
                    .isPositive();
            assertThat(system.authority.exchanges(AcmeRequests.newOrder())).hasSize(1);
            assertThat(plain(first)).startsWith("HTTP/1.1 404 Not Found");
            assertThat(secure(system, first))
                    .startsWith("HTTP/1.1 200 ")
                    .containsOnlyOnce("Strict-Transport-Security: max-age=31536000\r\n")
                    .containsPattern("(?im)^ *\"?host\"?: *\"?early\\.example");
        }
    }

    private static List<Change> told(CertificateTables tables) {
        var since = tables.changes().since(Instant.now().minus(ChangeLog.LOOK_BACK));
        return since instanceof ChangesSince.Read read
                ? read.entries().stream().map(ChangesSince.Entry::change).toList()
                : List.of();
    }

    private interface Condition {
        boolean holds();
    }

    private static void until(Condition condition) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime() - deadline).as("time left").isNegative();
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        }
    }

    private static String scrape(EdgeProxy proxy) throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                            + proxy.adminAddress().getPort() + "/metrics"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    private static String secure(TestSystem system, EdgeProxy proxy) throws IOException {
        byte[] answer = system.client(TestSystem.httpsPort(proxy)).exchange(EARLY.value(), REQUEST);
        return new String(answer, StandardCharsets.US_ASCII);
    }

    private static String plain(EdgeProxy proxy) throws IOException {
        try (var socket = new Socket(
                InetAddress.ofLiteral("127.0.0.1"),
                proxy.httpAddresses().getFirst().getPort())) {
            socket.getOutputStream().write(REQUEST);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
