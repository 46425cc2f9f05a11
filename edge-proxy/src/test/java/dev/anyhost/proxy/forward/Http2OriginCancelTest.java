package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Origins that cancel a request, as gRPC's do at its deadline. */
class Http2OriginCancelTest {

    @Test
    void callThatItsServerCancels_isCancelledForTheClient() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.request(1, true, "POST", "/a.B/c", "content-type", "application/grpc+proto", "te", "trailers");
            relay.asked(1).reset(Http2Relay.FIRST, Http2Wire.CANCEL);
            assertThat(relay.client.await(Http2Wire.RST_STREAM).error()).isEqualTo(Http2Wire.CANCEL);
            assertThat(relay.proxy.record().error()).contains(RequestError.ORIGIN_CANCELLED);
        }
    }

    @Test
    void responseThatItsOriginCancels_isCancelledForTheClient() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.get(1, "/");
            Http2Wire served = relay.asked(1);
            served.respond(Http2Relay.FIRST, false, "200").data(Http2Relay.FIRST, false, "some");
            assertThat(relay.client.await(Http2Wire.DATA).payload()).hasSize(4);
            served.reset(Http2Relay.FIRST, Http2Wire.CANCEL);
            assertThat(relay.client.await(Http2Wire.RST_STREAM).error()).isEqualTo(Http2Wire.CANCEL);
        }
    }

    @Test
    void requestThatItsOriginCancels_isA502ForOthers() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.get(1, "/");
            relay.asked(1).reset(Http2Relay.FIRST, Http2Wire.CANCEL);
            assertThat(relay.client.response(1).status()).isEqualTo("502");
        }
        try (var relay = Http2Relay.ofHttp1()) {
            relay.client.send("POST / HTTP/1.1\r\nHost: shop.example.com\r\nContent-Type: application/grpc\r\n"
                    + "Content-Length: 0\r\n\r\n");
            relay.asked(1).reset(Http2Relay.FIRST, Http2Wire.CANCEL);
            assertThat(relay.client.readHead()).startsWith("HTTP/1.1 502 ");
        }
    }
}
