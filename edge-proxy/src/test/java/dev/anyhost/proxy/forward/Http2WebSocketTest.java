package dev.anyhost.proxy.forward;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.Http2Wire.Frame;
import dev.anyhost.proxy.forward.ProxyFixture.Setup;
import dev.anyhost.testkit.RawOrigin;
import dev.anyhost.testkit.RawRequest;
import io.netty.handler.codec.http2.Http2Headers;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** WebSockets by extended CONNECT (RFC 8441), to origins that know only HTTP/1.1's upgrade. */
class Http2WebSocketTest {

    static final String[] CONNECT = {
        ":method",
        "CONNECT",
        ":protocol",
        "websocket",
        ":scheme",
        "https",
        ":path",
        "/chat",
        ":authority",
        "shop.example.com",
        "sec-websocket-version",
        "13",
        "sec-websocket-protocol",
        "chat",
        "origin",
        "https://shop"
    };

    static String accepting(RawRequest request) {
        return "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Accept: "
                + accept(request.header("sec-websocket-key").orElseThrow())
                + "\r\nSec-WebSocket-Protocol: chat\r\n\r\n";
    }

    private static String accept(String key) {
        try {
            byte[] both = (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(ISO_8859_1);
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1").digest(both));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void extendedConnect_isAnUpgradeForTheOriginAndBytesGoBothWays() {
        try (RawOrigin origin = RawOrigin.start(connection -> {
                    RawRequest request = connection.readRequest().orElseThrow();
                    connection.write(accepting(request) + "welcome");
                    connection.write("echo " + connection.read(5));
                    connection.write("rest " + connection.readToEnd());
                });
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.headers(1, false, CONNECT).data(1, false, "early");
            Http2Headers answer = client.awaitHeaders(1);
            assertThat(answer.status()).hasToString("200");
            assertThat(answer.get("sec-websocket-protocol")).hasToString("chat");
            assertThat(answer.contains("upgrade")).isFalse();
            assertThat(answer.contains("connection")).isFalse();
            assertThat(read(client, 7 + 10)).isEqualTo("welcomeecho early");
            client.data(1, true, "last");
            assertThat(read(client, 9)).isEqualTo("rest last");
            assertThat(client.await(Frame::ends).stream()).isEqualTo(1);
            RawRequest request = origin.takeRequest();
            assertThat(request.requestLine()).isEqualTo("GET /chat HTTP/1.1");
            assertThat(request.head())
                    .contains("\r\nUpgrade: websocket\r\n")
                    .containsIgnoringCase("\r\nsec-websocket-version: 13\r\n");
            assertThat(proxy.record().bytesIn()).isEqualTo(9);
        }
    }

    private static String read(Http2Wire client, int count) {
        var text = new StringBuilder();
        while (text.length() < count) {
            text.append(new String(client.await(Http2Wire.DATA).payload(), ISO_8859_1));
        }
        return text.toString();
    }

    @Test
    void originThatDeclines_answersAsUsual() {
        try (RawOrigin origin = RawOrigin.start(
                        RawOrigin.Script.answering("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.headers(1, false, CONNECT);
            assertThat(client.response(1).status()).isEqualTo("403");
        }
    }

    @Test
    void originThatDoesNotUnderstandTheKey_endsTheStream() {
        try (RawOrigin origin = RawOrigin.start(connection -> {
                    connection.readRequest();
                    connection.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                            + "Upgrade: websocket\r\nSec-WebSocket-Accept: bm8=\r\n\r\n");
                    connection.readToEnd();
                });
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.headers(1, false, CONNECT);
            assertThat(client.response(1).status()).isEqualTo("502");
            assertThat(proxy.record().error()).contains(RequestError.RESPONSE_MALFORMED);
        }
    }

    @Test
    void originThatEnds_endsTheStreamAndClientsResetEndsTheOrigin() {
        try (RawOrigin origin = RawOrigin.start(connection -> {
                    RawRequest request = connection.readRequest().orElseThrow();
                    connection.write(accepting(request));
                    if (connection.number() > 0) {
                        connection.readToEnd();
                    }
                });
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.headers(1, false, CONNECT);
            client.await(frame -> frame.stream() == 1 && frame.ends());
            proxy.record();
            client.headers(3, false, CONNECT);
            client.awaitHeaders(3);
            client.reset(3, Http2Wire.CANCEL);
            assertThat(proxy.record().path()).isEqualTo("/chat"); // its end
        }
    }

    @Test
    void otherProtocols_areNotImplemented() {
        String[] other = CONNECT.clone();
        other[3] = "connect-udp";
        try (RawOrigin origin = RawOrigin.start(RawOrigin.Script.answering("never"));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.headers(1, false, other);
            assertThat(client.response(1).status()).isEqualTo("501");
            assertThat(origin.connections()).isEmpty();
        }
    }

    @Test
    void bytesAfterExtendedConnect_waitForTheOriginsWord() {
        var before = new CompletableFuture<String>();
        try (RawOrigin origin = RawOrigin.start(connection -> {
                    connection.readRequest();
                    connection.write("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno");
                    before.complete(connection.readToEnd());
                });
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.headers(1, false, CONNECT)
                    .data(1, false, "GET /admin HTTP/1.1\r\nHost: a\r\nUser-Custom-Domain: other.example\r\n\r\n");
            assertThat(client.response(1).status()).isEqualTo("403");
            assertThat(before.join()).isEmpty();
        }
    }
}
