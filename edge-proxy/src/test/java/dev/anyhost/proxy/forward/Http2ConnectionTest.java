package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.Http2Wire.Frame;
import dev.anyhost.proxy.forward.ProxyFixture.Setup;
import dev.anyhost.testkit.OriginConnection;
import dev.anyhost.testkit.RawOrigin;
import dev.anyhost.testkit.RawOrigin.Script;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What happens to an HTTP/2 connection as a whole: backpressure, the end of it, its time limits. */
class Http2ConnectionTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final long LARGE = 64L * 1024 * 1024;
    /** All socket buffers on the way and the proxy's own, generously. */
    private static final long BUFFERED = 32L * 1024 * 1024;

    @Test
    void clientWhoseWindowIsFull_stopsTheOriginAndNoOtherStream() throws InterruptedException {
        var sent = new AtomicLong();
        var stalled = new CountDownLatch(1);
        try (RawOrigin origin = RawOrigin.start(connection -> {
                    if (!connection.readRequest().orElseThrow().target().equals("/large")) {
                        connection.write(OK);
                        return;
                    }
                    connection.write("HTTP/1.1 200 OK\r\nContent-Length: " + LARGE + "\r\n\r\n");
                    String piece = "x".repeat(64 * 1024);
                    while (sent.get() < LARGE) {
                        connection.write(piece);
                        sent.addAndGet(piece.length());
                        stalled.countDown();
                    }
                });
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.get(1, "/large");
            stalled.await();
            // The connection's window is the first 65,535 bytes; it is given back, the stream's own is not.
            int taken = 0;
            while (taken < 65_535) {
                taken += client.await(Http2Wire.DATA).payload().length;
            }
            client.windowUpdate(0, 1_000_000);
            for (int i = 0; i < 20; i++) {
                assertThat(client.get(3 + 2 * i, "/").response(3 + 2 * i).body())
                        .isEqualTo("ok");
            }
            assertThat(sent.get()).isLessThan(BUFFERED);
            client.reset(1, Http2Wire.CANCEL);
        }
    }

    @Test
    void originThatDoesNotRead_stopsTheClientAtItsWindow() {
        var reads = new CountDownLatch(1);
        int upload = 64 * 1024 * 1024;
        try (RawOrigin origin = RawOrigin.start(connection -> {
                    connection.readHead();
                    awaitUninterrupted(reads);
                    connection.read(upload);
                    connection.write(OK);
                });
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.request(1, false, "POST", "/", "content-length", Integer.toString(upload));
            var window = new ClientWindow(client);
            // Far more than sockets hold: somewhere before that, no more room is given.
            int sent = window.send(upload, false);
            assertThat(sent).isLessThan((int) BUFFERED);
            reads.countDown();
            while (sent < upload) {
                window.awaitRoom();
                sent += window.send(upload - sent, true);
            }
            assertThat(client.response(1).status()).isEqualTo("200");
        }
    }

    @Test
    void chunksForASlowOrigin_neverMix() {
        var reads = new CountDownLatch(1);
        String piece = "0123456789abcdef".repeat(1_000);
        try (RawOrigin origin = RawOrigin.start(connection -> {
                    connection.readHead();
                    awaitUninterrupted(reads);
                    var body = new StringBuilder();
                    for (int size = chunk(connection, body); size > 0; size = chunk(connection, body)) {
                        connection.read(2);
                    }
                    boolean whole = body.toString().equals(piece.repeat(15))
                            && connection.read(2).equals("\r\n");
                    connection.write("HTTP/1.1 " + (whole ? "200 OK" : "400 Mixed") + "\r\nContent-Length: 0\r\n\r\n");
                });
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.ping(); // Windows are known and acknowledged.
            client.request(1, false, "POST", "/");
            for (int i = 0; i < 15; i++) {
                client.data(1, i == 14, piece);
            }
            client.ping();
            reads.countDown();
            assertThat(client.response(1).status()).isEqualTo("200");
        }
    }

    private static int chunk(OriginConnection connection, StringBuilder body) throws IOException {
        var line = new StringBuilder();
        while (line.indexOf("\r\n") < 0) {
            line.append(connection.read(1));
        }
        int size = Integer.parseInt(line.toString().strip(), 16);
        body.append(connection.read(size));
        return size;
    }

    @Test
    void responseThatNobodyTakes_isResetAfterTheLimit() {
        try (RawOrigin origin = RawOrigin.start(Script.answering(OK));
                ProxyFixture proxy =
                        ProxyFixture.startHttp2(Setup.to(origin.uri()).with(impatient()));
                Http2Wire client = new Http2Wire(proxy.connect()).preface(4, 1)) { // a window of one byte
            client.get(1, "/");
            assertThat(client.await(Http2Wire.RST_STREAM).stream()).isEqualTo(1);
            assertThat(proxy.record().status()).isEqualTo(200);
        }
    }

    private static ForwardSettings impatient() {
        TimeLimits usual = TimeLimits.DEFAULT;
        return ForwardSettings.https(443)
                .withTimes(new TimeLimits(
                        usual.headers(),
                        usual.idle(),
                        usual.connect(),
                        usual.responseHeaders(),
                        Duration.ofSeconds(2),
                        usual.originIdle(),
                        usual.bodyGrace(),
                        usual.bodyRate(),
                        usual.drain(),
                        usual.linger()));
    }

    /** What stream 1 may send, 16 KiB a frame. */
    private static final class ClientWindow {

        private static final String PIECE = "x".repeat(16 * 1024);
        private final Http2Wire client;
        private long stream = 256 * 1024;
        private long whole = 65_535;

        ClientWindow(Http2Wire client) {
            this.client = client;
        }

        private boolean isOpen() {
            return Math.min(stream, whole) >= PIECE.length();
        }

        /** Sends until there is no room, which a PING proves that nobody is about to give; returns how much. */
        int send(int most, boolean ends) {
            int sent = 0;
            boolean asked = false;
            while (sent < most) {
                if (isOpen()) {
                    asked = false;
                    sent += PIECE.length();
                    stream -= PIECE.length();
                    whole -= PIECE.length();
                    client.data(1, ends && sent == most, PIECE);
                } else if (asked) {
                    return sent;
                } else {
                    asked = true;
                    client.frame(Http2Wire.PING, 0, 0, new byte[8]);
                    while (take(client.read()).type() != Http2Wire.PING) {
                        // Room that was given before.
                    }
                }
            }
            return sent;
        }

        void awaitRoom() {
            while (!isOpen()) {
                take(client.read());
            }
        }

        private Frame take(Frame frame) {
            if (frame.type() == Http2Wire.WINDOW_UPDATE) {
                int increment = ByteBuffer.wrap(frame.payload()).getInt();
                stream += frame.stream() == 1 ? increment : 0;
                whole += frame.stream() == 0 ? increment : 0;
            }
            return frame;
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void drain_tellsTheClientAndServesWhatIsOnItsWay() {
        var answer = new CountDownLatch(1);
        try (RawOrigin origin = RawOrigin.start(connection -> {
                    while (connection.readRequest().isPresent()) {
                        awaitUninterrupted(answer);
                        connection.write(OK);
                    }
                });
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.get(1, "/under-way");
            origin.takeRequest();
            proxy.drain();
            Frame first = client.await(Http2Wire.GOAWAY);
            assertThat(first.last()).isEqualTo(Integer.MAX_VALUE);
            assertThat(first.error()).isZero();
            client.get(3, "/on-its-way");
            origin.takeRequest();
            Frame ping = client.await(Http2Wire.PING);
            client.frame(Http2Wire.PING, Http2Wire.ACK, 0, ping.payload());
            Frame last = client.await(Http2Wire.GOAWAY);
            assertThat(last.last()).isEqualTo(3);
            answer.countDown();
            List<Frame> rest = client.readToAnyEnd();
            assertThat(rest).filteredOn(Frame::ends).extracting(Frame::stream).containsExactlyInAnyOrder(1, 3);
        }
    }

    @Test
    void drainOfAnIdleConnection_endsItInOrder() {
        try (RawOrigin origin = RawOrigin.start(Script.answering(OK));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.get(1, "/").response(1);
            proxy.drain();
            Frame ping = client.await(Http2Wire.PING);
            client.frame(Http2Wire.PING, Http2Wire.ACK, 0, ping.payload());
            assertThat(client.readToAnyEnd()).extracting(Frame::type).containsExactly(Http2Wire.GOAWAY);
        }
    }

    @Test
    void requestWhileDraining_isServedAndTheClientTold() {
        try (RawOrigin origin = RawOrigin.start(Script.answering(OK));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.ping();
            proxy.draining.set(true);
            client.get(1, "/").await(Http2Wire.GOAWAY);
            assertThat(client.response(1).status()).isEqualTo("200");
        }
    }

    @Test
    void hostnameNoLongerServed_is421AndTheConnectionEnds() {
        var served = new AtomicBoolean(true);
        try (RawOrigin origin = RawOrigin.start(Script.answering(OK));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(hostname -> served.get()
                        ? new OriginRoute.To(Origin.of(origin.uri(), true))
                        : new OriginRoute.NotServed()));
                Http2Wire client = proxy.connectHttp2()) {
            client.get(1, "/").response(1);
            served.set(false);
            assertThat(client.get(3, "/").awaitHeaders(3).status()).hasToString("421");
            Frame ping = client.await(Http2Wire.PING);
            client.frame(Http2Wire.PING, Http2Wire.ACK, 0, ping.payload());
            assertThat(client.readToAnyEnd()).extracting(Frame::type).contains(Http2Wire.GOAWAY);
            assertThat(origin.requests()).hasSize(1);
        }
    }

    private static TimeLimits limits(Duration headers, Duration responseHeaders) {
        TimeLimits usual = TimeLimits.DEFAULT;
        return new TimeLimits(
                headers,
                usual.idle(),
                usual.connect(),
                responseHeaders,
                usual.bodyIdle(),
                usual.originIdle(),
                usual.bodyGrace(),
                usual.bodyRate(),
                usual.drain(),
                usual.linger());
    }

    @Test
    void silentConnection_isClosedAfterTheLimit() {
        ForwardSettings quick = ForwardSettings.https(443)
                .withTimes(limits(Duration.ofMillis(50), TimeLimits.DEFAULT.responseHeaders()));
        try (RawOrigin origin = RawOrigin.start(Script.answering(OK));
                ProxyFixture proxy =
                        ProxyFixture.startHttp2(Setup.to(origin.uri()).with(quick));
                Http2Wire client = proxy.connectHttp2()) {
            assertThat(client.readToAnyEnd().getLast().type()).isEqualTo(Http2Wire.GOAWAY);
        }
    }

    @Test
    void headerSectionThatDribbles_isCutAfterTheLimit() {
        ForwardSettings quick = ForwardSettings.https(443)
                .withTimes(limits(Duration.ofSeconds(2), TimeLimits.DEFAULT.responseHeaders()));
        try (RawOrigin origin = RawOrigin.start(Script.answering(OK));
                ProxyFixture proxy =
                        ProxyFixture.startHttp2(Setup.to(origin.uri()).with(quick));
                Http2Wire client = proxy.connectHttp2()) {
            client.get(1, "/").response(1);
            client.frame(Http2Wire.HEADERS, Http2Wire.END_STREAM, 3, Http2Wire.section(":method", "GET"));
            assertThat(client.readToAnyEnd()).extracting(Frame::type).contains(Http2Wire.GOAWAY);
        }
    }

    @Test
    void originThatNeverAnswers_is504AfterTheLimit() {
        ForwardSettings quick =
                ForwardSettings.https(443).withTimes(limits(TimeLimits.DEFAULT.headers(), Duration.ofMillis(100)));
        try (RawOrigin origin = RawOrigin.start(connection -> {
                    connection.readHead();
                    connection.readToEnd();
                });
                ProxyFixture proxy =
                        ProxyFixture.startHttp2(Setup.to(origin.uri()).with(quick));
                Http2Wire client = proxy.connectHttp2()) {
            assertThat(client.get(1, "/").response(1).status()).isEqualTo("504");
        }
    }
}
