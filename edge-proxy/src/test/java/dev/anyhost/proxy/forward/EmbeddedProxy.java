package dev.anyhost.proxy.forward;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.http1.Http1Limits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A client's connection and its origins' in memory, on a clock that moves when told. */
final class EmbeddedProxy implements AutoCloseable {

    private static final String HTTP_2 = "h2";

    static final Origin ORIGIN = new Origin(false, "app.example.net", 80, true);

    final List<RequestRecord> records = new ArrayList<>();
    final List<EmbeddedChannel> origins = new ArrayList<>();
    /** Counts every byte, so that a buffer that isn't given back shows at the end. */
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);

    private final MockTicker ticker = Ticker.newMockTicker();
    private final OriginPools pools;
    final EmbeddedChannel client;
    /** How {@link #origins} are found; null while a connection is being waited for. */
    private boolean connects = true;

    EmbeddedProxy(ForwardSettings settings) {
        this(settings, hostname -> new OriginRoute.To(ORIGIN));
    }

    EmbeddedProxy(ForwardSettings settings, OriginRoutes routes) {
        this(settings, routes, RequestLimits.NONE);
    }

    EmbeddedProxy(ForwardSettings settings, OriginRoutes routes, RequestLimits limits) {
        this(settings, routes, limits, "http/1.1");
    }

    private EmbeddedProxy(ForwardSettings settings, OriginRoutes routes, RequestLimits limits, String protocol) {
        Connecting connecting = (origin, offer, pool, outcome) -> {
            if (connects) {
                var connection = new OriginConnection(origin, pool, Http1Limits.DEFAULT);
                EmbeddedChannel made = EmbeddedChannel.builder()
                        .ticker(ticker)
                        .handlers(connection)
                        .build();
                made.config().setAllocator(allocator);
                origins.add(made);
                outcome.accept(new Connecting.Outcome.Connected(connection));
            }
        };
        pools = new OriginPools(connecting, PoolLimits.DEFAULT, OriginProtocol.HTTP_1);
        var forwarding = new Forwarding(settings, routes, pools, records::add, () -> false, limits);
        client = EmbeddedChannel.builder()
                .ticker(ticker)
                .handlers(forwarding.connection(ProxyFixture.SHOP, protocol))
                .build();
        client.config().setAllocator(allocator);
        if (protocol.equals(HTTP_2)) {
            client.pipeline().addFirst(new WholeWrites());
        }
    }

    /**
     * Hands on what was written when it is flushed, as a socket does. An embedded channel by itself runs the loop's tasks
     * within each write, which may put a frame between another one's head and its payload.
     */
    private static final class WholeWrites extends ChannelOutboundHandlerAdapter {

        private record Write(Object message, ChannelPromise promise) {}

        private final Deque<Write> written = new ArrayDeque<>();

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            written.add(new Write(message, promise));
        }

        @Override
        public void flush(ChannelHandlerContext ctx) {
            for (Write next = written.poll(); next != null; next = written.poll()) {
                ctx.write(next.message(), next.promise());
            }
            ctx.flush();
        }

        @Override
        public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
            drop();
            ctx.close(promise);
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext ctx) {
            drop();
        }

        private void drop() {
            for (Write next = written.poll(); next != null; next = written.poll()) {
                ReferenceCountUtil.release(next.message());
                next.promise().tryFailure(new ClosedChannelException());
            }
        }
    }

    static EmbeddedProxy withDefaults() {
        return new EmbeddedProxy(ForwardSettings.https(443));
    }

    /** Its client speaks HTTP/2 from the first byte. */
    static EmbeddedProxy forHttp2() {
        return new EmbeddedProxy(
                ForwardSettings.https(443), hostname -> new OriginRoute.To(ORIGIN), RequestLimits.NONE, HTTP_2);
    }

    /** From now on, connections are never made. */
    EmbeddedProxy neverConnecting() {
        connects = false;
        return this;
    }

    EmbeddedProxy send(String bytes) {
        client.writeInbound(buffer(bytes));
        return this;
    }

    /** The first origin connection answers. */
    EmbeddedProxy answer(String bytes) {
        return answer(0, bytes);
    }

    EmbeddedProxy answer(int origin, String bytes) {
        origins.get(origin).writeInbound(buffer(bytes));
        return this;
    }

    private ByteBuf buffer(String bytes) {
        return allocator.buffer().writeBytes(bytes.getBytes(ISO_8859_1));
    }

    /** What the client got since the last call. */
    String received() {
        return taken(client);
    }

    /** What an origin connection got since the last call. */
    String receivedBy(int origin) {
        return taken(origins.get(origin));
    }

    private static String taken(EmbeddedChannel channel) {
        var all = new StringBuilder();
        for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
            all.append(next.toString(ISO_8859_1));
            next.release();
        }
        return all.toString();
    }

    EmbeddedProxy wait(Duration time) {
        ticker.advance(time.toNanos(), TimeUnit.NANOSECONDS);
        client.runScheduledPendingTasks();
        client.runPendingTasks();
        return this;
    }

    /** How many origin connections are kept for reuse. */
    int pooled() {
        return pools.of(client.eventLoop()).idle(ORIGIN);
    }

    /** Bytes of memory that are in use. */
    long held() {
        return allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory();
    }

    /** Nobody says anything more: lets all time limits pass. */
    void end(Duration time) {
        for (int i = 0; i < 5; i++) { // Each of a few pipelined requests has limits of its own.
            wait(time);
            client.releaseOutbound();
        }
    }

    @Override
    public void close() {
        client.finishAndReleaseAll();
        origins.forEach(EmbeddedChannel::finishAndReleaseAll);
        assertThat(held()).as("bytes not given back").isZero();
    }
}
