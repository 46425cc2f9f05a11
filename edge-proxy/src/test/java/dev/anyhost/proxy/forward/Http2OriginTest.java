package dev.anyhost.proxy.forward;

import static dev.anyhost.proxy.forward.Http2Relay.FIRST;
import static dev.anyhost.proxy.forward.Http2Relay.SECOND;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.Http2Wire.Frame;
import dev.anyhost.proxy.forward.Http2Wire.Response;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests to an origin that speaks HTTP/2, as frames there. */
class Http2OriginTest {

    private static final String GET = "GET /a?b=c HTTP/1.1\r\nHost: shop.example.com\r\nAccept: */*\r\n\r\n";

    private static List<String> names(Http2Headers headers) {
        List<String> names = new ArrayList<>();
        headers.forEach(field -> names.add(field.getKey().toString()));
        return names;
    }

    @Test
    void get_isAHeaderSectionThatEndsItsStream() {
        try (var relay = Http2Relay.ofHttp1()) {
            relay.client.send(GET);
            Http2Wire served = relay.accept();
            Frame request = served.awaitHeaders();
            assertThat(request.ends()).isTrue();
            assertThat(names(request.headers()))
                    .containsExactly(
                            ":method",
                            ":path",
                            ":scheme",
                            ":authority",
                            "accept",
                            "x-forwarded-for",
                            "x-forwarded-proto",
                            "x-forwarded-host",
                            "x-forwarded-port",
                            "x-real-ip",
                            "user-custom-domain",
                            "cdn-loop");
            assertThat(request.headers().method()).hasToString("GET");
            assertThat(request.headers().path()).hasToString("/a?b=c");
            assertThat(request.headers().scheme()).hasToString("http");
            assertThat(request.headers().authority()).hasToString("localhost:" + relay.origin.port());
            assertThat(request.headers().get("user-custom-domain")).hasToString("shop.example.com");
            assertThat(request.headers().get("x-forwarded-for")).hasToString("127.0.0.1");
            served.respond(FIRST, false, "200", "content-length", "5", "x-origin", "yes")
                    .data(FIRST, true, "hello");
            assertThat(relay.client.readHead())
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("\r\ncontent-length: 5\r\n", "\r\nx-origin: yes\r\n");
            assertThat(relay.client.read(5)).isEqualTo("hello");
            assertThat(relay.proxy.record().status()).isEqualTo(200);
        }
    }

    @Test
    void requestsOfManyClients_shareAConnection() {
        try (var relay = Http2Relay.ofHttp1();
                var second = relay.proxy.connect()) {
            relay.client.get("/1");
            Http2Wire served = relay.accept();
            assertThat(served.awaitHeaders().headers().path()).hasToString("/1");
            second.get("/2");
            assertThat(served.awaitHeaders().headers().path()).hasToString("/2");
            served.respond(SECOND, true, "204").respond(FIRST, true, "404");
            assertThat(second.readHead()).isEqualTo("HTTP/1.1 204 No Content\r\n\r\n");
            assertThat(relay.client.readHead()).isEqualTo("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
            relay.client.get("/3");
            assertThat(served.awaitHeaders().stream()).isEqualTo(7);
            assertThat(relay.origin.hasAnother()).isFalse();
        }
    }

    @Test
    void connectionSpecificFieldsOfAClient_stayHere() {
        try (var relay = Http2Relay.ofHttp1()) {
            relay.client.send("GET / HTTP/1.1\r\nHost: shop.example.com\r\nConnection: X-Hop, TE\r\nX-Hop: 1\r\n"
                    + "Keep-Alive: 5\r\nTE: trailers, gzip\r\nX-Forwarded-For: 9.9.9.9\r\nX-Kept: 1\r\n\r\n");
            Http2Headers request = relay.accept().awaitHeaders().headers();
            assertThat(names(request))
                    .contains("x-kept", "te")
                    .doesNotContain("connection", "x-hop", "keep-alive", "host", "transfer-encoding");
            assertThat(request.get("te")).hasToString("trailers");
            assertThat(request.getAll("x-forwarded-for")).hasToString("[127.0.0.1]");
        }
    }

    @Test
    void whatAVisitorSays_isNeverPutIntoTheTableThatOthersShare() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.request(1, true, "GET", "/secret-path", "cookie", "id=secret");
            relay.client.request(3, true, "GET", "/secret-path", "cookie", "id=secret");
            Http2Wire served = relay.accept();
            String first = served.awaitHeaders().text();
            String second = served.awaitHeaders().text();
            assertThat(first).contains("id=secret", "/secret-path", "localhost");
            assertThat(second).contains("id=secret", "/secret-path").doesNotContain("localhost");
        }
    }

    @Test
    void bodyAndTrailers_goBothWays() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.request(1, false, "POST", "/", "te", "trailers", "content-type", "application/grpc");
            Http2Wire served = relay.accept();
            Frame request = served.awaitHeaders();
            assertThat(request.ends()).isFalse();
            assertThat(request.headers().get("te")).hasToString("trailers");
            relay.client.data(1, false, "ping");
            assertThat(served.await(Http2Wire.DATA).text()).isEqualTo("ping");
            served.respond(FIRST, false, "200", "content-type", "application/grpc")
                    .data(FIRST, false, "pong");
            assertThat(relay.client.awaitHeaders(1).status()).hasToString("200");
            assertThat(relay.client.await(Http2Wire.DATA).text()).isEqualTo("pong");
            relay.client.headers(1, true, "x-sum", "4", "host", "evil.example");
            Frame trailers = served.awaitHeaders();
            assertThat(trailers.ends()).isTrue();
            assertThat(names(trailers.headers())).containsExactly("x-sum");
            served.headers(FIRST, true, "grpc-status", "0", "grpc-message", "fine");
            Frame last = relay.client.awaitHeaders();
            assertThat(last.ends()).isTrue();
            assertThat(last.headers().get("grpc-status")).hasToString("0");
            assertThat(last.headers().get("grpc-message")).hasToString("fine");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void trailersAfterABodyWithLength_arePassedOn(boolean together) {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.request(1, false, "POST", "/", "content-length", "3");
            Http2Wire served = relay.accept();
            assertThat(served.awaitHeaders().headers().get("content-length")).hasToString("3");
            if (together) {
                relay.client.raw(both(
                        Http2Wire.bytes(Http2Wire.DATA, 0, 1, "abc".getBytes(ISO_8859_1)),
                        Http2Wire.bytes(
                                Http2Wire.HEADERS,
                                Http2Wire.END_HEADERS | Http2Wire.END_STREAM,
                                1,
                                Http2Wire.section("x-sum", "3"))));
            } else {
                relay.client.data(1, false, "abc");
            }
            Frame body = served.await(Http2Wire.DATA);
            assertThat(body.text()).isEqualTo("abc");
            assertThat(body.ends()).isFalse();
            if (!together) {
                relay.client.headers(1, true, "x-sum", "3");
            }
            Frame trailers = served.awaitHeaders();
            assertThat(trailers.ends()).isTrue();
            assertThat(names(trailers.headers())).containsExactly("x-sum");
            served.respond(FIRST, true, "204");
            assertThat(relay.client.awaitHeaders(1).status()).hasToString("204");
        }
    }

    private static byte[] both(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }

    @Test
    void responseOfTrailersOnly_endsWithItsHead() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.request(1, true, "POST", "/", "content-type", "application/grpc");
            Http2Wire served = relay.asked(1);
            served.respond(FIRST, true, "200", "content-type", "application/grpc", "grpc-status", "12");
            Frame head = relay.client.awaitHeaders();
            assertThat(head.ends()).isTrue();
            assertThat(names(head.headers())).containsExactly(":status", "content-type", "grpc-status");
        }
    }

    @Test
    void trailersOfAResponse_reachHttp1ClientsInItsLastChunk() {
        try (var relay = Http2Relay.ofHttp1()) {
            relay.client.get("/");
            Http2Wire served = relay.asked(1);
            served.respond(FIRST, false, "200").data(FIRST, false, "abc").headers(FIRST, true, "x-sum", "3");
            assertThat(relay.client.readHead()).isEqualTo("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            String body = "3\r\nabc\r\n0\r\nx-sum: 3\r\n\r\n";
            assertThat(relay.client.read(body.length())).isEqualTo(body);
        }
    }

    @Test
    void bodyInChunks_isDataWhoseEndEndsTheStream() {
        try (var relay = Http2Relay.ofHttp1()) {
            relay.client.send("POST / HTTP/1.1\r\nHost: shop.example.com\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "3\r\nabc\r\n0\r\nx-sum: 3\r\n\r\n");
            Http2Wire served = relay.accept();
            assertThat(names(served.awaitHeaders().headers())).doesNotContain("content-length");
            assertThat(served.await(Http2Wire.DATA).text()).isEqualTo("abc");
            Frame trailers = served.awaitHeaders();
            assertThat(trailers.ends()).isTrue();
            assertThat(trailers.headers().get("x-sum")).hasToString("3");
        }
    }

    @Test
    void bodyWithLength_keepsItAndEndsWithItsLastData() {
        try (var relay = Http2Relay.ofHttp1()) {
            relay.client.send("POST / HTTP/1.1\r\nHost: shop.example.com\r\nContent-Length: 3\r\n\r\nabc");
            Http2Wire served = relay.accept();
            assertThat(served.awaitHeaders().headers().get("content-length")).hasToString("3");
            Frame body = served.await(Http2Wire.DATA);
            assertThat(body.text()).isEqualTo("abc");
            assertThat(body.ends()).isTrue();
        }
    }

    @Test
    void expectingClient_isAskedWhenTheOriginAsks() {
        try (var relay = Http2Relay.ofHttp1()) {
            relay.client.send(
                    "POST / HTTP/1.1\r\nHost: shop.example.com\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
            Http2Wire served = relay.accept();
            assertThat(served.awaitHeaders().headers().get("expect")).hasToString("100-continue");
            served.respond(FIRST, false, "103", "link", "</a>").respond(FIRST, false, "100");
            assertThat(relay.client.readHead()).isEqualTo("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n");
            assertThat(relay.client.readHead()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            relay.client.send("abc");
            assertThat(served.await(Http2Wire.DATA).text()).isEqualTo("abc");
            served.respond(FIRST, true, "200");
            assertThat(relay.client.readHead()).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void head_hasALengthAndNoBody() {
        try (var relay = Http2Relay.ofHttp1()) {
            relay.client.send("HEAD / HTTP/1.1\r\nHost: shop.example.com\r\n\r\n");
            Http2Wire served = relay.asked(1);
            served.respond(FIRST, true, "200", "content-length", "5");
            assertThat(relay.client.readHead()).isEqualTo("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n");
            relay.client.get("/next");
            assertThat(served.awaitHeaders().headers().path()).hasToString("/next");
        }
    }

    @Test
    void earlyResponse_isWholeAlthoughTheOriginWantsNoMoreOfTheRequest() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.request(1, false, "POST", "/").data(1, false, "abc");
            Http2Wire served = relay.accept();
            served.await(Http2Wire.DATA);
            served.respond(FIRST, false, "413").data(FIRST, true, "no").reset(FIRST, Http2Wire.NO_ERROR);
            Response response = relay.client.response(1);
            assertThat(response.status()).isEqualTo("413");
            assertThat(response.body()).isEqualTo("no");
            assertThat(relay.client.await(Http2Wire.RST_STREAM).error()).isEqualTo(Http2Wire.NO_ERROR);
            assertThat(relay.proxy.record().error()).isEmpty();
        }
    }

    @Test
    void clientThatLeaves_isNoLongerWorkedForAtTheOrigin() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.get(1, "/slow").get(3, "/other");
            Http2Wire served = relay.asked(2);
            relay.client.reset(1, Http2Wire.CANCEL);
            Frame reset = served.await(Http2Wire.RST_STREAM);
            assertThat(reset.stream()).isEqualTo(FIRST);
            assertThat(reset.error()).isEqualTo(Http2Wire.CANCEL);
            served.respond(FIRST, false, "200").data(FIRST, true, "late").respond(SECOND, true, "204");
            assertThat(relay.client.awaitHeaders(3).status()).hasToString("204");
            assertThat(relay.proxy.record().error()).contains(RequestError.CLIENT_LEFT);
        }
    }

    @Test
    void responseCutInItsBody_isCutForTheClientToo() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.get(1, "/");
            Http2Wire served = relay.asked(1);
            served.respond(FIRST, false, "200").data(FIRST, false, "abc").reset(FIRST, Http2Wire.INTERNAL_ERROR);
            relay.client.awaitHeaders(1);
            assertThat(relay.client.await(Http2Wire.RST_STREAM).error()).isEqualTo(Http2Wire.INTERNAL_ERROR);
            assertThat(relay.proxy.record().error()).contains(RequestError.RESPONSE_CUT);
        }
    }

    @Test
    void connectionLostInABody_leavesHttp1ClientsWithoutALastChunk() {
        try (var relay = Http2Relay.ofHttp1()) {
            relay.client.get("/");
            Http2Wire served = relay.asked(1);
            served.respond(FIRST, false, "200").data(FIRST, false, "abc");
            relay.client.readHead();
            assertThat(relay.client.read(8)).isEqualTo("3\r\nabc\r\n");
            served.close();
            assertThat(relay.client.readToAnyEnd()).doesNotContain("0\r\n");
            assertThat(relay.proxy.record().error()).contains(RequestError.RESPONSE_CUT);
        }
    }
}
