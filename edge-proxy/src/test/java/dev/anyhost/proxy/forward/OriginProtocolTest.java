package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.OriginProtocol.Offer;
import dev.anyhost.proxy.forward.ProxyFixture.Setup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is spoken with an origin, by configuration and by ALPN. */
class OriginProtocolTest {

    private static final String UPGRADE = "GET /ws HTTP/1.1\r\nHost: shop.example.com\r\nConnection: Upgrade\r\n"
            + "Upgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n";

    private static ProxyFixture to(Http2Origin origin, OriginProtocol protocol) {
        return ProxyFixture.start(Setup.to(origin.uri()).speaking(protocol));
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP_1, HTTP_1, HTTP_1",
        "AUTO,   EITHER, HTTP_1",
        "H2,     HTTP_2, HTTP_1",
        "H2C,    EITHER, HTTP_2",
    })
    void offer_followsFromTheOriginsScheme(OriginProtocol protocol, Offer overTls, Offer plain) {
        assertThat(protocol.offerTo(new Origin(true, "a.example", 443, true))).isEqualTo(overTls);
        assertThat(protocol.offerTo(new Origin(false, "a.example", 80, true))).isEqualTo(plain);
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "H2"})
    void originThatChoosesHttp2_getsHttp2(OriginProtocol protocol) {
        try (var origin = Http2Origin.startTls("h2", "http/1.1");
                var proxy = to(origin, protocol);
                var client = proxy.connect()) {
            client.get("/");
            Http2Wire served = origin.accept();
            Http2Wire.Frame request = served.awaitHeaders();
            assertThat(request.headers().scheme()).hasToString("https");
            served.respond(request.stream(), true, "204");
            assertThat(client.readHead()).startsWith("HTTP/1.1 204 ");
        }
    }

    @ParameterizedTest
    @CsvSource({"AUTO, http/1.1", "AUTO, none", "HTTP_1, h2"})
    void originThatChoosesHttp1_getsHttp1(OriginProtocol protocol, String chosen) {
        try (var origin = chosen.equals("none") ? Http2Origin.startTls() : Http2Origin.startTls(chosen);
                var proxy = to(origin, protocol);
                var client = proxy.connect();
                var other = proxy.connect()) {
            client.get("/1");
            WireClient served = origin.acceptPlain();
            assertThat(served.readHead()).startsWith("GET /1 HTTP/1.1\r\n");
            other.get("/2");
            WireClient second = origin.acceptPlain();
            assertThat(second.readHead()).startsWith("GET /2 HTTP/1.1\r\n");
            served.send("HTTP/1.1 204 No Content\r\n\r\n");
            assertThat(client.readHead()).startsWith("HTTP/1.1 204 ");
            client.get("/3");
            assertThat(served.readHead()).startsWith("GET /3 HTTP/1.1\r\n");
        }
    }

    @Test
    void originWithoutHttp2_isA502WhereNothingElseIsSpoken() {
        try (var origin = Http2Origin.startTls();
                var proxy = to(origin, OriginProtocol.H2);
                var client = proxy.connect()) {
            client.get("/");
            assertThat(origin.acceptPlain().readToAnyEnd()).isEmpty();
            assertThat(client.readHead()).startsWith("HTTP/1.1 502 ");
            assertThat(proxy.record().error()).contains(RequestError.ORIGIN_WITHOUT_HTTP_2);
        }
    }

    @Test
    void upgrade_takesAConnectionOfItsOwnThatSpeaksHttp1() {
        try (var origin = Http2Origin.startTls("h2", "http/1.1");
                var proxy = to(origin, OriginProtocol.AUTO);
                var client = proxy.connect();
                var other = proxy.connect()) {
            client.get("/");
            Http2Wire served = origin.accept();
            served.respond(served.awaitHeaders().stream(), true, "204");
            client.readHead();
            other.send(UPGRADE);
            WireClient upgraded = origin.acceptPlain();
            assertThat(upgraded.readHead()).startsWith("GET /ws HTTP/1.1\r\n").contains("\r\nUpgrade: websocket\r\n");
            upgraded.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhi");
            assertThat(other.readHead()).startsWith("HTTP/1.1 101 ");
            assertThat(other.read(2)).isEqualTo("hi");
            client.get("/again");
            assertThat(served.awaitHeaders().headers().path()).hasToString("/again");
        }
    }
}
