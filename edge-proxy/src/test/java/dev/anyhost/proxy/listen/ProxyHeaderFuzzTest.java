package dev.anyhost.proxy.listen;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.NoComplaints;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Ten thousand damaged PROXY headers, in pieces: taken, or closed within three seconds; nothing leaks. */
class ProxyHeaderFuzzTest {

    private static final int ROUNDS = 10_000;
    private static final long SEED = 20_261_121;
    private static final List<byte[]> HEADERS = List.of(
            "PROXY TCP4 203.0.113.7 192.0.2.1 54321 443\r\nhello".getBytes(ISO_8859_1),
            "PROXY TCP6 2001:db8::7 2001:db8::1 54321 443\r\nhello".getBytes(ISO_8859_1),
            "PROXY UNKNOWN\r\nhello".getBytes(ISO_8859_1),
            HexFormat.of().parseHex("0d0a0d0a000d0a515549540a21110013cb007107c0000201d43101bbea0004deadbeef1603"),
            HexFormat.of().parseHex("0d0a0d0a000d0a515549540a212100242001" + "0db8".repeat(15) + "d43101bb1603"),
            HexFormat.of().parseHex("0d0a0d0a000d0a515549540a200000001603"),
            HexFormat.of()
                    .parseHex(
                            "0d0a0d0a000d0a515549540a21110020cb007107c0000201d43101bb0300048708ce39ea0003016162040004000000001603"),
            HexFormat.of()
                    .parseHex("0d0a0d0a000d0a515549540a21110029cb007107c0000201d43101bb" + "ea000301616204000400000000"
                            + "20000d" + "01000000002100055331" + "2e33311603"));

    @Test
    void damagedHeaders_leaveNothingBehind() {
        var allocator = new UnpooledByteBufAllocator(false);
        var random = new Random(SEED);
        int taken = 0;
        try (var complaints = new NoComplaints()) {
            for (int round = 0; round < ROUNDS; round++) {
                MockTicker ticker = Ticker.newMockTicker();
                EmbeddedChannel channel = EmbeddedChannel.builder()
                        .ticker(ticker)
                        .handlers(new ProxyProtocolHandler(any -> true))
                        .build();
                channel.config().setAllocator(allocator);
                byte[] header = damaged(HEADERS.get(random.nextInt(HEADERS.size())), random);
                for (int at = 0; at < header.length && channel.isOpen(); ) {
                    int length = Math.min(header.length - at, 1 + random.nextInt(header.length));
                    channel.writeInbound(allocator.buffer(length).writeBytes(header, at, length));
                    at += length;
                }
                ticker.advance(3_001, TimeUnit.MILLISECONDS);
                channel.runScheduledPendingTasks();
                channel.runPendingTasks();
                boolean gaveWay = channel.pipeline().get(ProxyProtocolHandler.class) == null && channel.isOpen();
                taken += gaveWay ? 1 : 0;
                assertThat(gaveWay || !channel.isOpen()).as("round " + round).isTrue();
                channel.finishAndReleaseAll();
                assertThat(complaints.heard()).as("round " + round).isEmpty();
            }
        }
        assertThat(allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory())
                .as("bytes not given back")
                .isZero();
        assertThat(taken).isBetween(ROUNDS / 20, ROUNDS / 20 * 19);
    }

    private static byte[] damaged(byte[] header, Random random) {
        byte[] damaged =
                Arrays.copyOf(header, random.nextInt(4) == 0 ? 1 + random.nextInt(header.length) : header.length);
        for (int hits = random.nextInt(4); hits > 0; hits--) {
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
        }
        return damaged;
    }
}
