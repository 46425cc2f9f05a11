package dev.anyhost.proxy.forward;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.Http2Wire.Frame;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * TLS tells late that a channel is writable again, or not any more. What lies between is as it is without the news: a
 * handler here keeps it back.
 */
class Http2WritabilityTest {

    private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

    /** Between TLS and HTTP/2. */
    private static final class LateNews extends ChannelInboundHandlerAdapter {

        private boolean keptBack;

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            if (!keptBack) {
                ctx.fireChannelWritabilityChanged();
            }
        }
    }

    private static LateNews between(EmbeddedHttp2 client) {
        var news = new LateNews();
        client.proxy.client.pipeline().addFirst(news);
        return news;
    }

    private static void writable(EmbeddedHttp2 client, boolean writable) {
        EmbeddedChannel channel = client.proxy.client;
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, writable);
        client.settle();
    }

    private static String body(List<Frame> frames) {
        return frames.stream()
                .filter(frame -> frame.type() == Http2Wire.DATA)
                .map(frame -> new String(frame.payload(), ISO_8859_1))
                .collect(Collectors.joining());
    }

    @Test
    void roomThatIsFoundWhileWriting_keepsTheBodyInItsOrder() {
        try (var client = EmbeddedHttp2.connected()) {
            LateNews news = between(client);
            client.request(1, true, "GET", "/");
            client.proxy.receivedBy(0);
            writable(client, false);
            news.keptBack = true;
            writable(client, true);

            client.answer(0, CHUNKED + "1\r\na\r\n1\r\nb\r\n1\r\nc\r\n1\r\nd\r\n0\r\n\r\n");

            List<Frame> frames = client.frames();
            assertThat(body(frames)).isEqualTo("abcd");
            assertThat(frames).filteredOn(Frame::ends).hasSize(1);
            assertThat(client.proxy.records).hasSize(1);
        }
    }

    @Test
    void roomThatWasMissedUnheard_wakesTheResponseUp() {
        try (var client = EmbeddedHttp2.connected()) {
            LateNews news = between(client);
            client.request(1, true, "GET", "/");
            client.proxy.receivedBy(0);
            client.answer(0, CHUNKED + "1\r\na\r\n");
            assertThat(body(client.frames())).isEqualTo("a");
            news.keptBack = true;
            writable(client, false);
            client.answer(0, "1\r\nb\r\n0\r\n\r\n");
            assertThat(client.frames()).isEmpty();
            news.keptBack = false;

            writable(client, true);

            assertThat(body(client.frames())).isEqualTo("b");
        }
    }

    @Test
    void roomThatNoResponseWaitedFor_isNoMoreTimeForTheOrigin() {
        try (var client = EmbeddedHttp2.connected()) {
            client.request(1, true, "GET", "/");
            client.proxy.wait(Duration.ofSeconds(50));
            writable(client, false);
            writable(client, true);
            client.proxy.wait(Duration.ofSeconds(11));
            client.settle();
            assertThat(client.proxy.records).hasSize(1);
            assertThat(client.proxy.records.getFirst().error()).contains(RequestError.RESPONSE_TIMEOUT);
        }
    }
}
