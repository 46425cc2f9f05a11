package dev.anyhost.proxy.forward;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.Http2Wire.Frame;
import dev.anyhost.proxy.forward.Http2Wire.Response;
import dev.anyhost.proxy.forward.ProxyFixture.Setup;
import dev.anyhost.testkit.RawOrigin;
import dev.anyhost.testkit.RawOrigin.Script;
import dev.anyhost.testkit.RawRequest;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests over HTTP/2, as bytes on both sides. */
class Http2Test {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Origin: Yes\r\n\r\nhello";

    @Test
    void get_reachesTheOriginAsHttp1AndItsResponseComesBack() {
        try (RawOrigin origin = RawOrigin.start(Script.answering(OK));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.request(1, true, "GET", "/a?b=c", "accept", "*/*", "cookie", "a=1", "cookie", "b=2");
            Response response = client.response(1);
            assertThat(response.status()).isEqualTo("200");
            assertThat(response.body()).isEqualTo("hello");
            assertThat(response.head().get("x-origin")).hasToString("Yes");
            assertThat(response.head().get("content-length")).hasToString("5");
            assertThat(origin.takeRequest().head())
                    .startsWith("GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:" + origin.port() + "\r\naccept: */*\r\n")
                    .contains("\r\ncookie: a=1; b=2\r\n")
                    .contains("\r\nUser-Custom-Domain: shop.example.com\r\n");
            assertThat(proxy.record())
                    .extracting(RequestRecord::method, RequestRecord::path, RequestRecord::status)
                    .containsExactly("GET", "/a", 200);
        }
    }

    @Test
    void manyStreams_areAnsweredEachWithItsOwn() {
        try (RawOrigin origin =
                        RawOrigin.start(Script.answering(request -> "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"
                                + request.target().substring(1)));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < 50; i++) {
                    client.get(stream(round, i), "/" + (100 + i));
                }
                for (int i = 0; i < 50; i++) {
                    Frame body = client.await(Http2Wire.DATA);
                    assertThat(body.ends()).isTrue();
                    assertThat(new String(body.payload(), ISO_8859_1))
                            .isEqualTo(Integer.toString(100 + body.stream() / 2 % 50));
                }
            }
        }
    }

    private static int stream(int round, int i) {
        return (round * 50 + i) * 2 + 1;
    }

    @Test
    void bodyWithLength_keepsItsFraming() {
        try (RawOrigin origin = RawOrigin.start(Script.answering(OK));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.request(1, false, "POST", "/", "content-length", "6")
                    .data(1, false, "abc")
                    .data(1, true, "def");
            assertThat(client.response(1).status()).isEqualTo("200");
            RawRequest request = origin.takeRequest();
            assertThat(request.head()).contains("\r\nContent-Length: 6\r\n").doesNotContain("Transfer-Encoding");
            assertThat(request.body()).isEqualTo("abcdef");
        }
    }

    @Test
    void bodyOfUnknownLengthWithTrailers_isSentInChunks() {
        try (RawOrigin origin = RawOrigin.start(Script.answering(OK));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.request(1, false, "POST", "/")
                    .data(1, false, "abc")
                    .data(1, false, "defgh")
                    .headers(1, true, "x-sum", "8", "host", "evil.example");
            assertThat(client.response(1).status()).isEqualTo("200");
            RawRequest request = origin.takeRequest();
            assertThat(request.head()).contains("\r\nTransfer-Encoding: chunked\r\n");
            assertThat(request.body()).isEqualTo("abcdefgh");
            assertThat(request.rawBody()).endsWith("\r\n0\r\nx-sum: 8\r\n\r\n");
        }
    }

    @Test
    void trailersOfAResponse_comeThrough() {
        String chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                + "3\r\nabc\r\n0\r\nX-Sum: 3\r\nContent-Length: 9\r\n\r\n";
        try (RawOrigin origin = RawOrigin.start(Script.answering(chunked));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            Response response = client.get(1, "/").response(1);
            assertThat(response.body()).isEqualTo("abc");
            assertThat(response.head().contains("transfer-encoding")).isFalse();
            assertThat(response.trailers().orElseThrow().size()).isEqualTo(1);
            assertThat(response.trailers().orElseThrow().get("x-sum")).hasToString("3");
        }
    }

    @Test
    void head_hasLengthAndNoBody() {
        try (RawOrigin origin = RawOrigin.start(Script.answering("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.request(1, true, "HEAD", "/");
            Frame head = client.await(Http2Wire.HEADERS);
            assertThat(head.ends()).isTrue();
            assertThat(head.headers().get("content-length")).hasToString("1000");
            client.ping(); // and nothing was wrong with the connection
        }
    }

    @Test
    void interimResponse_comesFirst() {
        try (RawOrigin origin =
                        RawOrigin.start(Script.answering("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.get(1, "/");
            Frame interim = client.await(Http2Wire.HEADERS);
            assertThat(interim.ends()).isFalse();
            assertThat(interim.headers().status()).hasToString("103");
            assertThat(client.response(1).status()).isEqualTo("200");
        }
    }

    @Test
    void earlyResponse_endsTheRequestWithoutAnError() {
        try (RawOrigin origin = RawOrigin.start(connection -> {
                    connection.readHead();
                    connection.write("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
                    connection.readToEnd();
                });
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.request(1, false, "POST", "/").data(1, false, "abc");
            assertThat(client.response(1).status()).isEqualTo("413");
            assertThat(client.await(Http2Wire.RST_STREAM).error()).isEqualTo(Http2Wire.NO_ERROR);
            assertThat(client.data(1, true, "late").get(3, "/").await(Http2Wire.HEADERS).stream())
                    .isEqualTo(3);
        }
    }

    @Test
    void anotherHostname_isMisdirectedAndTheConnectionGoesOn() {
        try (RawOrigin origin = RawOrigin.start(Script.answering(OK));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.headers(
                    1, true, ":method", "GET", ":scheme", "https", ":path", "/", ":authority", "other.example.com");
            assertThat(client.response(1).status()).isEqualTo("421");
            assertThat(client.get(3, "/").response(3).status()).isEqualTo("200");
            assertThat(origin.requests()).hasSize(1);
        }
    }

    @Test
    void cutResponse_isResetAndNeverEnded() {
        try (RawOrigin origin = RawOrigin.start(connection -> {
                    connection.readHead();
                    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
                });
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.get(1, "/");
            Frame end = client.await(frame -> frame.type() == Http2Wire.RST_STREAM || frame.ends());
            assertThat(end.type()).isEqualTo(Http2Wire.RST_STREAM);
            assertThat(end.error()).isEqualTo(Http2Wire.INTERNAL_ERROR);
            assertThat(proxy.record().error()).contains(RequestError.RESPONSE_CUT);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "garbage\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n",
                "HTTP/2 200 OK\r\n\r\n",
            })
    void malformedResponse_is502AndTheOthersAreUnaffected(String response) {
        var served = new AtomicInteger();
        try (RawOrigin origin = RawOrigin.start(connection -> {
                    connection.readRequest();
                    connection.write(served.getAndIncrement() == 0 ? response : OK);
                    connection.readRequest();
                });
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            assertThat(client.get(1, "/").response(1).status()).isEqualTo("502");
            assertThat(proxy.record().error()).contains(RequestError.RESPONSE_MALFORMED);
            assertThat(client.get(3, "/").response(3).body()).isEqualTo("hello");
            assertThat(origin.connections()).hasSize(2);
        }
    }

    @Test
    void clientsReset_endsTheOriginsConnectionAndNoOtherStream() {
        try (RawOrigin origin = RawOrigin.start(connection -> {
                    var request = connection.readRequest();
                    if (request.isPresent() && request.get().target().equals("/slow")) {
                        connection.readToEnd();
                    } else {
                        connection.write(OK);
                    }
                });
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.get(1, "/slow");
            assertThat(origin.takeRequest().head()).startsWith("GET /slow ");
            client.get(3, "/quick").reset(1, Http2Wire.CANCEL);
            assertThat(client.response(3).status()).isEqualTo("200");
            assertThat(proxy.record().status() + proxy.record().status()).isEqualTo(499 + 200);
        }
    }

    @Test
    void originThatRefuses_is502() {
        try (RawOrigin origin = RawOrigin.start(Script.answering("garbage\r\n\r\n"));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            Response response = client.get(1, "/").response(1);
            assertThat(response.status()).isEqualTo("502");
            assertThat(response.body()).startsWith("The origin sent a malformed response.\n");
        }
    }
}
