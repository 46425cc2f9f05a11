package dev.anyhost.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.EdgeProxy;
import dev.anyhost.testkit.Messages;
import dev.anyhost.testkit.RawOrigin;
import dev.anyhost.testkit.RawOrigin.Script;
import dev.anyhost.testkit.Trust;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The protocol that clients in use agree on, and what they get by it. The browser is in {@link BrowserTest}. */
class Http2ClientsTest {

    private static final String HOST = "shop.example";
    private static final String OK_TRAILER =
            "HTTP/1.1 200 OK\r\nTrailer: x-checksum\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "2\r\nok\r\n0\r\nx-checksum: 4711\r\n\r\n";
    private static final int LARGE = 20 * 1024 * 1024;
    private static final long PATIENCE = 60;

    @TempDir
    static Path folder;

    private static TestSystem system;
    private static RawOrigin raw;
    private static EdgeProxy proxy;
    private static EdgeProxy proxyOfRaw;

    @BeforeAll
    static void start() throws Exception {
        system = new TestSystem(folder);
        system.allow(HOST);
        proxy = system.proxy();
        raw = RawOrigin.start(Script.answering(OK_TRAILER));
        proxyOfRaw = TestSystem.ready(system.start(raw.uri(), 0, 0, Map.of()));
        var _ = system.untilServed(system.httpsPort, HOST);
        var _ = system.untilServed(TestSystem.httpsPort(proxyOfRaw), HOST);
    }

    @AfterAll
    static void stop() throws Exception {
        proxy.close();
        proxyOfRaw.close();
        raw.close();
        system.close();
    }

    private static String url(EdgeProxy of, String path) {
        return "https://" + HOST + ":" + TestSystem.httpsPort(of) + path;
    }

    private static String output(List<String> command) throws Exception {
        Process run = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed = new String(run.getInputStream().readAllBytes(), UTF_8);
        assertThat(run.waitFor()).as(printed).isZero();
        return printed;
    }

    private static String curl(EdgeProxy of, String path, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "-k", "-m", "60", "--resolve"));
        command.add(HOST + ":" + TestSystem.httpsPort(of) + ":127.0.0.1");
        command.addAll(List.of(options));
        command.add(url(of, path));
        return output(command);
    }

    @ParameterizedTest
    @CsvSource({"--http2,2", "--http1.1,1.1", "--no-alpn,1.1"})
    void curl_speaksWhatItOffers(String option, String version) throws Exception {
        assertThat(curl(proxy, "/page", option, "-w", "\n%{http_version} %{response_code}"))
                .contains("User-Custom-Domain: " + HOST)
                .endsWith("\n" + version + " 200");
    }

    @Test
    void curlsLargeBody_comesBackAsItWent() throws Exception {
        byte[] body = new byte[LARGE];
        new Random(7).nextBytes(body);
        Path sent = Files.write(folder.resolve("sent"), body);
        Path got = folder.resolve("got");
        assertThat(curl(proxy, "/upload", "--data-binary", "@" + sent, "-o", got.toString(), "-w", "%{http_version}"))
                .isEqualTo("2");
        assertThat(got).hasSameBinaryContentAs(sent);
    }

    @Test
    void trailersOfAResponse_reachCurl() throws Exception {
        assertThat(curl(proxyOfRaw, "/", "--http2", "-D", "-"))
                .startsWith("HTTP/2 200")
                .containsSubsequence("ok", "x-checksum: 4711");
    }

    @Test
    void javasClient_multiplexesRequestsWithBodies() {
        try (HttpClient client = HttpClient.newBuilder()
                .version(Version.HTTP_2)
                .sslContext(Trust.context(system.pebble.issuingRoots()))
                .build()) {
            List<CompletableFuture<HttpResponse<String>>> answers = IntStream.range(0, 50)
                    .mapToObj(i -> HttpRequest.newBuilder(URI.create(url(proxy, "/upload")))
                            .POST(BodyPublishers.ofString(("body " + i + " ").repeat(10_000)))
                            .build())
                    .map(request -> client.sendAsync(request, BodyHandlers.ofString()))
                    .toList();
            for (int i = 0; i < answers.size(); i++) {
                HttpResponse<String> answer = answers.get(i).join();
                assertThat(answer.version()).isEqualTo(Version.HTTP_2);
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.body()).isEqualTo(("body " + i + " ").repeat(10_000));
            }
        }
    }

    @Test
    void javasWebSocket_hearsWhatItSaysAndEndsInOrder() throws Exception {
        try (HttpClient client = HttpClient.newBuilder()
                .sslContext(Trust.context(system.pebble.issuingRoots()))
                .build()) {
            var messages = new Messages();
            URI uri = URI.create("wss://" + HOST + ":" + TestSystem.httpsPort(proxy) + "/ws");
            WebSocket socket =
                    client.newWebSocketBuilder().buildAsync(uri, messages).get(PATIENCE, TimeUnit.SECONDS);
            for (int length : new int[] {0, 125, 126, 65_535, 65_536, 300_000}) {
                String sent = "x".repeat(length);
                socket.sendText(sent, true).get(PATIENCE, TimeUnit.SECONDS);
                assertThat(messages.take()).isEqualTo(sent);
            }
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "bye").get(PATIENCE, TimeUnit.SECONDS);
            assertThat(messages.take()).isEqualTo("1000 bye");
        }
    }

    @Test
    void h2load_hasNoRequestFail() throws Exception {
        assertThat(output(List.of(
                        "h2load",
                        "-n400",
                        "-c4",
                        "-m10",
                        "--connect-to=127.0.0.1:" + TestSystem.httpsPort(proxy),
                        url(proxy, "/stream?bytes=20000"))))
                .contains("Application protocol: h2\n")
                .contains("400 succeeded, 0 failed, 0 errored, 0 timeout")
                .contains("status codes: 400 2xx");
    }
}
