package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.Http2Wire.Frame;
import dev.anyhost.proxy.forward.ProxyFixture.Setup;
import dev.anyhost.testkit.OriginConnection;
import dev.anyhost.testkit.RawOrigin;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Both ends of a WebSocket on HTTP/2 hear when either one ends, in order and after all that was said before. */
class Http2TunnelEndTest {

    /** What the origin saw, in its order. */
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

    private interface Conversation {
        void hold(OriginConnection origin) throws IOException;
    }

    private RawOrigin origin(Conversation conversation) {
        return RawOrigin.start(connection -> {
            connection.write(
                    Http2WebSocketTest.accepting(connection.readRequest().orElseThrow()));
            try {
                conversation.hold(connection);
            } catch (IOException reset) {
                seen.add("<broken>");
            }
        });
    }

    private String saw() throws InterruptedException {
        return String.valueOf(seen.poll(20, TimeUnit.SECONDS));
    }

    private static ProxyFixture proxy(RawOrigin origin) {
        return ProxyFixture.startHttp2(Setup.to(origin.uri()));
    }

    private static Http2Wire opened(ProxyFixture proxy) {
        Http2Wire client = proxy.connectHttp2().headers(1, false, Http2WebSocketTest.CONNECT);
        assertThat(client.awaitHeaders(1).status()).hasToString("200");
        return client;
    }

    private static Frame last(Http2Wire client) {
        return client.await(frame -> frame.stream() == 1 && (frame.ends() || frame.type() == Http2Wire.RST_STREAM));
    }

    /** Another stream of the same connection works. */
    private static void assertAlive(Http2Wire client) {
        client.ping();
    }

    @Test
    void clientThatHasSaidAll_stillHearsTheRestAndThenTheEnd() throws Exception {
        try (RawOrigin origin = origin(connection -> {
                    seen.add(connection.readToEnd());
                    connection.write("the rest");
                    connection.close();
                });
                ProxyFixture proxy = proxy(origin);
                Http2Wire client = opened(proxy)) {
            client.data(1, false, "last ").data(1, true, "words");
            assertThat(saw()).isEqualTo("last words");
            Frame data = client.await(Http2Wire.DATA);
            assertThat(new String(data.payload(), java.nio.charset.StandardCharsets.US_ASCII))
                    .isEqualTo("the rest");
            assertThat(data.ends() || last(client).ends()).isTrue();
            assertThat(proxy.record().status()).isEqualTo(101);
            assertAlive(client);
        }
    }

    @Test
    void originThatHasSaidAll_endsTheStreamAfterItsLastWords() throws Exception {
        try (RawOrigin origin = origin(connection -> {
                    connection.write("goodbye");
                    connection.finishOutput();
                    seen.add("<" + connection.readToEnd() + ">");
                });
                ProxyFixture proxy = proxy(origin);
                Http2Wire client = opened(proxy)) {
            Frame data = client.await(Http2Wire.DATA);
            assertThat(new String(data.payload(), java.nio.charset.StandardCharsets.US_ASCII))
                    .isEqualTo("goodbye");
            assertThat(data.ends() || last(client).ends()).isTrue();
            assertThat(client.await(Http2Wire.RST_STREAM).error()).isEqualTo(Http2Wire.NO_ERROR);
            assertThat(saw()).isEqualTo("<>");
            assertThat(proxy.record().status()).isEqualTo(101);
            assertAlive(client);
        }
    }

    @Test
    void resetStream_endsTheOriginsSideAfterWhatWasSaidBefore() throws Exception {
        try (RawOrigin origin = origin(connection -> seen.add(connection.readToEnd()));
                ProxyFixture proxy = proxy(origin);
                Http2Wire client = opened(proxy)) {
            client.data(1, false, "said").ping();
            client.reset(1, Http2Wire.CANCEL);
            assertThat(saw()).isEqualTo("said");
            assertThat(proxy.record().status()).isEqualTo(101);
            assertAlive(client);
        }
    }

    @Test
    void lostClient_endsTheOriginsSide() throws Exception {
        try (RawOrigin origin = origin(connection -> seen.add(connection.readToEnd()));
                ProxyFixture proxy = proxy(origin)) {
            try (Http2Wire client = opened(proxy)) {
                client.data(1, false, "said").ping();
            }
            assertThat(saw()).isEqualTo("said");
            assertThat(proxy.record().status()).isEqualTo(101);
        }
    }

    @Test
    void brokenOrigin_resetsTheStreamAlone() throws Exception {
        try (RawOrigin origin = origin(connection -> {
                    seen.add(connection.read(4));
                    connection.reset();
                });
                ProxyFixture proxy = proxy(origin);
                Http2Wire client = opened(proxy)) {
            client.data(1, false, "said");
            assertThat(saw()).isEqualTo("said");
            Frame end = last(client);
            assertThat(List.of(end.type(), end.error())).containsExactly(Http2Wire.RST_STREAM, Http2Wire.CANCEL);
            assertThat(proxy.record().status()).isEqualTo(101);
            assertAlive(client);
        }
    }
}
