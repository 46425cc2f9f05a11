package dev.anyhost.proxy.forward;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.Http2Wire.Frame;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Conversations in HTTP/2 with damaged frames, in pieces. What reaches an origin is read by text, and is exactly one
 * HTTP/1.1 request for each that was answered; every byte of memory is given back; and the connection either serves a good
 * request afterwards or was ended. {@code -Danyhost.fuzz.seed} and {@code -Danyhost.fuzz.rounds} play others.
 */
class Http2FuzzTest {

    private static final int ROUNDS = Integer.getInteger("anyhost.fuzz.rounds", 2_000);
    private static final int PROBE = 999;

    static LongStream seeds() {
        String given = System.getProperty("anyhost.fuzz.seed");
        return given == null ? LongStream.of(7540, 9113, 20261122) : LongStream.of(Long.parseLong(given));
    }

    /** What became of the connection. */
    private enum End {
        ALIVE,
        ENDED,
        /** The client has begun a frame or a section that it doesn't end. */
        WAITING
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void damagedConversations_leaveOneRequestForEachAnswerOrNoConnection(long seed) {
        var random = new Random(seed);
        Map<End, Integer> ends = new EnumMap<>(End.class);
        long answered = 0;
        try (var complaints = new NoComplaints()) {
            for (int round = 0; round < ROUNDS; round++) {
                var bytes = new StringBuilder();
                int first = 1;
                for (int i = random.nextInt(4); i >= 0; i--) {
                    var pieces = Http2Corpus.conversation(random.nextInt(8), first);
                    Http2Corpus.damaged(pieces, random).forEach(piece -> bytes.append(piece.text()));
                    first += 4;
                }
                String description = "seed " + seed + " round " + round + ": "
                        + HexFormat.of().formatHex(bytes.toString().getBytes(ISO_8859_1));
                answered += play(bytes.toString(), random, description, ends);
                assertThat(complaints.heard()).as(description).isEmpty();
            }
        }
        assertThat(answered).as("requests that got through").isGreaterThan(ROUNDS);
        assertThat(ends).as("connections that live, ended, wait").containsOnlyKeys(End.values());
    }

    private static long play(String bytes, Random random, String description, Map<End, Integer> ends) {
        try (var client = EmbeddedHttp2.connected()) {
            var origins = new OriginOracle(client.proxy, description);
            int most = random.nextBoolean() ? bytes.length() : 1 + random.nextInt(40);
            List<Frame> frames = new ArrayList<>();
            for (int at = 0; at < bytes.length() && client.proxy.client.isActive(); ) {
                int to = Math.min(bytes.length(), at + 1 + random.nextInt(most));
                client.raw(bytes.substring(at, to));
                letOriginsTakeMore(client, random.nextInt(3) > 0);
                frames.addAll(answered(client, origins));
                at = to;
            }
            letOriginsTakeMore(client, true);
            ends.merge(end(client, origins, frames, bytes), 1, Integer::sum);
            client.proxy.end(Duration.ofMinutes(10));
            assertThat(client.proxy.client.isOpen()).as(description).isFalse();
            assertThat(client.proxy.origins.stream().filter(origin -> origin.isOpen()))
                    .as(description)
                    .hasSize(client.proxy.pooled());
            long good = client.proxy.records.stream()
                    .filter(record -> record.status() == 200)
                    .count();
            assertThat(origins.answered()).as(description).isEqualTo((int) good);
            assertThat(client.proxy.records)
                    .as(description)
                    .noneMatch(record -> record.path().contains("smuggled"));
            return good;
        } catch (AssertionError found) {
            throw new AssertionError(description, found);
        }
    }

    private static void letOriginsTakeMore(EmbeddedHttp2 client, boolean more) {
        for (EmbeddedChannel origin : client.proxy.origins) {
            if (origin.isActive()) {
                origin.unsafe().outboundBuffer().setUserDefinedWritability(1, more);
                origin.runPendingTasks();
            }
        }
        client.settle();
    }

    private static List<Frame> answered(EmbeddedHttp2 client, OriginOracle origins) {
        origins.answerAll();
        client.settle();
        return client.frames();
    }

    /** Asks for something good; there must be an answer, or an end, or a reason to wait for more. */
    private static End end(EmbeddedHttp2 client, OriginOracle origins, List<Frame> before, String bytes) {
        List<Frame> frames = new ArrayList<>(before);
        if (client.proxy.client.isActive()) {
            client.request(PROBE, true, "GET", "/probe");
            frames.addAll(answered(client, origins));
        }
        if (frames.stream().anyMatch(frame -> frame.stream() == PROBE && frame.type() == Http2Wire.HEADERS)) {
            return End.ALIVE;
        }
        if (!client.proxy.client.isActive() || frames.stream().anyMatch(frame -> frame.type() == Http2Wire.GOAWAY)) {
            return End.ENDED;
        }
        assertThat(endsWithin(bytes)).as("neither answered nor ended").isTrue();
        return End.WAITING;
    }

    /** Whether the bytes end within a frame. */
    private static boolean endsWithin(String bytes) {
        int at = 0;
        while (at + 9 <= bytes.length()) {
            at += 9 + (bytes.charAt(at) << 16 | bytes.charAt(at + 1) << 8 | bytes.charAt(at + 2));
        }
        return at != bytes.length();
    }
}
