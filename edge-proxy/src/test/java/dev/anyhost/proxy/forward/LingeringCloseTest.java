package dev.anyhost.proxy.forward;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.http1.Http1Limits;
import dev.anyhost.proxy.listen.EventLoops;
import dev.anyhost.proxy.listen.ListenerPipeline;
import dev.anyhost.proxy.listen.Listeners;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long the last of a connection is kept, with real sockets. */
class LingeringCloseTest {

    private static final Duration LONG = Duration.ofHours(1);
    private static final TimeLimits TIMES = new TimeLimits(LONG, LONG, LONG, LONG, LONG, LONG, LONG, 100, LONG, LONG);
    private static final byte[] GET =
            "GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n".getBytes(US_ASCII);

    private final Promise<SmallResponse> answer = ImmediateEventExecutor.INSTANCE.newPromise();
    private final CountDownLatch closed = new CountDownLatch(1);

    /** Answers at once, or when the client has ended its side. */
    private final class Watched extends ChannelInboundHandlerAdapter {

        private final boolean afterTheEnd;

        Watched(boolean afterTheEnd) {
            this.afterTheEnd = afterTheEnd;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            ctx.channel().closeFuture().addListener(done -> closed.countDown());
            var handler = new SmallHttpHandler((head, client) -> answer, Http1Limits.DEFAULT, TIMES, () -> false);
            ctx.pipeline().addAfter(ctx.name(), null, handler);
            if (!afterTheEnd) {
                answer.setSuccess(SmallResponse.text(200, "x"));
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            ctx.fireUserEventTriggered(event);
            if (event instanceof ChannelInputShutdownEvent && afterTheEnd) {
                answer.setSuccess(SmallResponse.text(200, "x"));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void clientThatHasAllAndEndsToo_isNotWaitedFor(boolean endsFirst) throws Exception {
        try (EventLoops loops = EventLoops.start()) {
            var listeners = new Listeners(loops);
            InetSocketAddress address = listeners.open(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    new ListenerPipeline(List.of(), () -> new Watched(endsFirst)));
            try (var client = new Socket(address.getAddress(), address.getPort())) {
                client.getOutputStream().write(GET);
                if (endsFirst) {
                    client.shutdownOutput();
                }
                assertThat(new String(client.getInputStream().readAllBytes(), US_ASCII))
                        .endsWith("\r\n\r\nx");
            }
            assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
            listeners.stopAccepting();
        }
    }
}
