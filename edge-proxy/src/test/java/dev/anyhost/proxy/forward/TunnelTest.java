package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.ProxyFixture.Setup;
import dev.anyhost.testkit.DemoOrigin;
import dev.anyhost.testkit.RawOrigin;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

@SuppressWarnings("StringConcatToTextBlock") // The line ends are the point.
class TunnelTest {

    private static final String UPGRADE =
            "GET /ws HTTP/1.1\r\nHost: shop.example.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    private static final String SWITCH =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: WebSocket\r\n";

    @Test
    void webSocket_echoesThroughTlsOnTheClientsSide() {
        try (var origin = DemoOrigin.start();
                var proxy = ProxyFixture.start(Setup.to(origin.uri()).withTls());
                var client = proxy.connectTls()) {
            assertThat(client.send(UPGRADE).readHead())
                    .startsWith("HTTP/1.1 101 ")
                    .contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
            // A masked text frame "hi" (RFC 6455 section 5.2) and its unmasked echo.
            client.send(new byte[] {(byte) 0x81, (byte) 0x82, 1, 2, 3, 4, 'h' ^ 1, 'i' ^ 2});
            assertThat(client.read(4)).isEqualTo("\u0081\u0002hi");
            client.close();
            RequestRecord record = proxy.record();
            assertThat(record.status()).isEqualTo(101);
            assertThat(record.bytesIn()).isEqualTo(8);
            assertThat(record.bytesOut()).isEqualTo(4);
        }
    }

    @Test
    void bytesAroundTheSwitch_areNotLost() {
        try (var origin = RawOrigin.start(connection -> {
                    connection.readHead();
                    connection.write(SWITCH + "\r\nfirst");
                    connection.write(connection.read(5));
                    connection.readToEnd();
                });
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            client.send(UPGRADE + "early");
            client.readHead();
            assertThat(client.read(10)).isEqualTo("firstearly");
        }
    }

    @Test
    void halfClose_goesThroughWhereBothSidesArePlain() {
        try (var origin = RawOrigin.start(connection -> {
                    connection.readHead();
                    connection.write(SWITCH + "\r\n");
                    String all = connection.readToEnd();
                    connection.write("got " + all);
                });
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            client.send(UPGRADE).readHead();
            client.send("everything").finishOutput();
            assertThat(client.readToEnd()).isEqualTo("got everything");
            assertThat(proxy.record().status()).isEqualTo(101);
        }
    }

    @Test
    void originsHalfClose_leavesTheClientItsTurn() {
        var rest = new CompletableFuture<String>();
        try (var origin = RawOrigin.start(connection -> {
                    connection.readHead();
                    connection.write(SWITCH + "\r\nthat is all");
                    connection.finishOutput();
                    rest.complete(connection.readToEnd());
                });
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            client.send(UPGRADE).readHead();
            assertThat(client.readToEnd()).isEqualTo("that is all");
            client.send("not from here").finishOutput();
            assertThat(rest.join()).isEqualTo("not from here");
            assertThat(proxy.record().status()).isEqualTo(101);
        }
    }

    @Test
    void refusedUpgrade_isAnOrdinaryResponse() {
        String no = "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno";
        try (var origin = RawOrigin.start(RawOrigin.Script.answering(no));
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            for (int i = 0; i < 2; i++) {
                assertThat(client.send(UPGRADE).readHead() + client.read(2)).isEqualTo(no);
            }
        }
    }

    @Test
    void anotherProtocolThanAskedFor_is502() {
        try (var origin = RawOrigin.start(RawOrigin.Script.answering(
                        "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n"));
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            assertThat(client.send(UPGRADE).readHead()).startsWith("HTTP/1.1 502 ");
        }
    }
}
