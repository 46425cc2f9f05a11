package dev.anyhost.proxy.forward;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.anyhost.proxy.http1.Http1Limits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A client's connection and its origins' in memory, on a clock that moves when told. */
final class EmbeddedProxy implements AutoCloseable {

    private static final Origin ORIGIN = new Origin(false, "app.example.net", 80, true);

    final List<RequestRecord> records = new ArrayList<>();
    final List<EmbeddedChannel> origins = new ArrayList<>();
    private final MockTicker ticker = Ticker.newMockTicker();
    final EmbeddedChannel client;
    /** How {@link #origins} are found; null while a connection is being waited for. */
    private boolean connects = true;

    EmbeddedProxy(ForwardSettings settings) {
        Connecting connecting = (loop, origin, pool, outcome) -> {
            if (connects) {
                var connection = new OriginConnection(origin, pool, Http1Limits.DEFAULT);
                origins.add(EmbeddedChannel.builder()
                        .ticker(ticker)
                        .handlers(connection)
                        .build());
                outcome.accept(new Connecting.Outcome.Connected(connection));
            }
        };
        var forwarding = new Forwarding(
                settings,
                hostname -> new OriginRoute.To(ORIGIN),
                new OriginPools(connecting, PoolLimits.DEFAULT),
                records::add,
                () -> false);
        client = EmbeddedChannel.builder()
                .ticker(ticker)
                .handlers(new ClientConnection(forwarding, ProxyFixture.SHOP))
                .build();
    }

    static EmbeddedProxy withDefaults() {
        return new EmbeddedProxy(ForwardSettings.https(443));
    }

    /** From now on, connections are never made. */
    EmbeddedProxy neverConnecting() {
        connects = false;
        return this;
    }

    EmbeddedProxy send(String bytes) {
        client.writeInbound(Unpooled.copiedBuffer(bytes, ISO_8859_1));
        return this;
    }

    /** The first origin connection answers. */
    EmbeddedProxy answer(String bytes) {
        return answer(0, bytes);
    }

    EmbeddedProxy answer(int origin, String bytes) {
        origins.get(origin).writeInbound(Unpooled.copiedBuffer(bytes, ISO_8859_1));
        return this;
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

    @Override
    public void close() {
        client.finishAndReleaseAll();
        origins.forEach(EmbeddedChannel::finishAndReleaseAll);
    }
}
