package dev.anyhost.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.EdgeProxy;
import dev.anyhost.testkit.OpensslClient;
import dev.anyhost.testkit.PebbleCa;
import dev.anyhost.testkit.Trust;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** First visit → ask → ACME certificate → DynamoDB → proxied, on real parts. */
class FirstVisitTest {

    @TempDir
    static Path folder;

    private static TestSystem system;
    private static EdgeProxy proxy;

    @BeforeAll
    static void start() throws Exception {
        system = new TestSystem(folder);
        proxy = system.proxy();
    }

    @AfterAll
    static void stop() throws Exception {
        proxy.close();
        system.close();
    }

    @Test
    void curl_completesAFirstVisit() throws Exception {
        system.allow("curl.example");
        Path roots = Files.writeString(folder.resolve("roots.pem"), pem());
        Process curl = new ProcessBuilder(
                        "curl",
                        "-sS",
                        "--cacert",
                        roots.toString(),
                        "--resolve",
                        "curl.example:" + system.httpsPort + ":127.0.0.1",
                        "https://curl.example:" + system.httpsPort + "/a?b=c")
                .redirectErrorStream(true)
                .start();
        String printed = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(curl.waitFor()).as(printed).isZero();
        assertThat(printed).contains("GET /a?b=c", "User-Custom-Domain: curl.example", "X-Forwarded-Proto: https");
    }

    @Test
    void openssl_completesAFirstVisit() throws Exception {
        system.allow("openssl.example");
        Path roots = Files.writeString(folder.resolve("openssl-roots.pem"), pem());
        var run = OpensslClient.to(system.httpsPort)
                .trusting(roots)
                .run("openssl.example", "GET / HTTP/1.1\r\nHost: openssl.example\r\nConnection: close\r\n\r\n");
        assertThat(run.toString()).contains("HTTP/1.1 200 OK");
    }

    @Test
    void httpClient_completesAFirstVisit() throws Exception {
        system.allow("httpclient.example");
        try (HttpClient http = HttpClient.newBuilder()
                .sslContext(Trust.context(system.pebble.issuingRoots()))
                .build()) {
            URI uri = URI.create("https://httpclient.example:" + system.httpsPort + "/");
            HttpResponse<String> response =
                    http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).contains("User-Custom-Domain: httpclient.example");
        }
    }

    @Test
    void java_completesAFirstVisitAndTheSecondComesFromMemory() throws Exception {
        system.allow("localhost.java.example");
        var client = system.client(system.httpsPort);
        BigInteger first = client.handshake("localhost.java.example").serial();
        long orders = system.pebble.orders();
        double fromMemory = TestSystem.metric(proxy, "anyhost_handshake_wait_seconds_count{cause=\"memory\"}");

        BigInteger second = client.handshake("localhost.java.example").serial();

        assertThat(second).isEqualTo(first);
        assertThat(system.pebble.orders()).isEqualTo(orders);
        assertThat(system.asks("localhost.java.example")).isEqualTo(1);
        assertThat(TestSystem.metric(proxy, "anyhost_handshake_wait_seconds_count{cause=\"memory\"}"))
                .isEqualTo(fromMemory + 1);
    }

    @Test
    void secondAndRestartedProxy_serveTheSameCertificateWithoutAnOrder() throws Exception {
        system.allow("shared.example");
        BigInteger serial =
                system.client(system.httpsPort).handshake("shared.example").serial();
        long orders = system.pebble.orders();
        for (int start = 0; start < 2; start++) {
            try (EdgeProxy other = system.anotherProxy()) {
                assertThat(system.client(TestSystem.httpsPort(other))
                                .handshake("shared.example")
                                .serial())
                        .isEqualTo(serial);
                assertThat(TestSystem.metric(other, "anyhost_handshake_wait_seconds_count{cause=\"store\"}"))
                        .isEqualTo(1);
            }
        }
        assertThat(system.pebble.orders()).isEqualTo(orders);
    }

    @Test
    void bothChallengeTypes_issue() throws Exception {
        system.allow("alpn.example");
        proxy.close();
        try (EdgeProxy alpnOnly = system.proxy(Map.of("acme:\n", "acme:\n  challenges: [tls-alpn-01]\n"))) {
            system.client(system.httpsPort).handshake("alpn.example");
            assertThat(orders(alpnOnly, "issued")).isEqualTo(1);
        }
        system.allow("http.example");
        try (EdgeProxy httpOnly = system.proxy(Map.of("acme:\n", "acme:\n  challenges: [http-01]\n"))) {
            system.client(system.httpsPort).handshake("http.example");
            assertThat(orders(httpOnly, "issued")).isEqualTo(1);
        }
        proxy = system.proxy();
    }

    private static double orders(EdgeProxy of, String result) throws Exception {
        return TestSystem.metric(
                of,
                "anyhost_orders_total{issuer=\"" + PebbleCa.directory(system.authority) + "\",result=\"" + result
                        + "\"}");
    }

    private static String pem() throws Exception {
        var pem = new StringBuilder();
        for (X509Certificate root : system.pebble.issuingRoots()) {
            pem.append("-----BEGIN CERTIFICATE-----\n")
                    .append(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(root.getEncoded()))
                    .append("\n-----END CERTIFICATE-----\n");
        }
        return pem.toString();
    }

    @Test
    void manyFirstVisitorsOfOneName_causeOneOrder() throws Exception {
        system.allow("crowd.example");
        long orders = system.pebble.orders();
        try (var visitors = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<BigInteger> visit = () ->
                    system.client(system.httpsPort).handshake("crowd.example").serial();
            List<Future<BigInteger>> visits = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                visits.add(visitors.submit(visit));
            }
            Set<BigInteger> serials = new HashSet<>();
            for (Future<BigInteger> visited : visits) {
                serials.add(visited.get());
            }
            assertThat(serials).hasSize(1);
        }
        assertThat(system.pebble.orders()).isEqualTo(orders + 1);
        assertThat(system.asks("crowd.example")).isEqualTo(1);
    }
}
