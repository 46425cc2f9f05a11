package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.Http2Wire.Frame;
import dev.anyhost.proxy.forward.ProxyFixture.Setup;
import dev.anyhost.testkit.RawOrigin;
import dev.anyhost.testkit.RawOrigin.Script;
import org.junit.jupiter.api.Test;

/** Frames that come where a stream's state doesn't allow them (RFC 9113 section 5.1). */
class Http2StreamStateTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final Script SILENT = connection -> {
        connection.readHead();
        connection.readToEnd();
    };

    @Test
    void headersAfterTheRequestsEnd_resetTheStream() {
        try (RawOrigin origin = RawOrigin.start(SILENT);
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.get(1, "/").get(1, "/");
            Frame reset = client.await(Http2Wire.RST_STREAM);
            assertThat(reset.stream()).isEqualTo(1);
            assertThat(reset.error()).isEqualTo(Http2Wire.STREAM_CLOSED);
        }
    }

    @Test
    void emptyWindowUpdateAfterTheRequestsEnd_isAnErrorOfItsOwn() {
        try (RawOrigin origin = RawOrigin.start(SILENT);
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.get(1, "/").windowUpdate(1, 0);
            assertThat(client.await(Http2Wire.RST_STREAM).error()).isEqualTo(Http2Wire.PROTOCOL_ERROR);
        }
    }

    @Test
    void headersOnAFinishedStream_endTheConnection() {
        try (RawOrigin origin = RawOrigin.start(Script.answering(OK));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.get(1, "/").response(1);
            client.get(1, "/");
            assertThat(client.readToAnyEnd().getLast().error()).isEqualTo(Http2Wire.STREAM_CLOSED);
            assertThat(origin.requests()).hasSize(1);
        }
    }

    @Test
    void streamBelowAnEarlierOne_endsTheConnection() {
        try (RawOrigin origin = RawOrigin.start(Script.answering(OK));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.get(5, "/").response(5);
            client.get(3, "/");
            assertThat(client.readToAnyEnd().getLast().error()).isEqualTo(Http2Wire.STREAM_CLOSED);
            assertThat(origin.requests()).hasSize(1);
        }
    }

    @Test
    void restOfARequestThatWasAnsweredEarly_isNoError() {
        try (RawOrigin origin = RawOrigin.start(Script.answering(OK));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.request(1, false, "POST", "/" + "a".repeat(9_000));
            assertThat(client.response(1).status()).isEqualTo("414");
            assertThat(client.await(Http2Wire.RST_STREAM).error()).isEqualTo(Http2Wire.NO_ERROR);
            client.data(1, false, "on its way").headers(1, true, "x-checksum", "1");
            assertThat(client.get(3, "/").response(3).status()).isEqualTo("200");
        }
    }

    @Test
    void restOfARefusedRequest_isNoError() {
        try (RawOrigin origin = RawOrigin.start(SILENT);
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.request(1, false, "POST", "/", "host", "other.example.com");
            assertThat(client.await(Http2Wire.RST_STREAM).error()).isEqualTo(Http2Wire.PROTOCOL_ERROR);
            client.data(1, false, "on its way").headers(1, true, "x-checksum", "1");
            client.ping();
        }
    }
}
