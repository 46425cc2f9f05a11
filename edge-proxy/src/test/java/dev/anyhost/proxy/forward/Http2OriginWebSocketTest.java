package dev.anyhost.proxy.forward;

import static dev.anyhost.proxy.forward.Http2OriginTest.FIRST;
import static dev.anyhost.proxy.forward.Http2OriginTest.SECOND;
import static dev.anyhost.proxy.forward.Http2OriginTest.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.Http2Wire.Frame;
import dev.anyhost.proxy.forward.ProxyFixture.Setup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** WebSockets by extended CONNECT to the origin (RFC 8441), from clients of either version. */
class Http2OriginWebSocketTest {

    private static final String UPGRADE = "GET /chat?a=b HTTP/1.1\r\nHost: shop.example.com\r\nConnection: Upgrade\r\n"
            + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: chat\r\n";
    /** Key and answer are RFC 6455's own (section 1.3). */
    private static final String KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    private static final String ANSWER = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    private static Http2Wire accept(Http2Origin origin) {
        return origin.accept(Http2Wire.ENABLE_CONNECT_PROTOCOL, 1);
    }

    /** A client's tunnel to an origin, both by HTTP/2, and the wire there. */
    private static Http2Wire opened(Http2Origin origin, Http2Wire client) {
        client.headers(1, false, Http2WebSocketTest.CONNECT);
        Http2Wire served = accept(origin);
        served.awaitHeaders();
        served.respond(FIRST, false, "200");
        assertThat(client.awaitHeaders(1).status()).hasToString("200");
        return served;
    }

    /** The same from HTTP/1.1. */
    private static Http2Wire opened(Http2Origin origin, WireClient client) {
        client.send(UPGRADE + KEY + "\r\n");
        Http2Wire served = accept(origin);
        served.awaitHeaders();
        served.respond(FIRST, false, "200");
        assertThat(client.readHead()).startsWith("HTTP/1.1 101 ");
        return served;
    }

    private static String read(Http2Wire wire, int count) {
        var all = new StringBuilder();
        while (all.length() < count) {
            all.append(text(wire.await(Http2Wire.DATA)));
        }
        return all.toString();
    }

    private static String readToEnd(Http2Wire wire) {
        var all = new StringBuilder();
        Frame frame;
        do {
            frame = wire.await(Http2Wire.DATA);
            all.append(text(frame));
        } while (!frame.ends());
        return all.toString();
    }

    private static List<String> lines(Frame request) {
        List<String> lines = new ArrayList<>();
        request.headers().forEach(field -> lines.add(field.getKey() + " " + field.getValue()));
        return lines;
    }

    @Test
    void upgradeByHttp1_isAnExtendedConnectThereAndA101Here() {
        try (var origin = Http2Origin.start();
                var proxy = Http2OriginTest.http1Clients(origin);
                var client = proxy.connect()) {
            client.send(UPGRADE + KEY + "\r\nearly");
            Http2Wire served = accept(origin);
            Frame request = served.awaitHeaders();
            assertThat(request.ends()).isFalse();
            assertThat(lines(request))
                    .startsWith(
                            ":method CONNECT",
                            ":protocol websocket",
                            ":scheme http",
                            ":path /chat?a=b",
                            ":authority localhost:" + origin.port(),
                            "sec-websocket-version 13",
                            "sec-websocket-protocol chat",
                            "x-forwarded-for 127.0.0.1")
                    .noneMatch(line -> line.matches("(connection|upgrade|sec-websocket-key|host) .*"));
            served.respond(FIRST, false, "200", "sec-websocket-protocol", "chat")
                    .data(FIRST, false, "welcome");
            assertThat(client.readHead())
                    .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
                    .contains("\r\nsec-websocket-protocol: chat\r\n", "\r\nsec-websocket-accept: " + ANSWER + "\r\n")
                    .containsOnlyOnce("Connection: Upgrade\r\nUpgrade: websocket\r\n");
            assertThat(client.read(7)).isEqualTo("welcome");
            assertThat(read(served, 5)).isEqualTo("early");
            client.send("more");
            assertThat(read(served, 4)).isEqualTo("more");
            served.data(FIRST, true, "bye");
            assertThat(client.read(3)).isEqualTo("bye");
            client.finishOutput();
            assertThat(served.await(Frame::ends).stream()).isEqualTo(FIRST);
            RequestRecord record = proxy.record();
            assertThat(record.status()).isEqualTo(101);
            assertThat(record.bytesIn()).isEqualTo(9);
            assertThat(record.bytesOut()).isEqualTo(10);
        }
    }

    @Test
    void extendedConnect_isOneThereToo() {
        try (var origin = Http2Origin.start();
                var proxy = Http2OriginTest.http2Clients(origin);
                var client = proxy.connectHttp2()) {
            client.headers(1, false, Http2WebSocketTest.CONNECT).data(1, false, "early");
            Http2Wire served = accept(origin);
            assertThat(lines(served.awaitHeaders()))
                    .contains(":method CONNECT", ":protocol websocket", ":path /chat", "origin https://shop")
                    .noneMatch(line -> line.startsWith("sec-websocket-key "));
            served.respond(FIRST, false, "200", "sec-websocket-protocol", "chat");
            Frame answer = client.awaitHeaders();
            assertThat(answer.ends()).isFalse();
            assertThat(answer.headers().status()).hasToString("200");
            assertThat(answer.headers().get("sec-websocket-protocol")).hasToString("chat");
            assertThat(read(served, 5)).isEqualTo("early");
            served.data(FIRST, false, "pong");
            assertThat(read(client, 4)).isEqualTo("pong");
            assertThat(origin.hasAnother()).isFalse();
        }
    }

    @Test
    void originThatDoesNotAnnounceIt_isA501AndOthersGoOn() {
        try (var origin = Http2Origin.start();
                var proxy = Http2OriginTest.http1Clients(origin);
                var client = proxy.connect();
                var other = proxy.connect()) {
            client.send(UPGRADE + KEY + "\r\n");
            Http2Wire served = origin.accept();
            assertThat(client.readHead()).startsWith("HTTP/1.1 501 ");
            assertThat(proxy.record().error()).contains(RequestError.UPGRADE_IMPOSSIBLE);
            other.get("/");
            served.respond(served.awaitHeaders().stream(), true, "204");
            assertThat(other.readHead()).startsWith("HTTP/1.1 204 ");
            assertThat(origin.hasAnother()).isFalse();
        }
    }

    @Test
    void webSocket_waitsForTheOriginsSettingsAndOthersDoNot() {
        try (var origin = Http2Origin.start();
                var proxy = Http2OriginTest.http1Clients(origin);
                var client = proxy.connect();
                var other = proxy.connect()) {
            client.send(UPGRADE + KEY + "\r\n");
            var served = new Http2Wire(origin.acceptPlain());
            other.get("/other");
            assertThat(served.awaitHeadersBeforeSettings().headers().path()).hasToString("/other");
            served.settings(Http2Wire.ENABLE_CONNECT_PROTOCOL, 1);
            assertThat(served.awaitHeaders().headers().method()).hasToString("CONNECT");
            served.respond(SECOND, false, "200").respond(FIRST, true, "204");
            assertThat(client.readHead()).startsWith("HTTP/1.1 101 ");
            assertThat(other.readHead()).startsWith("HTTP/1.1 204 ");
        }
    }

    @Test
    void originThatNeverSaysAWord_isA504() {
        TimeLimits usual = TimeLimits.DEFAULT;
        ForwardSettings impatient = ForwardSettings.https(443)
                .withTimes(usual.withOrigins(Duration.ofMillis(300), usual.responseHeaders(), usual.originIdle()));
        try (var origin = Http2Origin.start();
                var proxy = ProxyFixture.start(
                        Setup.to(origin.uri()).with(impatient).speaking(OriginProtocol.H2C));
                var client = proxy.connect()) {
            client.send(UPGRADE + KEY + "\r\n");
            WireClient silent = origin.acceptPlain();
            assertThat(client.readHead()).startsWith("HTTP/1.1 504 ");
            assertThat(proxy.record().error()).contains(RequestError.ORIGIN_CONNECT_TIMEOUT);
            assertThat(silent.readToAnyEnd()).startsWith("PRI * HTTP/2.0");
            assertThat(origin.hasAnother()).isFalse();
        }
    }

    @Test
    void originThatClosesBeforeItsSettings_isAskedOnceMore() {
        try (var origin = Http2Origin.start();
                var proxy = Http2OriginTest.http1Clients(origin);
                var client = proxy.connect()) {
            client.send(UPGRADE + KEY + "\r\n");
            origin.acceptPlain().close();
            Http2Wire served = accept(origin);
            served.awaitHeaders();
            served.respond(FIRST, false, "200");
            assertThat(client.readHead()).startsWith("HTTP/1.1 101 ");
        }
    }

    @Test
    void clientThatLeavesBeforeTheSettings_isNeverAskedFor() {
        try (var origin = Http2Origin.start();
                var proxy = Http2OriginTest.http2Clients(origin);
                var client = proxy.connectHttp2()) {
            client.headers(1, false, Http2WebSocketTest.CONNECT);
            var served = new Http2Wire(origin.acceptPlain());
            assertThat(served.wire().read(24)).startsWith("PRI * HTTP/2.0");
            client.reset(1, Http2Wire.CANCEL).ping();
            assertThat(proxy.record().error()).contains(RequestError.CLIENT_LEFT);
            served.settings(Http2Wire.ENABLE_CONNECT_PROTOCOL, 1);
            client.get(3, "/next");
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
        try (var origin = Http2Origin.start();
                var proxy = Http2OriginTest.http1Clients(origin);
                var client = proxy.connect();
                var other = proxy.connect()) {
            client.send(UPGRADE + keys + "\r\n");
            Http2Wire served = accept(origin);
            assertThat(client.readHead()).startsWith("HTTP/1.1 400 ");
            other.get("/");
            assertThat(served.awaitHeaders().headers().method()).hasToString("GET");
        }
    }

    @Test
    void otherProtocols_areA501WithoutAConnection() {
        try (var origin = Http2Origin.start();
                var proxy = Http2OriginTest.http1Clients(origin);
                var client = proxy.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: shop.example.com\r\nConnection: Upgrade\r\nUpgrade: IRC/6.9\r\n\r\n");
            assertThat(client.readHead()).startsWith("HTTP/1.1 501 ");
            assertThat(origin.hasAnother()).isFalse();
        }
    }

    @Test
    void originThatDeclines_answersAsUsualAndTheConnectionGoesOn() {
        try (var origin = Http2Origin.start();
                var proxy = Http2OriginTest.http1Clients(origin);
                var client = proxy.connect()) {
            client.send(UPGRADE + KEY + "\r\n");
            Http2Wire served = accept(origin);
            served.awaitHeaders();
            served.respond(FIRST, false, "403", "content-length", "2").data(FIRST, true, "no");
            assertThat(client.readHead()).startsWith("HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n");
            assertThat(client.read(2)).isEqualTo("no");
            assertThat(served.await(frame -> frame.stream() == FIRST).ends()).isTrue();
            client.get("/next");
            assertThat(served.awaitHeaders().headers().path()).hasToString("/next");
        }
    }

    @Test
    void bytesAfterTheConnect_waitForTheOriginsWord() {
        try (var origin = Http2Origin.start();
                var proxy = Http2OriginTest.http2Clients(origin);
                var client = proxy.connectHttp2()) {
            client.headers(1, false, Http2WebSocketTest.CONNECT).data(1, false, "early");
            Http2Wire served = accept(origin);
            served.awaitHeaders();
            client.ping();
            served.respond(FIRST, true, "403");
            assertThat(client.response(1).status()).isEqualTo("403");
            Frame end = served.await(frame -> frame.stream() == FIRST);
            assertThat(text(end)).isEmpty();
            assertThat(end.ends()).isTrue();
        }
    }

    @Test
    void clientThatHasSaidAll_stillHearsTheRest() {
        try (var origin = Http2Origin.start();
                var proxy = Http2OriginTest.http2Clients(origin);
                var client = proxy.connectHttp2()) {
            Http2Wire served = opened(origin, client);
            client.data(1, true, "last words");
            assertThat(readToEnd(served)).isEqualTo("last words");
            served.data(FIRST, false, "the ").data(FIRST, true, "rest");
            assertThat(readToEnd(client)).isEqualTo("the rest");
            assertThat(proxy.record().status()).isEqualTo(101);
            client.ping();
            served.ping();
        }
    }

    @Test
    void originThatHasSaidAll_stillHearsTheRest() {
        try (var origin = Http2Origin.start();
                var proxy = Http2OriginTest.http2Clients(origin);
                var client = proxy.connectHttp2()) {
            Http2Wire served = opened(origin, client);
            served.data(FIRST, true, "last words");
            assertThat(readToEnd(client)).isEqualTo("last words");
            client.data(1, false, "the ").data(1, true, "rest");
            assertThat(readToEnd(served)).isEqualTo("the rest");
            assertThat(proxy.record().status()).isEqualTo(101);
            client.ping();
            served.ping();
        }
    }

    @Test
    void lastOfWhatAClientSays_isNotLostWhenTheOriginHasSaidAllAndTakesNothing() {
        try (var origin = Http2Origin.start();
                var proxy = Http2OriginTest.http2Clients(origin);
                var client = proxy.connectHttp2()) {
            Http2Wire served = opened(origin, client);
            served.data(FIRST, true, "all");
            client.await(Frame::ends);
            int much = 128 * 1024; // Twice the origin's window.
            for (int sent = 0; sent < much; sent += 16 * 1024) {
                client.data(1, false, "x".repeat(16 * 1024));
            }
            client.data(1, true, "end").ping();
            served.windowUpdate(0, much).windowUpdate(FIRST, much);
            assertThat(readToEnd(served)).hasSize(much + 3).endsWith("xend");
            assertThat(proxy.record().bytesIn()).isEqualTo(much + 3);
        }
    }

    @Test
    void resetByTheOrigin_isOneForTheClient() {
        try (var origin = Http2Origin.start();
                var proxy = Http2OriginTest.http2Clients(origin);
                var client = proxy.connectHttp2()) {
            Http2Wire served = opened(origin, client);
            served.data(FIRST, false, "said");
            assertThat(read(client, 4)).isEqualTo("said");
            served.reset(FIRST, Http2Wire.INTERNAL_ERROR);
            Frame reset = client.await(Http2Wire.RST_STREAM);
            assertThat(reset.stream()).isEqualTo(1);
            assertThat(reset.error()).isEqualTo(Http2Wire.CANCEL);
            assertThat(proxy.record().status()).isEqualTo(101);
            client.get(3, "/next");
            assertThat(served.awaitHeaders().headers().path()).hasToString("/next");
        }
    }

    @Test
    void resetByTheClient_isOneForTheOriginAndNobodyElse() {
        try (var origin = Http2Origin.start();
                var proxy = Http2OriginTest.http2Clients(origin);
                var client = proxy.connectHttp2()) {
            Http2Wire served = opened(origin, client);
            client.data(1, false, "said").ping();
            client.reset(1, Http2Wire.CANCEL);
            assertThat(read(served, 4)).isEqualTo("said");
            Frame reset = served.await(Http2Wire.RST_STREAM);
            assertThat(reset.stream()).isEqualTo(FIRST);
            assertThat(reset.error()).isEqualTo(Http2Wire.CANCEL);
            assertThat(proxy.record().status()).isEqualTo(101);
            client.get(3, "/next");
            assertThat(served.awaitHeaders().headers().path()).hasToString("/next");
        }
    }

    @Test
    void originThatWantsNoMoreAfterItsEnd_tellsTheClient() {
        try (var origin = Http2Origin.start();
                var proxy = Http2OriginTest.http2Clients(origin);
                var client = proxy.connectHttp2()) {
            Http2Wire served = opened(origin, client);
            served.data(FIRST, true, "all").reset(FIRST, Http2Wire.NO_ERROR);
            assertThat(readToEnd(client)).isEqualTo("all");
            assertThat(client.await(Http2Wire.RST_STREAM).error()).isEqualTo(Http2Wire.NO_ERROR);
            assertThat(proxy.record().status()).isEqualTo(101);
        }
    }

    @Test
    void lostConnectionToTheOrigin_endsAnHttp1ClientAfterWhatWasSaid() {
        try (var origin = Http2Origin.start();
                var proxy = Http2OriginTest.http1Clients(origin);
                var client = proxy.connect()) {
            Http2Wire served = opened(origin, client);
            served.data(FIRST, false, "said");
            assertThat(client.read(4)).isEqualTo("said");
            served.close();
            assertThat(client.readToEnd()).isEmpty();
            assertThat(proxy.record().status()).isEqualTo(101);
        }
    }

    @Test
    void originsEnd_endsAnHttp1ClientWithTls() {
        try (var origin = Http2Origin.start();
                var proxy = ProxyFixture.start(
                        Setup.to(origin.uri()).speaking(OriginProtocol.H2C).withTls());
                var client = proxy.connectTls()) {
            Http2Wire served = opened(origin, client);
            served.data(FIRST, true, "all");
            assertThat(client.readToEnd()).isEqualTo("all");
            assertThat(served.await(frame -> frame.ends() || frame.type() == Http2Wire.RST_STREAM).stream())
                    .isEqualTo(FIRST);
            assertThat(proxy.record().status()).isEqualTo(101);
        }
    }

    @Test
    void http1ClientThatClosesItsTls_endsTheStreamThere() {
        try (var origin = Http2Origin.start();
                var proxy = ProxyFixture.start(
                        Setup.to(origin.uri()).speaking(OriginProtocol.H2C).withTls());
                var client = proxy.connectTls()) {
            Http2Wire served = opened(origin, client);
            client.send("said");
            assertThat(read(served, 4)).isEqualTo("said");
            client.close();
            assertThat(served.await(Frame::ends).stream()).isEqualTo(FIRST);
            assertThat(proxy.record().status()).isEqualTo(101);
            // It has two seconds to end the stream itself.
            assertThat(served.await(Http2Wire.RST_STREAM).error()).isEqualTo(Http2Wire.CANCEL);
        }
    }

    @Test
    void originThatTakesNothing_stopsItsClient() {
        try (var origin = Http2Origin.start();
                var proxy = Http2OriginTest.http2Clients(origin);
                var client = proxy.connectHttp2()) {
            opened(origin, client);
            int window = 256 * 1024;
            for (int sent = 0; sent < window; sent += 16 * 1024) {
                client.data(1, false, "x".repeat(16 * 1024));
            }
            assertThat(Http2OriginFlowTest.returned(client, 1))
                    .as("as much as was passed on")
                    .isLessThanOrEqualTo(65_535 + Http2OriginFlowTest.SLACK);
        }
    }

    @Test
    void clientThatTakesNothing_stopsItsOrigin() {
        try (var origin = Http2Origin.start();
                var proxy = Http2OriginTest.http2Clients(origin);
                var client = proxy.connectHttp2()) {
            Http2Wire served = opened(origin, client);
            int window = Http2OriginSetup.STREAM_WINDOW;
            for (int sent = 0; sent < window; sent += 16 * 1024) {
                served.data(FIRST, false, "x".repeat(16 * 1024));
            }
            assertThat(read(client, 65_535)).hasSize(65_535);
            assertThat(Http2OriginFlowTest.returned(served, FIRST))
                    .isLessThanOrEqualTo(65_535 + Http2OriginFlowTest.SLACK);
            client.windowUpdate(0, window).windowUpdate(1, window);
            served.data(FIRST, true, "end");
            assertThat(read(client, window - 65_535 + 3)).endsWith("xend");
        }
    }
}
