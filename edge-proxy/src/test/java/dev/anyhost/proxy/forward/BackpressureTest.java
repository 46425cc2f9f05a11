package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

/** Who may be read while whom can't be written to; the same with real bytes and sockets is in StreamingTest. */
class BackpressureTest {

    private static final String HOST = "Host: shop.example.com\r\n";
    private static final String LARGE = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n";

    @Test
    void originIsNotRead_whileTheClientTakesNothing() {
        try (var proxy = EmbeddedProxy.withDefaults()) {
            proxy.send("GET / HTTP/1.1\r\n" + HOST + "\r\n").answer(LARGE + "first");
            writable(proxy.client, false);
            proxy.answer("second");
            assertThat(proxy.origins.getFirst().config().isAutoRead()).isFalse();
            assertThat(proxy.received()).endsWith("\r\n\r\nfirst");

            writable(proxy.client, true);
            assertThat(proxy.received()).isEqualTo("second");
            assertThat(proxy.origins.getFirst().config().isAutoRead()).isTrue();
        }
    }

    @Test
    void endOfTheOrigin_waitsForTheClientToTakeTheRest() {
        try (var proxy = EmbeddedProxy.withDefaults()) {
            proxy.send("GET / HTTP/1.1\r\n" + HOST + "\r\n").answer("HTTP/1.1 200 OK\r\n\r\nfirst");
            writable(proxy.client, false);
            proxy.answer("second").origins.getFirst().close();
            assertThat(proxy.records).isEmpty();
            assertThat(proxy.received()).endsWith("5\r\nfirst\r\n");

            writable(proxy.client, true);
            assertThat(proxy.received()).isEqualTo("6\r\nsecond\r\n0\r\n\r\n");
            assertThat(proxy.records).hasSize(1);
        }
    }

    @Test
    void clientIsNotRead_whileTheOriginTakesNothing() {
        try (var proxy = EmbeddedProxy.withDefaults()) {
            proxy.send("POST / HTTP/1.1\r\n" + HOST + "Content-Length: 100000\r\n\r\nfirst");
            assertThat(proxy.receivedBy(0)).endsWith("\r\n\r\nfirst");
            writable(proxy.origins.getFirst(), false);
            proxy.send("x".repeat(20_000));
            assertThat(proxy.client.config().isAutoRead()).isFalse();
            assertThat(proxy.receivedBy(0)).isEmpty();

            writable(proxy.origins.getFirst(), true);
            assertThat(proxy.receivedBy(0)).hasSize(20_000);
            assertThat(proxy.client.config().isAutoRead()).isTrue();
        }
    }

    @Test
    void pipeliningClient_isReadNoFurtherThanAHead() {
        try (var proxy = EmbeddedProxy.withDefaults()) {
            proxy.send("GET / HTTP/1.1\r\n" + HOST + "\r\n").send("GET /".repeat(4_000));
            assertThat(proxy.client.config().isAutoRead()).isFalse();
        }
    }

    @Test
    void clientIsNotRead_whileTheOriginIsBeingConnectedTo() {
        try (var proxy = EmbeddedProxy.withDefaults().neverConnecting()) {
            proxy.send("POST / HTTP/1.1\r\n" + HOST + "Content-Length: 100000\r\n\r\n" + "x".repeat(20_000));
            assertThat(proxy.client.config().isAutoRead()).isFalse();
        }
    }

    private static void writable(EmbeddedChannel channel, boolean writable) {
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, writable);
        channel.runPendingTasks();
    }
}
