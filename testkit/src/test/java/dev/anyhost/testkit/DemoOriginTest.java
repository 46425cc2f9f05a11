package dev.anyhost.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(60)
class DemoOriginTest {

    private final TestCa ca = TestCa.create("Origin Root");
    private HttpClient client;
    private DemoOrigin origin;

    @BeforeEach
    void start() {
        origin = DemoOrigin.startTls(ca.issue("localhost", "127.0.0.1"), 0);
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(ca.clientContext())
                .build();
    }

    @AfterEach
    void stop() {
        client.close();
        origin.close();
    }

    @Test
    void page_showsTheRequest() throws Exception {
        HttpResponse<String> response = send(request("/some/path?q=1")
                .header("User-Custom-Domain", "shop.example")
                .build());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body())
                .contains("GET /some/path?q=1 HTTP/1.1")
                .contains("User-Custom-Domain: shop.example")
                .contains("Host: 127.0.0.1:" + origin.port());
    }

    @Test
    void json_hasMethodPathHeadersAndBodyLength() throws Exception {
        HttpResponse<String> response = send(request("/x?y")
                .header("Accept", "application/json")
                .header("X-Two", "1")
                .header("X-Two", "2")
                .method("PATCH", BodyPublishers.ofString("abc"))
                .build());
        JsonNode seen = JsonMapper.builder().build().readTree(response.body());
        assertThat(seen.get("method").asString()).isEqualTo("PATCH");
        assertThat(seen.get("path").asString()).isEqualTo("/x?y");
        assertThat(seen.get("headers").get("X-Two").size()).isEqualTo(2);
        assertThat(seen.get("body_bytes").asInt()).isEqualTo(3);
    }

    @Test
    void health_isOk() throws Exception {
        assertThat(send(request("/health").build()).body()).isEqualTo("ok\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/stream?bytes=1000003", "/stream?length&bytes=1000003"})
    void stream_hasTheBytesAskedFor(String path) throws Exception {
        HttpResponse<String> response = send(request(path).build());
        assertThat(response.body())
                .hasSize(1_000_003)
                .startsWith("0123456789abcdef0123")
                .endsWith("012");
        assertThat(response.headers().firstValue("Content-Length").isPresent()).isEqualTo(path.contains("length"));
    }

    @Test
    void status_isTheOneAskedFor() throws Exception {
        assertThat(send(request("/status/418").build()).statusCode()).isEqualTo(418);
        assertThat(send(request("/status/204").build()).statusCode()).isEqualTo(204);
        assertThat(send(request("/delay?ms=1").build()).body()).isEqualTo("late\n");
    }

    @Test
    void upload_comesBack() throws Exception {
        String body = "0123456789".repeat(50_000);
        HttpRequest chunked = request("/upload")
                .expectContinue(true)
                .POST(BodyPublishers.fromPublisher(BodyPublishers.ofString(body)))
                .build();
        assertThat(send(chunked).body()).isEqualTo(body);
    }

    @Test
    void head_hasNoBodyAndKeepsTheConnection() throws IOException {
        try (DemoOrigin plain = DemoOrigin.start();
                Socket socket = new Socket(Ports.loopback(), plain.port())) {
            socket.getOutputStream()
                    .write("HEAD /health HTTP/1.1\r\nHost: x\r\n\r\nGET /health HTTP/1.0\r\n\r\n".getBytes(ISO_8859_1));
            String head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 3\r\n";
            assertThat(socket.getInputStream().readAllBytes())
                    .asString(ISO_8859_1)
                    .isEqualTo(head + "\r\n" + head + "Connection: close\r\n\r\nok\n");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 125, 126, 65_535, 65_536})
    void webSocket_saysMessagesBack(int length) throws Exception {
        Messages messages = new Messages();
        URI uri = URI.create("wss://127.0.0.1:" + origin.port() + "/ws");
        WebSocket socket =
                client.newWebSocketBuilder().buildAsync(uri, messages).get();
        String sent = "x".repeat(length);
        assertThat(socket.sendText(sent, true).get()).isSameAs(socket);
        assertThat(messages.take()).isEqualTo(sent);
        assertThat(socket.sendClose(WebSocket.NORMAL_CLOSURE, "bye").get()).isSameAs(socket);
        assertThat(messages.take()).isEqualTo("1000 bye");
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(origin.uri().resolve(path));
    }

    private HttpResponse<String> send(HttpRequest request) throws Exception {
        return client.send(request, BodyHandlers.ofString());
    }
}
