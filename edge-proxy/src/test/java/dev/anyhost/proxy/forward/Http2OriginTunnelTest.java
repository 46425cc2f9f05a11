package dev.anyhost.proxy.forward;

import static dev.anyhost.proxy.forward.Http2Relay.FIRST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.Http2Wire.Frame;
import org.junit.jupiter.api.Test;

/** What goes through a WebSocket's tunnel to an HTTP/2 origin, and how each of its ends hears of the other's. */
class Http2OriginTunnelTest {

    /** A tunnel on both sides' HTTP/2, and the wire at the origin. */
    private static Http2Wire opened(Http2Relay<Http2Wire> relay) {
        relay.client.headers(1, false, Http2WebSocketTest.CONNECT);
        Http2Wire served = taken(relay);
        assertThat(relay.client.awaitHeaders(1).status()).hasToString("200");
        return served;
    }

    /** The same from HTTP/1.1. */
    private static Http2Wire upgraded(Http2Relay<WireClient> relay) {
        relay.client.send(Http2OriginWebSocketTest.UPGRADE + Http2OriginWebSocketTest.KEY + "\r\n");
        Http2Wire served = taken(relay);
        assertThat(relay.client.readHead()).startsWith("HTTP/1.1 101 ");
        return served;
    }

    private static Http2Wire taken(Http2Relay<?> relay) {
        Http2Wire served = Http2OriginWebSocketTest.accept(relay);
        served.awaitHeaders();
        return served.respond(FIRST, false, "200");
    }

    @Test
    void clientThatHasSaidAll_stillHearsTheRest() {
        try (var relay = Http2Relay.ofHttp2()) {
            Http2Wire served = opened(relay);
            relay.client.data(1, true, "last words");
            assertThat(served.bodyToEnd()).isEqualTo("last words");
            served.data(FIRST, false, "the ").data(FIRST, true, "rest");
            assertThat(relay.client.bodyToEnd()).isEqualTo("the rest");
            assertThat(relay.proxy.record().status()).isEqualTo(101);
            relay.client.ping();
            served.ping();
        }
    }

    @Test
    void originThatHasSaidAll_stillHearsTheRest() {
        try (var relay = Http2Relay.ofHttp2()) {
            Http2Wire served = opened(relay);
            served.data(FIRST, true, "last words");
            assertThat(relay.client.bodyToEnd()).isEqualTo("last words");
            relay.client.data(1, false, "the ").data(1, true, "rest");
            assertThat(served.bodyToEnd()).isEqualTo("the rest");
            assertThat(relay.proxy.record().status()).isEqualTo(101);
            relay.client.ping();
            served.ping();
        }
    }

    @Test
    void lastOfWhatAClientSays_isNotLostWhenTheOriginHasSaidAllAndTakesNothing() {
        try (var relay = Http2Relay.ofHttp2()) {
            Http2Wire served = opened(relay);
            served.data(FIRST, true, "all");
            relay.client.await(Frame::ends);
            int much = 128 * 1024; // Twice the origin's window.
            for (int sent = 0; sent < much; sent += 16 * 1024) {
                relay.client.data(1, false, "x".repeat(16 * 1024));
            }
            relay.client.data(1, true, "end").ping();
            served.windowUpdate(0, much).windowUpdate(FIRST, much);
            assertThat(served.bodyToEnd()).hasSize(much + 3).endsWith("xend");
            assertThat(relay.proxy.record().bytesIn()).isEqualTo(much + 3);
        }
    }

    @Test
    void resetByTheOrigin_isOneForTheClient() {
        try (var relay = Http2Relay.ofHttp2()) {
            Http2Wire served = opened(relay);
            served.data(FIRST, false, "said");
            assertThat(relay.client.body(4)).isEqualTo("said");
            served.reset(FIRST, Http2Wire.INTERNAL_ERROR);
            Frame reset = relay.client.await(Http2Wire.RST_STREAM);
            assertThat(reset.stream()).isEqualTo(1);
            assertThat(reset.error()).isEqualTo(Http2Wire.CANCEL);
            assertThat(relay.proxy.record().status()).isEqualTo(101);
            relay.client.get(3, "/next");
            assertThat(served.awaitHeaders().headers().path()).hasToString("/next");
        }
    }

    @Test
    void resetByTheClient_isOneForTheOriginAndNobodyElse() {
        try (var relay = Http2Relay.ofHttp2()) {
            Http2Wire served = opened(relay);
            relay.client.data(1, false, "said").ping();
            relay.client.reset(1, Http2Wire.CANCEL);
            assertThat(served.body(4)).isEqualTo("said");
            Frame reset = served.await(Http2Wire.RST_STREAM);
            assertThat(reset.stream()).isEqualTo(FIRST);
            assertThat(reset.error()).isEqualTo(Http2Wire.CANCEL);
            assertThat(relay.proxy.record().status()).isEqualTo(101);
            relay.client.get(3, "/next");
            assertThat(served.awaitHeaders().headers().path()).hasToString("/next");
        }
    }

    @Test
    void originThatWantsNoMoreAfterItsEnd_tellsTheClient() {
        try (var relay = Http2Relay.ofHttp2()) {
            Http2Wire served = opened(relay);
            served.data(FIRST, true, "all").reset(FIRST, Http2Wire.NO_ERROR);
            assertThat(relay.client.bodyToEnd()).isEqualTo("all");
            assertThat(relay.client.await(Http2Wire.RST_STREAM).error()).isEqualTo(Http2Wire.NO_ERROR);
            assertThat(relay.proxy.record().status()).isEqualTo(101);
        }
    }

    @Test
    void lostConnectionToTheOrigin_endsAnHttp1ClientAfterWhatWasSaid() {
        try (var relay = Http2Relay.ofHttp1()) {
            Http2Wire served = upgraded(relay);
            served.data(FIRST, false, "said");
            assertThat(relay.client.read(4)).isEqualTo("said");
            served.close();
            assertThat(relay.client.readToEnd()).isEmpty();
            assertThat(relay.proxy.record().status()).isEqualTo(101);
        }
    }

    @Test
    void originsEnd_endsAnHttp1ClientWithTls() {
        try (var relay = Http2Relay.ofHttp1Tls()) {
            Http2Wire served = upgraded(relay);
            served.data(FIRST, true, "all");
            assertThat(relay.client.readToEnd()).isEqualTo("all");
            Frame last = served.await(frame -> frame.ends() || frame.type() == Http2Wire.RST_STREAM);
            assertThat(last.stream()).isEqualTo(FIRST);
            assertThat(last.ends()).as("our close was no break").isTrue();
            assertThat(relay.proxy.record().status()).isEqualTo(101);
        }
    }

    @Test
    void http1ClientThatClosesItsTls_endsTheStreamThere() {
        try (var relay = Http2Relay.ofHttp1Tls()) {
            Http2Wire served = upgraded(relay);
            relay.client.send("said");
            assertThat(served.body(4)).isEqualTo("said");
            relay.client.close();
            assertThat(served.await(Frame::ends).stream()).isEqualTo(FIRST);
            assertThat(relay.proxy.record().status()).isEqualTo(101);
            // It has two seconds to end the stream itself.
            assertThat(served.await(Http2Wire.RST_STREAM).error()).isEqualTo(Http2Wire.CANCEL);
        }
    }

    @Test
    void originThatTakesNothing_stopsItsClient() {
        try (var relay = Http2Relay.ofHttp2()) {
            opened(relay);
            int window = 256 * 1024;
            for (int sent = 0; sent < window; sent += 16 * 1024) {
                relay.client.data(1, false, "x".repeat(16 * 1024));
            }
            assertThat(relay.client.returned(1))
                    .as("as much as was passed on")
                    .isLessThanOrEqualTo(65_535 + Http2OriginFlowTest.SLACK);
        }
    }

    @Test
    void clientThatTakesNothing_stopsItsOrigin() {
        try (var relay = Http2Relay.ofHttp2()) {
            Http2Wire served = opened(relay);
            int window = Http2OriginSetup.STREAM_WINDOW;
            for (int sent = 0; sent < window; sent += 16 * 1024) {
                served.data(FIRST, false, "x".repeat(16 * 1024));
            }
            assertThat(relay.client.body(65_535)).hasSize(65_535);
            assertThat(served.returned(FIRST)).isLessThanOrEqualTo(65_535 + Http2OriginFlowTest.SLACK);
            relay.client.windowUpdate(0, window).windowUpdate(1, window);
            served.data(FIRST, true, "end");
            assertThat(relay.client.body(window - 65_535 + 3)).endsWith("xend");
        }
    }
}
