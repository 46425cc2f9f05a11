package dev.anyhost.proxy.forward;

import static dev.anyhost.proxy.forward.Http2Relay.FIRST;
import static dev.anyhost.proxy.forward.Http2Relay.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.Http2Wire.Frame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** WebSockets by extended CONNECT to the origin (RFC 8441), from clients of either version. */
class Http2OriginWebSocketTest {

    static final String UPGRADE = "GET /chat?a=b HTTP/1.1\r\nHost: shop.example.com\r\nConnection: Upgrade\r\n"
            + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: chat\r\n";
    /** Key and answer are RFC 6455's own (section 1.3). */
    static final String KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    private static final String ANSWER = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    static Http2Wire accept(Http2Relay<?> relay) {
        return relay.accept(Http2Wire.ENABLE_CONNECT_PROTOCOL, 1);
    }

    private static List<String> lines(Frame request) {
        List<String> lines = new ArrayList<>();
        request.headers().forEach(field -> lines.add(field.getKey() + " " + field.getValue()));
        return lines;
    }

    @Test
    void upgradeByHttp1_isAnExtendedConnectThereAndA101Here() {
        try (var relay = Http2Relay.ofHttp1()) {
            relay.client.send(UPGRADE + KEY + "\r\nearly");
            Http2Wire served = accept(relay);
            Frame request = served.awaitHeaders();
            assertThat(request.ends()).isFalse();
            assertThat(lines(request))
                    .startsWith(
                            ":method CONNECT",
                            ":protocol websocket",
                            ":scheme http",
                            ":path /chat?a=b",
                            ":authority localhost:" + relay.origin.port(),
                            "sec-websocket-version 13",
                            "sec-websocket-protocol chat",
                            "x-forwarded-for 127.0.0.1")
                    .noneMatch(line -> line.matches("(connection|upgrade|sec-websocket-key|host) .*"));
            served.respond(FIRST, false, "200", "sec-websocket-protocol", "chat")
                    .data(FIRST, false, "welcome");
            assertThat(relay.client.readHead())
                    .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
                    .contains("\r\nsec-websocket-protocol: chat\r\n", "\r\nsec-websocket-accept: " + ANSWER + "\r\n")
                    .containsOnlyOnce("Connection: Upgrade\r\nUpgrade: websocket\r\n");
            assertThat(relay.client.read(7)).isEqualTo("welcome");
            assertThat(served.body(5)).isEqualTo("early");
            relay.client.send("more");
            assertThat(served.body(4)).isEqualTo("more");
            served.data(FIRST, true, "bye");
            assertThat(relay.client.read(3)).isEqualTo("bye");
            relay.client.finishOutput();
            assertThat(served.await(Frame::ends).stream()).isEqualTo(FIRST);
            RequestRecord record = relay.proxy.record();
            assertThat(record.status()).isEqualTo(101);
            assertThat(record.bytesIn()).isEqualTo(9);
            assertThat(record.bytesOut()).isEqualTo(10);
        }
    }

    @Test
    void extendedConnect_isOneThereToo() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.headers(1, false, Http2WebSocketTest.CONNECT).data(1, false, "early");
            Http2Wire served = accept(relay);
            assertThat(lines(served.awaitHeaders()))
                    .contains(":method CONNECT", ":protocol websocket", ":path /chat", "origin https://shop")
                    .noneMatch(line -> line.startsWith("sec-websocket-key "));
            served.respond(FIRST, false, "200", "sec-websocket-protocol", "chat");
            Frame answer = relay.client.awaitHeaders();
            assertThat(answer.ends()).isFalse();
            assertThat(answer.headers().status()).hasToString("200");
            assertThat(answer.headers().get("sec-websocket-protocol")).hasToString("chat");
            assertThat(served.body(5)).isEqualTo("early");
            served.data(FIRST, false, "pong");
            assertThat(relay.client.body(4)).isEqualTo("pong");
            assertThat(relay.origin.hasAnother()).isFalse();
        }
    }

    @Test
    void originThatDoesNotAnnounceIt_isA501AndOthersGoOn() {
        try (var relay = Http2Relay.ofHttp1();
                var other = relay.proxy.connect()) {
            relay.client.send(UPGRADE + KEY + "\r\n");
            Http2Wire served = relay.accept();
            assertThat(relay.client.readHead()).startsWith("HTTP/1.1 501 ");
            assertThat(relay.proxy.record().error()).contains(RequestError.UPGRADE_IMPOSSIBLE);
            other.get("/");
            served.respond(served.awaitHeaders().stream(), true, "204");
            assertThat(other.readHead()).startsWith("HTTP/1.1 204 ");
            assertThat(relay.origin.hasAnother()).isFalse();
        }
    }

    @Test
    void webSocket_waitsForTheOriginsSettingsAndOthersDoNot() {
        try (var relay = Http2Relay.ofHttp1();
                var other = relay.proxy.connect()) {
            relay.client.send(UPGRADE + KEY + "\r\n");
            var served = new Http2Wire(relay.origin.acceptPlain());
            other.get("/other");
            assertThat(served.awaitHeadersBeforeSettings().headers().path()).hasToString("/other");
            served.settings(Http2Wire.ENABLE_CONNECT_PROTOCOL, 1);
            assertThat(served.awaitHeaders().headers().method()).hasToString("CONNECT");
            served.respond(SECOND, false, "200").respond(FIRST, true, "204");
            assertThat(relay.client.readHead()).startsWith("HTTP/1.1 101 ");
            assertThat(other.readHead()).startsWith("HTTP/1.1 204 ");
        }
    }

    @Test
    void originThatNeverSaysAWord_isA504() {
        TimeLimits usual = TimeLimits.DEFAULT;
        ForwardSettings impatient = ForwardSettings.https(443)
                .withTimes(usual.withOrigins(Duration.ofMillis(300), usual.responseHeaders(), usual.originIdle()));
        try (var relay = Http2Relay.ofHttp1(setup -> setup.with(impatient))) {
            relay.client.send(UPGRADE + KEY + "\r\n");
            WireClient silent = relay.origin.acceptPlain();
            assertThat(relay.client.readHead()).startsWith("HTTP/1.1 504 ");
            assertThat(relay.proxy.record().error()).contains(RequestError.ORIGIN_CONNECT_TIMEOUT);
            assertThat(silent.readToAnyEnd()).startsWith("PRI * HTTP/2.0");
            assertThat(relay.origin.hasAnother()).isFalse();
        }
    }

    @Test
    void originThatClosesBeforeItsSettings_isAskedOnceMore() {
        try (var relay = Http2Relay.ofHttp1()) {
            relay.client.send(UPGRADE + KEY + "\r\n");
            relay.origin.acceptPlain().close();
            Http2Wire served = accept(relay);
            served.awaitHeaders();
            served.respond(FIRST, false, "200");
            assertThat(relay.client.readHead()).startsWith("HTTP/1.1 101 ");
        }
    }

    @Test
    void clientThatLeavesBeforeTheSettings_isNeverAskedFor() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.headers(1, false, Http2WebSocketTest.CONNECT);
            var served = new Http2Wire(relay.origin.acceptPlain());
            assertThat(served.wire().read(24)).startsWith("PRI * HTTP/2.0");
            relay.client.reset(1, Http2Wire.CANCEL).ping();
            assertThat(relay.proxy.record().error()).contains(RequestError.CLIENT_LEFT);
            served.settings(Http2Wire.ENABLE_CONNECT_PROTOCOL, 1);
            relay.client.get(3, "/next");
            assertThat(served.awaitHeaders().headers().path()).hasToString("/next");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Sec-WebSocket-Key: short\r\n",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            })
    void upgradeWithoutItsKey_isA400ThatNoOriginSees(String keys) {
        try (var relay = Http2Relay.ofHttp1();
                var other = relay.proxy.connect()) {
            relay.client.send(UPGRADE + keys + "\r\n");
            Http2Wire served = accept(relay);
            assertThat(relay.client.readHead()).startsWith("HTTP/1.1 400 ");
            other.get("/");
            assertThat(served.awaitHeaders().headers().method()).hasToString("GET");
        }
    }

    @Test
    void otherProtocols_areA501WithoutAConnection() {
        try (var relay = Http2Relay.ofHttp1()) {
            relay.client.send(
                    "GET / HTTP/1.1\r\nHost: shop.example.com\r\nConnection: Upgrade\r\nUpgrade: IRC/6.9\r\n\r\n");
            assertThat(relay.client.readHead()).startsWith("HTTP/1.1 501 ");
            assertThat(relay.origin.hasAnother()).isFalse();
        }
    }

    @Test
    void originThatDeclines_answersAsUsualAndTheConnectionGoesOn() {
        try (var relay = Http2Relay.ofHttp1()) {
            relay.client.send(UPGRADE + KEY + "\r\n");
            Http2Wire served = accept(relay);
            served.awaitHeaders();
            served.respond(FIRST, false, "403", "content-length", "2").data(FIRST, true, "no");
            assertThat(relay.client.readHead()).startsWith("HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n");
            assertThat(relay.client.read(2)).isEqualTo("no");
            assertThat(served.await(frame -> frame.stream() == FIRST).ends()).isTrue();
            relay.client.get("/next");
            assertThat(served.awaitHeaders().headers().path()).hasToString("/next");
        }
    }

    @Test
    void bytesAfterTheConnect_waitForTheOriginsWord() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.headers(1, false, Http2WebSocketTest.CONNECT).data(1, false, "early");
            Http2Wire served = accept(relay);
            served.awaitHeaders();
            relay.client.ping();
            served.respond(FIRST, true, "403");
            assertThat(relay.client.response(1).status()).isEqualTo("403");
            Frame end = served.await(frame -> frame.stream() == FIRST);
            assertThat(end.text()).isEmpty();
            assertThat(end.ends()).isTrue();
        }
    }
}
