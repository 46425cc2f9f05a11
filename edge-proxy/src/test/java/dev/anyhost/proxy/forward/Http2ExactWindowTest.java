package dev.anyhost.proxy.forward;

import static dev.anyhost.proxy.forward.Http2Relay.FIRST;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.Http2Wire.Frame;
import dev.anyhost.proxy.forward.ProxyFixture.Setup;
import dev.anyhost.testkit.RawOrigin;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A body that is exactly as long as its receiver's window ends without more window: an end has no length, and the receiver
 * may wait for it before it takes anything.
 */
class Http2ExactWindowTest {

    private static final int WINDOW = 65_535;
    private static final String BODY = "x".repeat(WINDOW);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 65535\r\n\r\n|",
                "Transfer-Encoding: chunked\r\n\r\nffff\r\n|\r\n0\r\n\r\n",
                "Connection: close\r\n\r\n|",
            })
    void responseOfAnHttp1Origin_endsAtTheClientsWindow(String framing) {
        int body = framing.indexOf('|');
        try (RawOrigin origin = RawOrigin.start(connection -> {
                    connection.readHead();
                    connection.write(
                            "HTTP/1.1 200 OK\r\n" + framing.substring(0, body) + BODY + framing.substring(body + 1));
                });
                var proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                var client = proxy.connectHttp2()) {
            client.get(1, "/");
            assertThat(client.bodyToEnd()).isEqualTo(BODY);
            assertThat(proxy.record().error()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void endThatComesLater_endsTheResponseToo(boolean chunked) {
        var arrived = new CountDownLatch(1);
        try (RawOrigin origin = RawOrigin.start(connection -> {
                    connection.readHead();
                    connection.write("HTTP/1.1 200 OK\r\n"
                            + (chunked ? "Transfer-Encoding: chunked\r\n\r\nffff\r\n" : "Connection: close\r\n\r\n")
                            + BODY);
                    await(arrived);
                    connection.write(chunked ? "\r\n0\r\n\r\n" : "");
                });
                var proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                var client = proxy.connectHttp2()) {
            client.get(1, "/");
            int taken = 0;
            while (taken < WINDOW) {
                taken += client.await(Http2Wire.DATA).payload().length;
            }
            arrived.countDown();
            assertThat(client.await(Frame::ends).payload()).isEmpty();
            assertThat(proxy.record().error()).isEmpty();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void requestOfAnHttp2Client_endsAtTheOriginsWindow() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.request(1, false, "POST", "/");
            Http2Wire served = relay.asked(1);
            for (int sent = 0; sent < WINDOW; sent += 13_107) {
                relay.client.data(1, false, BODY.substring(0, 13_107));
            }
            relay.client.data(1, true, "");
            assertThat(served.bodyToEnd()).isEqualTo(BODY);
            served.respond(FIRST, true, "204");
            assertThat(relay.client.awaitHeaders(1).status()).hasToString("204");
        }
    }

    @Test
    void requestInChunks_endsAtTheOriginsWindow() {
        try (var relay = Http2Relay.ofHttp1()) {
            relay.client.send("POST / HTTP/1.1\r\nHost: shop.example.com\r\nTransfer-Encoding: chunked\r\n\r\n");
            relay.client.send(("ffff\r\n" + BODY + "\r\n0\r\n\r\n").getBytes(ISO_8859_1));
            Http2Wire served = relay.asked(1);
            assertThat(served.bodyToEnd()).isEqualTo(BODY);
        }
    }
}
