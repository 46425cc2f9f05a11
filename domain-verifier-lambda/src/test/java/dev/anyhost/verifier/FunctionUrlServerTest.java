package dev.anyhost.verifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FunctionUrlServerTest {

    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-21T10:15:30Z"));
    private static final TestWhitelist WHITELIST = TestWhitelist.start();
    private static final FunctionUrlServer SERVER = serve(new AskHandler(WHITELIST.whitelist()));
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @AfterAll
    static void stop() {
        HTTP.close();
        SERVER.close();
        WHITELIST.close();
    }

    private static FunctionUrlServer serve(RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> handler) {
        try {
            return FunctionUrlServer.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), handler, CLOCK);
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static HttpResponse<String> get(URI uri) throws Exception {
        return HTTP.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    @ParameterizedTest
    @CsvSource({
        "?domain=active.example, 200",
        "any/path?domain=active.example&more=1, 200",
        "?domain=misconfigured.example, 200",
        "?domain=pending.example, 403",
        "?domain=suspended.example, 403",
        "?domain=blocked.example, 403",
        "?domain=unknown.example, 404",
        "?domain=nonsense, 400",
        "?domain=a.example&domain=b.example, 400",
        "?, 400",
        "'', 400"
    })
    void ask_status(String target, int status) throws Exception {
        var response = get(URI.create(SERVER.uri() + target));
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(response.headers().firstValue("Cache-Control")).contains(status == 200 ? "max-age=300" : "no-store");
        assertThat(response.headers().firstValue("Location")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "active.example, 200",
        "misconfigured.example, 200",
        "pending.example, 403",
        "unknown.example, 404",
        "127.0.0.1, 400",
        "%zz, 400"
    })
    void caddy_seesTheBareStatus(String domain, int status) throws Exception {
        String request =
                "GET /?domain=" + domain + " HTTP/1.1\r\nHost: " + SERVER.uri().getAuthority()
                        + "\r\nUser-Agent: Go-http-client/1.1\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n";
        assertThat(raw(request)).startsWith("HTTP/1.1 " + status + " ");
    }

    @Test
    void http10Client_isAnswered() throws Exception {
        assertThat(raw("GET /?domain=active.example HTTP/1.0\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ")
                .contains("\"status\":\"active\"");
    }

    private static String raw(String request) throws IOException {
        try (var socket =
                new Socket(InetAddress.getLoopbackAddress(), SERVER.address().getPort())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @ParameterizedTest
    @CsvSource({"POST", "HEAD", "PUT", "DELETE"})
    void otherMethod_405(String method) throws Exception {
        var request = HttpRequest.newBuilder(SERVER.uri().resolve("?domain=active.example"))
                .method(method, method.equals("HEAD") ? BodyPublishers.noBody() : BodyPublishers.ofString("body"))
                .build();
        var response = HTTP.send(request, BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().firstValue("Allow")).contains("GET");
        assertThat(response.body()).isEmpty();
    }

    @Test
    void whitelistDies_503_whileTheServerLives() throws Exception {
        try (var whitelist = TestWhitelist.start();
                var server = serve(new AskHandler(whitelist.whitelist()))) {
            assertThat(get(server.uri().resolve("?domain=active.example")).statusCode())
                    .isEqualTo(200);
            whitelist.kill();
            assertThat(get(server.uri().resolve("?domain=active.example")).statusCode())
                    .isEqualTo(503);
            assertThat(get(server.uri().resolve("?domain=nonsense")).statusCode())
                    .isEqualTo(400);
        }
    }

    @Test
    void manyAtOnce_eachGetsItsOwnAnswer() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new ArrayList<java.util.concurrent.Future<Integer>>();
            for (int i = 0; i < 30; i++) {
                String domain = List.of("active", "pending", "unknown").get(i % 3) + ".example";
                answers.add(threads.submit(
                        () -> get(SERVER.uri().resolve("?domain=" + domain)).statusCode()));
            }
            for (int i = 0; i < 30; i++) {
                assertThat(answers.get(i).get())
                        .isEqualTo(List.of(200, 403, 404).get(i % 3));
            }
        }
    }

    @Test
    void event_isPayloadFormat2() throws Exception {
        var seen = new CopyOnWriteArrayList<APIGatewayV2HTTPEvent>();
        try (var server = serve((event, context) -> {
            seen.add(event);
            return answer(200, context.getAwsRequestId());
        })) {
            var request = HttpRequest.newBuilder(URI.create(server.uri() + "a%20b/c?x=%C3%BC&x=2&y"))
                    .header("X-One", "1")
                    .header("X-One", "2")
                    .header("Cookie", "a=b; c=d")
                    .header("User-Agent", "test")
                    .POST(BodyPublishers.ofByteArray(new byte[] {0, (byte) 0xff}))
                    .build();
            String requestId = HTTP.send(request, BodyHandlers.ofString()).body();
            var event = seen.getFirst();
            assertThat(event.getVersion()).isEqualTo("2.0");
            assertThat(event.getRouteKey()).isEqualTo("$default");
            assertThat(event.getRawPath()).isEqualTo("/a%20b/c");
            assertThat(event.getRawQueryString()).isEqualTo("x=%C3%BC&x=2&y");
            assertThat(event.getHeaders()).containsEntry("x-one", "1,2").containsEntry("user-agent", "test");
            assertThat(event.getCookies()).containsExactly("a=b", "c=d");
            assertThat(event.getIsBase64Encoded()).isTrue();
            assertThat(event.getBody()).isEqualTo("AP8=");
            var context = event.getRequestContext();
            assertThat(context.getRequestId()).isEqualTo(requestId);
            assertThat(context.getTime()).isEqualTo("21/Nov/2026:10:15:30 +0000");
            assertThat(context.getTimeEpoch()).isEqualTo(CLOCK.millis());
            assertThat(context.getDomainName()).isEqualTo(server.uri().getAuthority());
            var http = context.getHttp();
            assertThat(List.of(http.getMethod(), http.getPath(), http.getProtocol(), http.getSourceIp()))
                    .containsExactly("POST", "/a b/c", "HTTP/1.1", "127.0.0.1");
            assertThat(http.getUserAgent()).isEqualTo("test");
        }
    }

    @Test
    void response_headersStatusAndBinaryBody() throws Exception {
        try (var server = serve((_, _) -> APIGatewayV2HTTPResponse.builder()
                .withStatusCode(201)
                .withHeaders(Map.of("X-Answer", "42"))
                .withIsBase64Encoded(true)
                .withBody("aGVsbG8=")
                .build())) {
            var response = get(server.uri());
            assertThat(response.statusCode()).isEqualTo(201);
            assertThat(response.headers().firstValue("X-Answer")).contains("42");
            assertThat(response.body()).isEqualTo("hello");
        }
    }

    @Test
    void response_withoutHeadersAndBody() throws Exception {
        try (var server = serve(
                (_, _) -> APIGatewayV2HTTPResponse.builder().withStatusCode(204).build())) {
            var response = get(server.uri());
            assertThat(response.statusCode()).isEqualTo(204);
            assertThat(response.body()).isEmpty();
        }
    }

    @Test
    void failingFunction_is502WithoutItsReason() throws Exception {
        try (var server = serve(FunctionUrlServerTest::fail)) {
            var response = get(server.uri());
            assertThat(response.statusCode()).isEqualTo(502);
            assertThat(response.body()).isEqualTo("Internal Server Error");
        }
    }

    private static APIGatewayV2HTTPResponse fail(APIGatewayV2HTTPEvent event, Context context) {
        throw new IllegalStateException("a secret of " + context.getFunctionName());
    }

    @Test
    void hugeBody_413() throws Exception {
        try (var server = serve((_, _) -> answer(200, ""))) {
            var request = HttpRequest.newBuilder(server.uri())
                    .POST(BodyPublishers.ofByteArray(new byte[1024 * 1024 + 1]))
                    .build();
            assertThat(HTTP.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(413);
        }
    }

    @Test
    void close_freesThePort() throws Exception {
        var server = serve((_, _) -> answer(200, "ok"));
        assertThatExceptionOfType(BindException.class)
                .isThrownBy(() -> FunctionUrlServer.start(server.address(), (_, _) -> answer(200, ""), CLOCK));
        server.close();
        assertThatExceptionOfType(ConnectException.class)
                .isThrownBy(() -> new Socket(
                                InetAddress.getLoopbackAddress(), server.uri().getPort())
                        .close());
    }

    @Test
    void uri_ofAllAddressesIsALoopbackOne() throws Exception {
        try (var server =
                FunctionUrlServer.start(new InetSocketAddress("0.0.0.0", 0), (_, _) -> answer(200, "here"), CLOCK)) {
            assertThat(get(server.uri()).body()).isEqualTo("here");
        }
    }

    private static APIGatewayV2HTTPResponse answer(int status, String body) {
        return APIGatewayV2HTTPResponse.builder()
                .withStatusCode(status)
                .withBody(body)
                .build();
    }
}
