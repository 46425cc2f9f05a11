package dev.anyhost.proxy.forward;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.anyhost.proxy.forward.Http2Wire.Frame;
import dev.anyhost.proxy.forward.ProxyFixture.Setup;
import dev.anyhost.testkit.RawOrigin;
import dev.anyhost.testkit.RawOrigin.Script;
import io.netty.util.ResourceLeakDetector;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames that cost us more than their sender: cut within a thousand of them. */
class Http2AbuseTest {

    private static final int ABUSIVE = 1_000;
    private static final int MOST_IN_BUFFERS = 1024 * 1024;
    private static final int MOST_ON_THE_HEAP = 16 * 1024 * 1024;
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    static Stream<Http2Flood> floods() {
        return Http2Flood.all();
    }

    @ParameterizedTest
    @MethodSource("floods")
    void flood_isCutWithinAThousandFrames(Http2Flood flood) {
        try (RawOrigin origin = RawOrigin.start(Script.answering(OK));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            if (flood.afterAResponse()) {
                client.get(1, "/").response(1);
            }
            try {
                client.raw(flood.first(
                        ABUSIVE)); // Together: who sends on for longer than the cut lingers reads of a reset.
            } catch (UncheckedIOException alreadyCut) {
                assertThat(alreadyCut).hasMessageMatching(".*(Broken pipe|Connection reset).*");
                return;
            }
            List<Frame> last = client.readToAnyEnd();
            assertThat(last).extracting(Frame::type).contains(Http2Wire.GOAWAY);
            assertThat(last.getLast().error()).isIn(Http2Wire.ENHANCE_YOUR_CALM, Http2Wire.PROTOCOL_ERROR);
        }
    }

    /**
     * Whoever floods takes nothing of what we answer. On the heap all that is allocated counts, whether or not it is soon
     * garbage, and also what the origins and the client's own bytes take here; but not what finds leaks.
     */
    @ParameterizedTest
    @MethodSource("floods")
    void flood_takesLittleMemoryUntilItIsCut(Http2Flood flood) {
        ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        var heap = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (EmbeddedHttp2 client = EmbeddedHttp2.connected()) {
            if (flood.afterAResponse()) {
                client.request(1, true, "GET", "/").answer(0, OK);
            }
            long held = client.proxy.held();
            long allocated = 0;
            int sent = 0;
            while (client.proxy.client.isActive() && sent < ABUSIVE) {
                String frames = new String(flood.frames().apply(sent), ISO_8859_1);
                long before = heap.getCurrentThreadAllocatedBytes();
                client.raw(frames);
                allocated += heap.getCurrentThreadAllocatedBytes() - before;
                assertThat(client.proxy.held() - held)
                        .as("in buffers after %d", sent)
                        .isLessThan(MOST_IN_BUFFERS);
                sent++;
            }
            assertThat(sent).isLessThan(ABUSIVE);
            assertThat(allocated).isLessThan(MOST_ON_THE_HEAP);
        } finally {
            ResourceLeakDetector.setLevel(level);
        }
    }

    static Stream<Http2Flood> requestsTakenBack() {
        return Http2Flood.all()
                .filter(flood ->
                        flood.name().equals("rapid reset") || flood.name().startsWith("MadeYouReset"));
    }

    @ParameterizedTest
    @MethodSource("requestsTakenBack")
    void requestThatIsTakenBackAtOnce_goesToNoOrigin(Http2Flood flood) {
        try (EmbeddedHttp2 client = EmbeddedHttp2.connected()) {
            client.raw(new String(flood.frames().apply(0), ISO_8859_1));
            assertThat(client.proxy.origins).isEmpty();
            assertThat(client.proxy.records).extracting(RequestRecord::status).containsExactly(499);
            client.request(5, true, "GET", "/").answer(0, OK);
            assertThat(client.proxy.records).extracting(RequestRecord::status).containsExactly(499, 200);
        }
    }

    /** A close with unread bytes would reset the connection, and who still sends would never read why it ended. */
    @Test
    void whoWasCutWhileSending_readsWhy() {
        try (RawOrigin origin = RawOrigin.start(Script.answering(OK));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            byte[] ping = Http2Wire.bytes(Http2Wire.PING, 0, 0, new byte[8]);
            ByteBuffer flood = ByteBuffer.allocate(500 * ABUSIVE * ping.length);
            while (flood.hasRemaining()) {
                flood.put(ping);
            }
            client.raw(flood.array());
            List<Frame> last = client.readToEnd();
            assertThat(last.getLast().type()).isEqualTo(Http2Wire.GOAWAY);
            assertThat(last.getLast().error()).isEqualTo(Http2Wire.ENHANCE_YOUR_CALM);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoMadeUsResetTooManyStreams_readsWhy(boolean wellFormed) {
        try (RawOrigin origin = RawOrigin.start(Script.answering(OK));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            byte[] request = wellFormed
                    ? Http2Wire.section(
                            ":method", "POST", ":scheme", "https", ":path", "/", ":authority", "shop.example.com")
                    : Http2Wire.section(":method", "GET");
            var flood = new ByteArrayOutputStream();
            for (int stream = 1; stream < 100 * ABUSIVE; stream += 2) {
                flood.writeBytes(Http2Wire.bytes(Http2Wire.HEADERS, Http2Wire.END_HEADERS, stream, request));
                if (wellFormed) {
                    flood.writeBytes(Http2Wire.bytes(Http2Wire.WINDOW_UPDATE, 0, stream, new byte[4])); // By nothing.
                }
            }
            client.raw(flood.toByteArray());
            List<Frame> last = client.readToEnd();
            assertThat(last.getLast().type()).isEqualTo(Http2Wire.GOAWAY);
            assertThat(last.getLast().error()).isEqualTo(Http2Wire.ENHANCE_YOUR_CALM);
            assertThat(last.stream().filter(frame -> frame.type() == Http2Wire.RST_STREAM))
                    .hasSizeBetween(200, 210);
        }
    }

    @Test
    void requestThatIsRefusedUnread_countsAsOneReset() {
        try (RawOrigin origin = RawOrigin.start(Script.answering(OK));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            byte[] request = Http2Wire.section(
                    ":method", "GET", ":scheme", "https", ":path", "/", ":authority", "shop.example.com", "Name", "x");
            for (int stream = 1; stream < 2 * 150; stream += 2) {
                client.raw(Http2Wire.bytes(
                        Http2Wire.HEADERS, Http2Wire.END_HEADERS | Http2Wire.END_STREAM, stream, request));
                assertThat(client.await(Http2Wire.RST_STREAM).stream()).isEqualTo(stream);
            }
        }
    }

    @Test
    void aBusyClientsOwnFrames_areNotAbuse() {
        try (RawOrigin origin = RawOrigin.start(
                        Script.answering("HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n" + "x".repeat(20_000)));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            for (int i = 0; i < 400; i++) {
                client.frame(Http2Wire.PING, 0, 0, new byte[8]).get(i * 2 + 1, "/");
                assertThat(client.response(i * 2 + 1).body()).hasSize(20_000); // with WINDOW_UPDATEs of its own
            }
        }
    }

    @Test
    void hpackBomb_endsWithoutMemory() {
        try (RawOrigin origin = RawOrigin.start(Script.answering(OK));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            // One entry of 4,000 bytes in the dynamic table, then named by a byte each: 60 MB in 15 KB.
            ByteBuffer bomb = ByteBuffer.allocate(20_000);
            bomb.put((byte) 0x40).put((byte) 1).put((byte) 'a');
            bomb.put((byte) 0x7f).put((byte) 0xa1).put((byte) 0x1e); // 4,000
            bomb.put("b".repeat(4_000).getBytes(ISO_8859_1));
            for (int i = 0; i < 15_000 - 4_006; i++) {
                bomb.put((byte) 0xbe);
            }
            byte[] section = new byte[bomb.position()];
            bomb.flip().get(section);
            client.frame(Http2Wire.HEADERS, Http2Wire.END_HEADERS | Http2Wire.END_STREAM, 1, section);
            Frame answer = client.await(frame -> frame.stream() == 1 || frame.type() == Http2Wire.GOAWAY);
            if (answer.type() == Http2Wire.HEADERS) {
                assertThat(answer.headers().status()).hasToString("431");
            } else {
                assertThat(answer.type()).isIn(Http2Wire.GOAWAY, Http2Wire.RST_STREAM);
            }
            assertThat(origin.connections()).isEmpty();
        }
    }

    @Test
    void moreStreamsThanOffered_areRefused() {
        try (RawOrigin origin = RawOrigin.start(connection -> {
                    connection.readHead();
                    connection.readToEnd();
                });
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            for (int i = 0; i <= 128; i++) {
                client.get(i * 2 + 1, "/");
            }
            Frame refused = client.await(Http2Wire.RST_STREAM);
            assertThat(refused.stream()).isEqualTo(257);
            assertThat(refused.error()).isEqualTo(Http2Wire.REFUSED_STREAM);
        }
    }

    @Test
    void hugeHeaderTable_isNotFilled() {
        try (RawOrigin origin = RawOrigin.start(Script.answering(OK));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = new Http2Wire(proxy.connect()).withHeaderTable(1 << 30)) {
            client.preface(1, 1 << 30).get(1, "/");
            Frame head = client.await(Http2Wire.HEADERS);
            assertThat(client.lastTableSize(head)).isLessThanOrEqualTo(4_096);
        }
    }

    @Test
    void tinyHeaderListOfTheClient_isAdvice() {
        try (RawOrigin origin = RawOrigin.start(Script.answering(OK));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = new Http2Wire(proxy.connect()).preface(6, 1)) {
            client.ping();
            assertThat(client.get(1, "/").response(1).body()).isEqualTo("ok");
        }
    }
}
