package dev.anyhost.proxy.forward;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.http1.Http1Limits;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Clients that send or take just enough not to look dead, on a clock of the test's own. */
class SlowPeerTest {

    private static final String HOST = "Host: shop.example.com\r\n";
    private static final String UPLOAD = "POST / HTTP/1.1\r\n" + HOST + "Content-Length: 1000000\r\n\r\n";
    private static final String GET = "GET / HTTP/1.1\r\n" + HOST + "\r\n";

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }

    /** Sends a piece every few seconds for as long as it is let; how many seconds that was. */
    private static int upload(EmbeddedProxy proxy, int bytes, int everySeconds, int most) {
        int passed = 0;
        while (passed < most && proxy.records.isEmpty()) {
            proxy.send("x".repeat(bytes)).wait(seconds(everySeconds));
            proxy.receivedBy(0);
            passed += everySeconds;
        }
        return passed;
    }

    @Test
    void dribbledHead_is408AfterTenSecondsInAll() {
        try (var proxy = EmbeddedProxy.withDefaults()) {
            String head = "GET / HTTP/1.1\r\n" + HOST + "X: " + "y".repeat(100);
            int sent = 0;
            while (proxy.records.isEmpty()) {
                proxy.send(head.substring(sent, sent + 1)).wait(Duration.ofMillis(500));
                sent++;
            }
            assertThat(sent).isBetween(20, 21);
            assertThat(proxy.received()).startsWith("HTTP/1.1 408 ");
        }
    }

    @Test
    void dribbledBody_isEndedByItsAverageRate() {
        try (var proxy = EmbeddedProxy.withDefaults()) {
            proxy.send(UPLOAD);
            int lasted = upload(proxy, 10, 1, 1_000);
            // 30 s of grace and, at 10 of the 100 bytes a second that are asked for, a tenth more of each second.
            assertThat(lasted).isBetween(30, 35);
            assertThat(proxy.received()).startsWith("HTTP/1.1 408 ");
            assertThat(proxy.origins.getFirst().isActive()).isFalse();
        }
    }

    @Test
    void bodyAtTheLowestRate_mayTakeAsLongAsItNeeds() {
        try (var proxy = EmbeddedProxy.withDefaults()) {
            proxy.send(UPLOAD);
            assertThat(upload(proxy, 1_010, 10, 3_600)).isEqualTo(3_600);
            assertThat(proxy.client.isActive()).isTrue();
        }
    }

    @Test
    void bodyWhoseOriginDoesNotRead_isNotTheClientsFault() {
        try (var proxy = EmbeddedProxy.withDefaults()) {
            proxy.send(UPLOAD + "x");
            EmbeddedChannel origin = proxy.origins.getFirst();
            for (int i = 0; i < 10; i++) {
                writable(origin, false);
                proxy.send("y".repeat(100)).wait(seconds(50));
                assertThat(proxy.records).isEmpty();
                writable(origin, true);
                proxy.receivedBy(0);
            }
            assertThat(proxy.client.isActive()).isTrue();
        }
    }

    @Test
    void bodyOfAConversation_mayPauseOnceTheResponseHasBegun() {
        try (var proxy = EmbeddedProxy.withDefaults()) {
            proxy.send(UPLOAD).send("x").answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            assertThat(upload(proxy, 1, 50, 500)).isEqualTo(500);
        }
    }

    @Test
    void responseNotTaken_isCutAfterAMinute() {
        try (var proxy = EmbeddedProxy.withDefaults()) {
            proxy.send(GET).answer("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nabc");
            writable(proxy.client, false);
            proxy.answer("def").wait(seconds(61));
            assertThat(proxy.client.isActive()).isFalse();
            assertThat(proxy.origins.getFirst().isActive()).isFalse();
        }
    }

    @Test
    void completeResponseNotTaken_isGivenUpSoonerThanAnIdleConnection() {
        try (var proxy = EmbeddedProxy.withDefaults()) {
            proxy.send(GET).answer("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc");
            proxy.answer("def");
            proxy.wait(seconds(200));
            assertThat(proxy.client.isActive()).isTrue();
            proxy.send(GET).answer(1, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc");
            unwritableAtItsEnd(proxy);
            proxy.wait(seconds(61));
            assertThat(proxy.client.isActive()).isFalse();
        }
    }

    /** The last of the response goes out and fills what there is room for. */
    private static void unwritableAtItsEnd(EmbeddedProxy proxy) {
        proxy.client.config().setWriteBufferWaterMark(new WriteBufferWaterMark(1, 2));
        proxy.client.pipeline().addFirst(new ChannelOutboundHandlerAdapter() {
            @Override
            public void flush(ChannelHandlerContext ctx) {
                // The socket takes nothing.
            }
        });
        proxy.answer(1, "def");
        assertThat(proxy.client.isWritable()).isFalse();
    }

    @Test
    void pipelinedRequests_waitWhileTheirResponsesAreNotTaken() {
        try (var proxy = EmbeddedProxy.withDefaults()) {
            writable(proxy.client, false);
            proxy.send(GET.repeat(3));
            assertThat(proxy.origins).isEmpty();
            proxy.send("GET /".repeat(4_000));
            assertThat(proxy.client.config().isAutoRead()).isFalse();
            writable(proxy.client, true);
            assertThat(proxy.receivedBy(0)).startsWith("GET / ");
        }
    }

    @Test
    void pipelinedSmallRequests_waitWhileTheirAnswersAreNotTaken() {
        var handler = new SmallHttpHandler(
                (request, client) ->
                        ImmediateEventExecutor.INSTANCE.newSucceededFuture(SmallResponse.text(200, "ok\n")),
                Http1Limits.DEFAULT,
                TimeLimits.DEFAULT,
                () -> false);
        var channel = new EmbeddedChannel(handler);
        writable(channel, false);
        for (int i = 0; i < 10; i++) {
            channel.writeInbound(Unpooled.copiedBuffer(GET.repeat(1_000), ISO_8859_1));
        }
        assertThat(channel.outboundMessages()).isEmpty();
        assertThat(channel.config().isAutoRead()).isFalse();
        writable(channel, true);
        assertThat(channel.outboundMessages()).isNotEmpty();
        channel.finishAndReleaseAll();
    }

    private static void writable(EmbeddedChannel channel, boolean writable) {
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, writable);
        channel.runPendingTasks();
    }
}
