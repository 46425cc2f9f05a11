package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.Http2Wire.Frame;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an HTTP/2 connection holds, to the byte, and that it gives all of it back; {@link EmbeddedProxy} counts at its end. */
class Http2MemoryTest {

    private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final int STREAMS = 8;
    private static final int STREAM_WINDOW = 256 * 1024;
    /** For each stream a buffer that isn't full yet, and what the codec has for its own. */
    private static final int BESIDES = STREAMS * 16 * 1024 + 64 * 1024;

    private static void writable(EmbeddedChannel channel, boolean writable) {
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, writable);
        channel.runPendingTasks();
    }

    /** As much as all windows allow, in frames of that size, many in each read; returns how much that was. */
    private static int fillWindows(EmbeddedHttp2 client, int frame) {
        byte[] piece = new byte[frame];
        int left = Http2Setup.CONNECTION_WINDOW;
        int[] streams = new int[STREAMS];
        int sent = 0;
        while (left >= frame) {
            var read = new StringBuilder();
            boolean any = false;
            for (int i = 0; i < STREAMS; i++) {
                for (int n = 0; n < 64 && left >= frame && streams[i] + frame <= STREAM_WINDOW; n++) {
                    read.append(EmbeddedHttp2.text(Http2Wire.DATA, 0, 2 * i + 1, piece));
                    streams[i] += frame;
                    left -= frame;
                    sent += frame;
                    any = true;
                }
            }
            if (!any) {
                return sent;
            }
            client.raw(read.toString());
        }
        return sent;
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 100, 5_000, 16_384})
    void bodiesThatNoOriginTakes_holdNoMoreThanTheirWindows(int frame) {
        try (var client = EmbeddedHttp2.connected()) {
            for (int i = 0; i < STREAMS; i++) {
                client.request(2 * i + 1, false, "POST", "/" + i);
                client.proxy.receivedBy(i);
                writable(client.proxy.origins.get(i), false);
            }
            client.frames();
            long before = client.proxy.held();
            int sent = fillWindows(client, frame);
            assertThat(sent).isGreaterThan(Http2Setup.CONNECTION_WINDOW - frame);
            assertThat(client.proxy.held() - before).isBetween((long) sent, (long) sent + BESIDES);
            assertThat(client.frames()).extracting(Frame::type).doesNotContain(Http2Wire.WINDOW_UPDATE);
            assertThat(client.proxy.client.isActive()).isTrue();

            long full = client.proxy.held();
            client.frame(Http2Wire.DATA, 0, 1, new byte[Http2Setup.CONNECTION_WINDOW - sent + 1]);
            assertThat(client.frames()).extracting(Frame::type).containsAnyOf(Http2Wire.GOAWAY, Http2Wire.RST_STREAM);
            assertThat(client.proxy.held()).isLessThanOrEqualTo(full);
        }
    }

    @Test
    void bodiesThatWaited_areGivenBackWhenTheirStreamsAreReset() {
        try (var client = EmbeddedHttp2.connected()) {
            for (int i = 0; i < STREAMS; i++) {
                client.request(2 * i + 1, false, "POST", "/" + i);
                client.proxy.receivedBy(i);
                writable(client.proxy.origins.get(i), false);
            }
            client.frames();
            long before = client.proxy.held();
            int sent = fillWindows(client, 5_000);
            for (int i = 0; i < STREAMS; i++) {
                client.frame(Http2Wire.RST_STREAM, 0, 2 * i + 1, new byte[] {0, 0, 0, 8});
            }
            int given = client.frames().stream()
                    .filter(frame -> frame.type() == Http2Wire.WINDOW_UPDATE && frame.stream() == 0)
                    .mapToInt(frame -> java.nio.ByteBuffer.wrap(frame.payload()).getInt())
                    .sum();
            assertThat(given).isGreaterThan(sent / 2);
            assertThat(client.proxy.held()).isEqualTo(before);
        }
    }

    /** What ends a response whose head is written, with or without some of its body, and hasn't been sent. */
    @ParameterizedTest
    @CsvSource({"'', origin", "'', client", "'', reset", "half, origin", "half, client", "half, reset"})
    void unsentResponse_isGivenBackAtACut(String body, String who) {
        try (var client = EmbeddedHttp2.connected()) {
            client.request(1, true, "GET", "/");
            client.proxy.receivedBy(0);
            client.proxy.answer(HEAD + body); // The loop has not come to sending it.
            end(client, who);
            client.settle();
            List<Frame> frames = client.frames();
            assertThat(frames).noneMatch(Frame::ends);
            if (who.equals("origin")) {
                assertThat(frames).extracting(Frame::type).contains(Http2Wire.RST_STREAM);
            }
            assertThat(client.proxy.pooled()).isZero();
        }
    }

    @Test
    void dataThatWaitsToBeKnownAsTheLast_isGivenBackWhenTheResponseBreaks() {
        try (var client = EmbeddedHttp2.connected()) {
            client.request(1, true, "GET", "/");
            client.answer(0, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nZZ\r\n");
            assertThat(client.frames())
                    .extracting(Frame::type)
                    .startsWith(Http2Wire.HEADERS)
                    .endsWith(Http2Wire.RST_STREAM);
            assertThat(client.proxy.pooled()).isZero();
        }
    }

    private static void end(EmbeddedHttp2 client, String who) {
        switch (who) {
            case "origin" -> client.proxy.origins.getFirst().close();
            case "client" -> client.proxy.client.close();
            default -> client.proxy.send(EmbeddedHttp2.text(Http2Wire.RST_STREAM, 0, 1, new byte[] {0, 0, 0, 8}));
        }
    }

    @ParameterizedTest
    @CsvSource({"'', origin", "'', client", "half, origin", "half, client"})
    void unsentResponseInHttp1_isGivenBackAtACut(String body, String who) {
        try (var proxy = EmbeddedProxy.withDefaults()) {
            proxy.send("GET / HTTP/1.1\r\nHost: shop.example.com\r\n\r\n").receivedBy(0);
            writable(proxy.client, false);
            proxy.answer(HEAD + body);
            (who.equals("origin") ? proxy.origins.getFirst() : proxy.client).close();
            if (proxy.client.isOpen()) {
                writable(proxy.client, true);
            }
            assertThat(proxy.records).hasSize(1);
            assertThat(proxy.pooled()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HEAD, 200 OK",
        "HEAD, 404 Not Found",
        "GET, 204 No Content",
        "GET, 304 Not Modified",
        "POST, 204 No Content"
    })
    void bytesAfterAResponseWithoutABody_areNobodysAndEndTheOriginsConnection(String method, String status) {
        String length = status.startsWith("204") ? "" : "Content-Length: 2\r\n";
        for (String extra : new String[] {"ok", OK, "\r\n"}) {
            try (var client = EmbeddedHttp2.connected()) {
                client.request(1, true, method, "/first");
                client.answer(0, "HTTP/1.1 " + status + "\r\n" + length + "\r\n" + extra);
                List<Frame> frames = client.frames();
                assertThat(frames).extracting(Frame::type).containsExactly(Http2Wire.HEADERS);
                assertThat(frames.getFirst().ends()).isTrue();
                assertThat(client.proxy.origins.getFirst().isActive()).isFalse();
                client.request(3, true, "GET", "/second");
                assertThat(client.proxy.origins).hasSize(2);
                assertThat(client.proxy.receivedBy(0)).doesNotContain("/second");
                client.answer(1, OK);
                assertThat(client.frames()).last().matches(Frame::ends);
                assertThat(client.proxy.records)
                        .extracting(RequestRecord::status)
                        .endsWith(200);
            }
        }
    }

    @Test
    void bytesAfterAResponse_thatComeLater_endTheOriginsConnectionToo() {
        try (var client = EmbeddedHttp2.connected()) {
            client.request(1, true, "HEAD", "/first");
            client.answer(0, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
            assertThat(client.proxy.pooled()).isOne();
            client.answer(0, "ok");
            assertThat(client.proxy.pooled()).isZero();
            assertThat(client.proxy.origins.getFirst().isActive()).isFalse();
        }
    }
}
