package dev.anyhost.proxy.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.certificate.CertificateAnswer;
import dev.anyhost.proxy.forward.NoComplaints;
import dev.anyhost.store.tickets.TicketKeyRing;
import dev.anyhost.testkit.ClientHello;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Ten thousand damaged ClientHellos, in pieces: none is unhandled, none is waited for without end, none leaks. */
class ClientHelloFuzzTest {

    private static final int ROUNDS = 10_000;
    private static final long SEED = 20_261_121;
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final List<byte[]> HELLOS = List.of(
            ClientHello.forName("shop.example").records(),
            ClientHello.forName("shop.example").alpn("acme-tls/1").records(),
            ClientHello.forName("shop.example").alpn("h2", "http/1.1").records(100, 1, 50),
            ClientHello.forName("shop.example").paddedTo(20_000).records(),
            ClientHello.withoutName().records());

    private static MultiThreadIoEventLoopGroup loops;
    private static TlsContexts contexts;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
    private final Random random = new Random(SEED);
    private int asked;

    @BeforeAll
    static void build() {
        loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        contexts = TlsContexts.of(loops, TicketKeyRing.first(Instant.EPOCH)::keys);
    }

    @AfterAll
    static void release() {
        contexts.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private EmbeddedChannel connect(MockTicker ticker) {
        CertificateLookup answers = (hostname, client) -> {
            asked++;
            return client.eventLoop()
                    .newSucceededFuture(
                            hostname.equals(Hostname.parse("shop.example").orElseThrow())
                                    ? new CertificateAnswer.NotAllowed()
                                    : new CertificateAnswer.NotYet(CertificateAnswer.Cause.ISSUING, Instant.EPOCH));
        };
        var handshakes = new Handshakes(
                answers,
                ValidationLookup.NONE,
                contexts,
                HandshakeEvents.NONE,
                (hostname, protocol) -> new ChannelInboundHandlerAdapter(),
                LIMIT);
        EmbeddedChannel channel = EmbeddedChannel.builder()
                .ticker(ticker)
                .handlers(new HandshakeHandler(handshakes))
                .build();
        channel.config().setAllocator(allocator);
        return channel;
    }

    @Test
    void damagedHellos_leaveNothingBehind() {
        int closedByThemselves = 0;
        try (var complaints = new NoComplaints()) {
            for (int round = 0; round < ROUNDS; round++) {
                MockTicker ticker = Ticker.newMockTicker();
                EmbeddedChannel channel = connect(ticker);
                sendInPieces(channel, damaged(HELLOS.get(random.nextInt(HELLOS.size()))));
                closedByThemselves += channel.isOpen() ? 0 : 1;
                pass(channel, ticker, LIMIT.plusSeconds(1));
                pass(channel, ticker, Duration.ofSeconds(3));
                assertThat(channel.isOpen()).as("round " + round).isFalse();
                channel.finishAndReleaseAll();
                assertThat(complaints.heard()).as("round " + round).isEmpty();
            }
        }
        assertThat(allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory())
                .as("bytes not given back")
                .isZero();
        assertThat(asked).as("hellos understood").isGreaterThan(ROUNDS / 20);
        assertThat(closedByThemselves).as("answered before the limit").isBetween(ROUNDS / 20, ROUNDS - 1);
    }

    private void sendInPieces(EmbeddedChannel channel, byte[] bytes) {
        int most = random.nextInt(3) == 0 ? 16 : bytes.length;
        for (int at = 0; at < bytes.length && channel.isOpen(); ) {
            int length = Math.min(bytes.length - at, 1 + random.nextInt(most));
            ByteBuf piece = allocator.buffer(length).writeBytes(bytes, at, length);
            channel.writeInbound(piece);
            at += length;
        }
    }

    private byte[] damaged(byte[] hello) {
        byte[] damaged = Arrays.copyOf(hello, random.nextInt(4) == 0 ? 1 + random.nextInt(hello.length) : hello.length);
        for (int hits = random.nextInt(5); hits > 0; hits--) {
            int front = Math.min(damaged.length, random.nextBoolean() ? 12 : 300);
            damaged[random.nextInt(front)] = (byte) random.nextInt(256);
        }
        return damaged;
    }

    private static void pass(EmbeddedChannel channel, MockTicker ticker, Duration time) {
        ticker.advance(time.toNanos(), TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }
}
