package dev.anyhost.proxy.forward;

import static dev.anyhost.proxy.forward.Http2Relay.FIRST;
import static dev.anyhost.proxy.forward.Http2Relay.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.Http2Wire.Frame;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Windows, both ways: who takes nothing stops only what is meant for them. */
class Http2OriginFlowTest {

    private static final int PIECE = 16 * 1024;
    private static final int STREAM_WINDOW = Http2OriginSetup.STREAM_WINDOW;
    /** What the fixture's clients can be sent without taking it, beyond a window: one piece that was let pass. */
    static final int SLACK = 2 * PIECE;

    @Test
    void clientThatTakesNothing_stopsItsOwnResponseOnly() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.get(1, "/slow").get(3, "/other");
            Http2Wire served = relay.asked(2);
            served.respond(FIRST, false, "200");
            for (int sent = 0; sent < STREAM_WINDOW; sent += PIECE) {
                served.data(FIRST, false, "x".repeat(PIECE));
            }
            int taken = 0;
            while (taken < 65_535) { // The client's connection window, all of it this stream's.
                taken += relay.client.await(Http2Wire.DATA).payload().length;
            }
            served.respond(SECOND, false, "200");
            relay.client.awaitHeaders(3);
            assertThat(taken).isEqualTo(65_535);
            relay.client.windowUpdate(0, 1_000_000);
            served.data(SECOND, true, "free");
            assertThat(relay.client.await(Http2Wire.DATA).stream()).isEqualTo(3);
            // What it let pass is at most its client's window and a piece; all else waits, and so does the origin.
            assertThat(served.returned(FIRST)).isLessThanOrEqualTo(65_535 + SLACK);
            relay.client.windowUpdate(1, STREAM_WINDOW);
            while (taken < STREAM_WINDOW) {
                taken += relay.client.await(Http2Wire.DATA).payload().length;
            }
            served.data(FIRST, true, "end");
            assertThat(relay.client.await(Frame::ends).stream()).isEqualTo(1);
        }
    }

    @Test
    void manyClientsThatTakeNothing_leaveRoomForTheOthers() {
        int many = 8;
        try (var relay = Http2Relay.ofHttp2();
                var busy = relay.proxy.connectHttp2()) {
            for (int i = 0; i < many; i++) {
                relay.client.get(2 * i + 1, "/" + i);
            }
            Http2Wire served = relay.asked(many);
            for (int i = 0; i < many; i++) {
                int stream = FIRST + 2 * i;
                served.respond(stream, false, "200");
                for (int sent = 0; sent < STREAM_WINDOW; sent += PIECE) {
                    served.data(stream, false, "x".repeat(PIECE));
                }
            }
            busy.get(1, "/busy");
            int stream = served.awaitHeaders().stream();
            served.respond(stream, false, "200").data(stream, true, "free");
            assertThat(busy.response(1).body()).isEqualTo("free");
        }
    }

    @Test
    void originBeyondItsWindow_isCut() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.get(1, "/");
            Http2Wire served = relay.asked(1);
            served.ping(); // Our SETTINGS hold.
            served.respond(FIRST, false, "200");
            for (int sent = 0; sent < STREAM_WINDOW + 65_535 + SLACK + PIECE; sent += PIECE) {
                served.data(FIRST, false, "x".repeat(PIECE));
            }
            assertThat(served.await(Http2Wire.RST_STREAM).error()).isEqualTo(3); // FLOW_CONTROL_ERROR
            assertThat(relay.client.await(Http2Wire.RST_STREAM).error()).isEqualTo(Http2Wire.INTERNAL_ERROR);
        }
    }

    @Test
    void originThatTakesNothing_stopsItsClient() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.request(1, false, "POST", "/");
            Http2Wire served = relay.accept(Http2Wire.INITIAL_WINDOW_SIZE, 1_000);
            served.awaitHeaders();
            served.ping();
            relay.client.ping();
            int window = 256 * 1024;
            for (int sent = 0; sent < window; sent += PIECE) {
                relay.client.data(1, false, "x".repeat(PIECE));
            }
            int taken = served.await(Http2Wire.DATA).payload().length;
            assertThat(taken).isEqualTo(1_000);
            assertThat(relay.client.returned(1)).as("as much as was passed on").isLessThanOrEqualTo(1_000 + SLACK);
            served.windowUpdate(FIRST, window);
            served.windowUpdate(0, window);
            while (taken < window) {
                taken += served.await(Http2Wire.DATA).payload().length;
            }
            relay.client.data(1, true, "end");
            served.await(Frame::ends);
            served.respond(FIRST, true, "204");
            assertThat(relay.client.awaitHeaders(1).status()).hasToString("204");
        }
    }

    /** RFC 9113 section 8.1: it needs no more of the request, and that is no error. */
    @Test
    void originThatAnswersInFullBeforeItHasTakenTheRequest_isHeardToTheEnd() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.request(1, false, "POST", "/");
            Http2Wire served = relay.accept(Http2Wire.INITIAL_WINDOW_SIZE, 1_000);
            served.awaitHeaders();
            served.ping();
            relay.client.data(1, true, "x".repeat(2_000));
            assertThat(served.await(Http2Wire.DATA).payload()).hasSize(1_000);
            served.respond(FIRST, false, "200");
            int whole = 8 * PIECE;
            for (int sent = PIECE; sent < whole; sent += PIECE) {
                served.data(FIRST, false, "y".repeat(PIECE));
            }
            served.data(FIRST, true, "y".repeat(PIECE)).reset(FIRST, 0);
            served.ping();
            assertThat(relay.client.response(1).body()).hasSize(whole);
        }
    }

    @Test
    void requestThatIsNeverTakenThoughAnswered_keepsNoStreamForLong() {
        TimeLimits usual = TimeLimits.DEFAULT;
        ForwardSettings impatient = ForwardSettings.https(443)
                .withTimes(usual.withOrigins(usual.connect(), usual.responseHeaders(), Duration.ofMillis(300)));
        try (var relay = Http2Relay.ofHttp2(setup -> setup.with(impatient))) {
            relay.client.request(1, false, "POST", "/");
            Http2Wire served = relay.accept(Http2Wire.INITIAL_WINDOW_SIZE, 1_000);
            served.awaitHeaders();
            served.ping();
            relay.client.ping();
            relay.client.data(1, true, "x".repeat(2_000));
            assertThat(served.await(Http2Wire.DATA).payload()).hasSize(1_000);
            served.respond(FIRST, true, "413");
            assertThat(relay.client.awaitHeaders(1).status()).hasToString("413");
            assertThat(served.await(Http2Wire.RST_STREAM).error()).isEqualTo(Http2Wire.CANCEL);
        }
    }

    @Test
    void bodyOfARequestThatIsTakenBackAtOnce_neverFollowsItsReset() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.request(1, false, "POST", "/");
            Http2Wire served = relay.asked(1);
            served.ping();
            var both = new ByteArrayOutputStream();
            both.writeBytes(Http2Wire.bytes(Http2Wire.DATA, 0, 1, new byte[5_000]));
            both.writeBytes(Http2Wire.bytes(Http2Wire.RST_STREAM, 0, 1, new byte[] {0, 0, 0, Http2Wire.CANCEL}));
            relay.client.raw(both.toByteArray());
            served.await(Http2Wire.RST_STREAM);
            relay.client.get(3, "/next");
            assertThat(served.await(frame -> frame.type() == Http2Wire.DATA || frame.type() == Http2Wire.HEADERS)
                            .type())
                    .isEqualTo(Http2Wire.HEADERS);
        }
    }

    @Test
    void bodyThatFillsTheWindow_endsWithoutMoreOfIt() {
        int window = 65_535;
        try (var relay = Http2Relay.ofHttp1()) {
            relay.client.send("POST / HTTP/1.1\r\nHost: shop.example.com\r\nContent-Length: " + window + "\r\n\r\n");
            Http2Wire served = relay.asked(1);
            relay.client.send("x".repeat(window));
            int taken = 0;
            boolean ended = false;
            while (!ended) {
                Frame frame = served.await(Http2Wire.DATA);
                taken += frame.payload().length;
                ended = frame.ends();
            }
            assertThat(taken).isEqualTo(window);
            served.respond(FIRST, true, "204");
            assertThat(relay.client.readHead()).startsWith("HTTP/1.1 204 ");
        }
    }

    @Test
    void responseThatIsCompleteButNotTaken_isDeliveredAfterItsStreamHasEnded() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.get(1, "/");
            Http2Wire served = relay.asked(1);
            served.respond(FIRST, false, "200");
            int whole = 8 * PIECE;
            for (int sent = 0; sent < whole; sent += PIECE) {
                served.data(FIRST, false, "x".repeat(PIECE));
            }
            served.headers(FIRST, true, "x-sum", "1");
            served.ping();
            relay.client.awaitHeaders(1);
            int taken = 0;
            while (taken < 65_535) {
                taken += relay.client.await(Http2Wire.DATA).payload().length;
            }
            relay.client.windowUpdate(0, whole).windowUpdate(1, whole);
            while (taken < whole) {
                taken += relay.client.await(Http2Wire.DATA).payload().length;
            }
            assertThat(relay.client.awaitHeaders(1).get("x-sum")).hasToString("1");
            assertThat(relay.proxy.record().bytesOut()).isEqualTo(whole);
        }
    }
}
