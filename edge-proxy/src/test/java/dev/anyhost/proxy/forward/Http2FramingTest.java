package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.Http2Wire.Frame;
import dev.anyhost.proxy.forward.ProxyFixture.Setup;
import dev.anyhost.testkit.RawOrigin;
import dev.anyhost.testkit.RawOrigin.Script;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What HTTP/2 can say and HTTP/1.1 can't, or reads otherwise: nothing of it reaches an origin (RFC 9113 section 10.3). */
class Http2FramingTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final List<String> USUAL =
            List.of(":method", "GET", ":scheme", "https", ":path", "/", ":authority", "shop.example.com");

    static Stream<Arguments> malformed() {
        return Stream.of(
                named("transfer-encoding", with("transfer-encoding", "chunked")),
                named("connection", with("connection", "close")),
                named("keep-alive", with("keep-alive", "1")),
                named("proxy-connection", with("proxy-connection", "close")),
                named("upgrade", with("upgrade", "h2c")),
                named("te: chunked", with("te", "chunked")),
                named("te: trailers, chunked", with("te", "trailers, chunked")),
                named("line feed in a value", with("x-a", "b\nx: y")),
                named("line end in a value", with("x-a", "b\r\n\r\nGET /admin HTTP/1.1\r\nHost: evil\r\n\r\n")),
                named("NUL in a value", with("x-a", "b\0c")),
                named("blank before a value", with("x-a", " b")),
                named("blank after a value", with("x-a", "b\t")),
                named("colon in a name", with("x-a:b", "c")),
                named("line end in a name", with("x-a\r\nx-b", "c")),
                named("blank in a name", with("x a", "c")),
                named("upper case in a name", with("X-A", "c")),
                named("empty name", with("", "c")),
                named("two content-lengths", with("content-length", "0", "content-length", "1")),
                named("content-length that isn't one", with("content-length", "+0")),
                named("content-length of a body that isn't there", with("content-length", "5")),
                named("two hosts", with("host", "shop.example.com", "host", "shop.example.com")),
                named("host beside another authority", with("host", "other.example.com")),
                named("pseudo-header after a field", with("x-a", "b", ":path", "/admin")),
                named("unknown pseudo-header", with(":admin", "1")),
                named("response pseudo-header", with(":status", "200")),
                named("two paths", with(":path", "/admin")),
                named("no method", without(":method")),
                named("no scheme", without(":scheme")),
                named("other scheme", replaced(":scheme", "ftp")),
                named("no path", without(":path")),
                named("empty path", replaced(":path", "")),
                named("path without a slash", replaced(":path", "admin")),
                named("absolute path", replaced(":path", "http://other.example.com/")),
                named("blank in the path", replaced(":path", "/a HTTP/1.1\r\nx: y")),
                named("asterisk for GET", replaced(":path", "*")),
                named("blank in the method", replaced(":method", "GET /admin")),
                named("user information", replaced(":authority", "u@shop.example.com")),
                named("no authority", without(":authority")),
                named("blank in the authority", replaced(":authority", "shop.example.com x")),
                named("fragment in the path", replaced(":path", "/a#b")),
                named("tab in the path", replaced(":path", "/a\tHTTP/1.1")),
                named("NUL in the path", replaced(":path", "/\0")),
                named("octet over 127 in the path", replaced(":path", "/\u00e4")),
                named("line end in the method", replaced(":method", "GET / HTTP/1.1\r\nx:")),
                named("line end in the authority", replaced(":authority", "shop.example.com\r\nx: y")),
                named("path in the authority", replaced(":authority", "shop.example.com/admin")),
                named("empty authority", replaced(":authority", "")),
                named("two authorities", with(":authority", "shop.example.com")),
                named("two methods", with(":method", "POST")),
                named("two schemes", with(":scheme", "https")),
                named("line end in a cookie", with("cookie", "a=b\r\nx: y")),
                named("line end in te", with("te", "trailers\r\ntransfer-encoding: chunked")),
                named("list of content-lengths", with("content-length", "0, 1")),
                named("DEL in a value", with("x-a", "b\u007f")),
                named("protocol without CONNECT", with(":protocol", "websocket")));
    }

    private static Arguments named(String what, List<String> fields) {
        return Arguments.argumentSet(what, fields);
    }

    private static List<String> with(String... more) {
        return Stream.concat(USUAL.stream(), Stream.of(more)).toList();
    }

    private static List<String> without(String name) {
        int at = USUAL.indexOf(name);
        return Stream.concat(USUAL.subList(0, at).stream(), USUAL.subList(at + 2, USUAL.size()).stream())
                .toList();
    }

    private static List<String> replaced(String name, String value) {
        List<String> fields = new ArrayList<>(USUAL);
        fields.set(USUAL.indexOf(name) + 1, value);
        return fields;
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void malformedRequest_isResetAndReachesNoOrigin(List<String> fields) {
        try (RawOrigin origin = RawOrigin.start(Script.answering(OK));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.headers(1, true, fields.toArray(new String[0]));
            Frame answer = client.await(frame -> frame.stream() == 1 || frame.type() == Http2Wire.GOAWAY);
            assertThat(answer.type()).isIn(Http2Wire.RST_STREAM, Http2Wire.GOAWAY);
            assertThat(answer.error()).isEqualTo(Http2Wire.PROTOCOL_ERROR);
            assertThat(origin.connections()).isEmpty();
        }
    }

    @Test
    void bodyThatBreaksItsLength_isResetAndTheOriginsConnectionCloses() {
        try (RawOrigin origin = RawOrigin.start(connection -> {
                    connection.readHead();
                    connection.readToEnd();
                });
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.request(1, false, "POST", "/", "content-length", "3").data(1, false, "abcdefgh");
            assertThat(client.await(Http2Wire.RST_STREAM).error()).isEqualTo(Http2Wire.PROTOCOL_ERROR);
            assertThat(proxy.record().error()).contains(RequestError.CLIENT_LEFT);
            assertThat(origin.requests()).isEmpty();
        }
    }

    /** Netty joins equal ones, which RFC 9110 section 8.6 allows: what counts is what the origin reads. */
    @ParameterizedTest
    @ValueSource(strings = {"3", "3, 3"})
    void equalLengths_areOneForTheOrigin(String second) {
        try (RawOrigin origin = RawOrigin.start(Script.answering(OK));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.request(1, false, "POST", "/", "content-length", "3", "content-length", second)
                    .data(1, true, "abc");
            assertThat(client.response(1).status()).isEqualTo("200");
            assertThat(origin.takeRequest().head())
                    .containsOnlyOnce("ontent-")
                    .contains("Content-Length: 3\r\n")
                    .doesNotContain("Transfer-Encoding");
        }
    }

    @Test
    void bodyThatIsShorterThanItsLength_isResetAndTheOriginsConnectionCloses() {
        try (RawOrigin origin = RawOrigin.start(connection -> {
                    connection.readHead();
                    connection.readToEnd();
                });
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.request(1, false, "POST", "/", "content-length", "3").data(1, true, "ab");
            assertThat(client.await(Http2Wire.RST_STREAM).error()).isEqualTo(Http2Wire.PROTOCOL_ERROR);
            assertThat(origin.requests()).isEmpty();
            for (var connection : origin.connections()) {
                assertThat(connection.received()).doesNotEndWith("abc");
            }
        }
    }

    @Test
    void trailersWithFraming_resetTheRequest() {
        try (RawOrigin origin = RawOrigin.start(Script.answering(OK));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.request(1, false, "POST", "/").headers(1, true, "transfer-encoding", "chunked");
            assertThat(client.await(Http2Wire.RST_STREAM).error()).isEqualTo(Http2Wire.PROTOCOL_ERROR);
            assertThat(origin.requests()).isEmpty();
        }
    }

    @Test
    void connect_isNotImplemented() {
        try (RawOrigin origin = RawOrigin.start(Script.answering(OK));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            client.headers(1, true, ":method", "CONNECT", ":authority", "shop.example.com");
            assertThat(client.response(1).status()).isEqualTo("501");
            assertThat(origin.connections()).isEmpty();
        }
    }

    @Test
    void longTarget_is414AndTheConnectionGoesOn() {
        try (RawOrigin origin = RawOrigin.start(Script.answering(OK));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            assertThat(client.get(1, "/" + "a".repeat(9_000)).response(1).status())
                    .isEqualTo("414");
            assertThat(client.get(3, "/").response(3).status()).isEqualTo("200");
        }
    }

    @Test
    void tooManyFields_are431() {
        try (RawOrigin origin = RawOrigin.start(Script.answering(OK));
                ProxyFixture proxy = ProxyFixture.startHttp2(Setup.to(origin.uri()));
                Http2Wire client = proxy.connectHttp2()) {
            String[] many = Stream.iterate(0, i -> i < 200, i -> i + 1)
                    .flatMap(i -> Stream.of("x-" + i, "v"))
                    .toArray(String[]::new);
            assertThat(client.request(1, true, "GET", "/", many).response(1).status())
                    .isEqualTo("431");
            assertThat(origin.connections()).isEmpty();
        }
    }
}
