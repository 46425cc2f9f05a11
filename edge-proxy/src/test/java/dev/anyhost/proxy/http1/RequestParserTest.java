package dev.anyhost.proxy.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestParserTest {

    private static final String HOST = "Host: shop.example.com\r\n";

    @Test
    void getRequest_isReadWithItsParts() {
        RequestHead head = accepted("GET /a/b?c=d HTTP/1.1\r\nHost: Shop.Example.com:8443\r\nAccept: */*  \r\n\r\n");

        assertThat(head.method()).isEqualTo("GET");
        assertThat(head.target()).isEqualTo("/a/b?c=d");
        assertThat(head.path()).isEqualTo("/a/b");
        assertThat(head.host()).contains("Shop.Example.com");
        assertThat(head.isHost("shop.example.com".getBytes(ISO_8859_1))).isTrue();
        assertThat(head.isHost("shop.example.co".getBytes(ISO_8859_1))).isFalse();
        assertThat(head.framing()).isEqualTo(new BodyFraming.None());
        assertThat(head.isKeepAlive()).isTrue();
        assertThat(head.fields().value("accept")).contains("*/*");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET http://shop.example.com/x HTTP/1.1\r\nHost: shop.example.com\r\n\r\n",
                "GET HTTPS://SHOP.example.com/x HTTP/1.1\r\nHost: shop.example.com\r\n\r\n",
                "\r\nGET /x HTTP/1.1\r\nHost: shop.example.com\r\n\r\n",
                "GET /x HTTP/1.0\r\n\r\n",
            })
    void unusualForms_areReadAsOriginForm(String request) {
        assertThat(accepted(request).target()).isEqualTo("/x");
    }

    @Test
    void absoluteFormWithoutPath_becomesTheRoot() {
        assertThat(accepted("GET http://a.example.com?q HTTP/1.1\r\nHost: a.example.com\r\n\r\n")
                        .target())
                .isEqualTo("/?q");
        assertThat(accepted("OPTIONS http://a.example.com HTTP/1.1\r\nHost: a.example.com\r\n\r\n")
                        .target())
                .isEqualTo("*");
    }

    static Stream<Arguments> refusals() {
        String big = "x".repeat(9_000);
        return Stream.of(
                refused("GET /\r\n", HeadError.REQUEST_LINE),
                refused("GET  / HTTP/1.1\r\n" + HOST, HeadError.REQUEST_LINE),
                refused("GET / HTTP/1.1 \r\n" + HOST, HeadError.REQUEST_LINE),
                refused(" GET / HTTP/1.1\r\n" + HOST, HeadError.REQUEST_LINE),
                refused("GET\t/ HTTP/1.1\r\n" + HOST, HeadError.REQUEST_LINE),
                refused("G(T / HTTP/1.1\r\n" + HOST, HeadError.REQUEST_LINE),
                refused("GET x HTTP/1.1\r\n" + HOST, HeadError.REQUEST_LINE),
                refused("GET * HTTP/1.1\r\n" + HOST, HeadError.REQUEST_LINE),
                refused("GET /# HTTP/1.1\r\n" + HOST, HeadError.REQUEST_LINE),
                refused("GET /\u0000 HTTP/1.1\r\n" + HOST, HeadError.REQUEST_LINE),
                refused("GET /\u00e4 HTTP/1.1\r\n" + HOST, HeadError.REQUEST_LINE),
                refused("GET / http/1.1\r\n" + HOST, HeadError.REQUEST_LINE),
                refused("GET / HTTP/1.1\r\r\n" + HOST, HeadError.REQUEST_LINE),
                refused("\r\n\r\nGET / HTTP/1.1\r\n" + HOST, HeadError.REQUEST_LINE),
                refused("GET / HTTP/1.2\r\n" + HOST, HeadError.VERSION),
                refused("PRI * HTTP/2.0\r\n", HeadError.VERSION),
                refused("CONNECT a.example.com:443 HTTP/1.1\r\n" + HOST, HeadError.METHOD_REFUSED),
                refused("GET / HTTP/1.1\n" + HOST, HeadError.BARE_LINE_FEED),
                refused("GET / HTTP/1.1\r\nHost: a.example.com\nX: y\r\n", HeadError.BARE_LINE_FEED),
                refused("GET / HTTP/1.1\r\n" + HOST + "X: a\rb\r\n", HeadError.CONTROL_CHARACTER),
                refused("GET / HTTP/1.1\r\n" + HOST + "X: a\u0000b\r\n", HeadError.CONTROL_CHARACTER),
                refused("GET / HTTP/1.1\r\n" + HOST + "X: a\u007fb\r\n", HeadError.CONTROL_CHARACTER),
                refused("GET / HTTP/1.1\r\n" + HOST + " folded\r\n", HeadError.LINE_FOLDING),
                refused("GET / HTTP/1.1\r\n" + HOST + "\tfolded\r\n", HeadError.LINE_FOLDING),
                refused("GET / HTTP/1.1\r\n first: x\r\n" + HOST, HeadError.LINE_FOLDING),
                refused("GET / HTTP/1.1\r\n" + HOST + "X : y\r\n", HeadError.FIELD_NAME),
                refused("GET / HTTP/1.1\r\n" + HOST + ": y\r\n", HeadError.FIELD_NAME),
                refused("GET / HTTP/1.1\r\n" + HOST + "X\r\n", HeadError.FIELD_NAME),
                refused("GET / HTTP/1.1\r\n" + HOST + "X\u0000: y\r\n", HeadError.FIELD_NAME),
                refused("GET / HTTP/1.1\r\n", HeadError.HOST_MISSING),
                refused("GET / HTTP/1.1\r\n" + HOST + HOST, HeadError.HOST_REPEATED),
                refused("GET / HTTP/1.1\r\n" + HOST + "HOST: b.example.com\r\n", HeadError.HOST_REPEATED),
                refused("GET / HTTP/1.1\r\nHost:\r\n", HeadError.HOST_MALFORMED),
                refused("GET / HTTP/1.1\r\nHost: a.example.com:x\r\n", HeadError.HOST_MALFORMED),
                refused("GET / HTTP/1.1\r\nHost: a@b.example.com\r\n", HeadError.HOST_MALFORMED),
                refused("GET / HTTP/1.1\r\nHost: a.example.com, b.example.com\r\n", HeadError.HOST_MALFORMED),
                refused("GET / HTTP/1.1\r\nHost: a.example.com/x\r\n", HeadError.HOST_MALFORMED),
                refused("GET http://b.example.com/ HTTP/1.1\r\n" + HOST, HeadError.TARGET_MISMATCH),
                refused("GET http://a@shop.example.com/ HTTP/1.1\r\n" + HOST, HeadError.TARGET_MISMATCH),
                refused("GET http:///x HTTP/1.1\r\n" + HOST, HeadError.REQUEST_LINE),
                refused("GET http://a.example.com/ HTTP/1.0\r\n", HeadError.HOST_MISSING),
                refused(post("Content-Length: x"), HeadError.CONTENT_LENGTH_MALFORMED),
                refused(post("Content-Length:"), HeadError.CONTENT_LENGTH_MALFORMED),
                refused(post("Content-Length: +1"), HeadError.CONTENT_LENGTH_MALFORMED),
                refused(post("Content-Length: -1"), HeadError.CONTENT_LENGTH_MALFORMED),
                refused(post("Content-Length: 0x1"), HeadError.CONTENT_LENGTH_MALFORMED),
                refused(post("Content-Length: 1 1"), HeadError.CONTENT_LENGTH_MALFORMED),
                refused(post("Content-Length: 1, 1"), HeadError.CONTENT_LENGTH_MALFORMED),
                refused(post("Content-Length: 9999999999999999999"), HeadError.CONTENT_LENGTH_MALFORMED),
                refused(post("Content-Length: 1\r\nContent-Length: 1"), HeadError.CONTENT_LENGTH_REPEATED),
                refused(post("Content-Length: 1\r\ncontent-length: 2"), HeadError.CONTENT_LENGTH_REPEATED),
                refused(post("Content-Length: 1\r\nTransfer-Encoding: chunked"), HeadError.LENGTH_AND_TRANSFER_CODING),
                refused(post("Transfer-Encoding: chunked\r\nContent-Length: 1"), HeadError.LENGTH_AND_TRANSFER_CODING),
                refused(post("Transfer-Encoding: xchunked"), HeadError.TRANSFER_CODING),
                refused(post("Transfer-Encoding: chunked, chunked"), HeadError.TRANSFER_CODING),
                refused(post("Transfer-Encoding: gzip, chunked"), HeadError.TRANSFER_CODING),
                refused(post("Transfer-Encoding: identity"), HeadError.TRANSFER_CODING),
                refused(post("Transfer-Encoding: \"chunked\""), HeadError.TRANSFER_CODING),
                refused(post("Transfer-Encoding:\u000bchunked"), HeadError.CONTROL_CHARACTER),
                refused(
                        post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
                        HeadError.TRANSFER_CODING_REPEATED),
                refused(
                        post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"),
                        HeadError.TRANSFER_CODING_REPEATED),
                refused(
                        "POST / HTTP/1.0\r\n" + HOST + "Transfer-Encoding: chunked\r\n",
                        HeadError.TRANSFER_CODING_IN_1_0),
                refused("GET / HTTP/1.1\r\n" + HOST + "Connection: a b\r\n", HeadError.CONNECTION_MALFORMED),
                refused(
                        "GET / HTTP/1.1\r\n" + HOST + "Connection: x" + ",y".repeat(32) + "\r\n",
                        HeadError.CONNECTION_MALFORMED),
                refused("GET /" + big + " HTTP/1.1\r\n" + HOST, HeadError.TARGET_TOO_LONG),
                refused("GET /" + big + big, HeadError.TARGET_TOO_LONG),
                refused("GET / HTTP/1.1\r\n" + HOST + "X: " + big + big, HeadError.HEAD_TOO_LARGE),
                refused("GET / HTTP/1.1\r\n" + HOST + "X: y\r\n".repeat(100), HeadError.TOO_MANY_FIELDS));
    }

    private static Arguments refused(String head, HeadError error) {
        return Arguments.of(head + "\r\n", error);
    }

    private static String post(String framing) {
        return "POST / HTTP/1.1\r\n" + HOST + framing + "\r\n";
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void ambiguousOrMalformedHead_isRefused(String request, HeadError error) {
        assertThat(Parsing.request(request)).isEqualTo(new Parsed.Rejected<RequestHead>(error));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void refusal_isTheSameHoweverTheBytesAreCut(String request, HeadError error) {
        assertThat(Parsing.requestByteByByte(request)).isEqualTo(new Parsed.Rejected<RequestHead>(error));
    }

    @Test
    void head_isTheSameAtEverySplit() {
        String request = "\r\nPOST /a HTTP/1.1\r\n" + HOST + "Content-Length: 3\r\nX-Y: z\r\n\r\n";
        for (int cut = 0; cut <= request.length(); cut++) {
            var parser = new RequestParser(Http1Limits.DEFAULT);
            ByteBuf in = Unpooled.buffer();
            in.writeCharSequence(request.substring(0, cut), ISO_8859_1);
            Parsed<RequestHead> first = parser.parse(in);
            in.writeCharSequence(request.substring(cut) + "abc", ISO_8859_1);
            Parsed<RequestHead> last = first instanceof Parsed.NeedMore<RequestHead> ? parser.parse(in) : first;

            assertThat(last).as("cut at %d", cut).isInstanceOfSatisfying(Parsed.Head.class, parsed -> {
                RequestHead head = (RequestHead) parsed.head();
                assertThat(head.framing()).isEqualTo(new BodyFraming.Fixed(3));
                assertThat(head.fields().size()).isEqualTo(3);
            });
            assertThat(in.toString(ISO_8859_1)).isEqualTo("abc");
        }
    }

    @Test
    void connectionOptions_areFoundAndOthersNominated() {
        ConnectionOptions options = accepted(
                        "GET / HTTP/1.1\r\n" + HOST + "Connection: close, ,X-Secret\r\nConnection: UPGRADE\r\n\r\n")
                .connection();

        assertThat(options.close()).isTrue();
        assertThat(options.upgrade()).isTrue();
        assertThat(options.keepAlive()).isFalse();
        assertThat(options.nominated()).containsExactly("x-secret".getBytes(ISO_8859_1));
    }

    @Test
    void http10_isKeptAliveOnlyWhenItAsks() {
        assertThat(accepted("GET / HTTP/1.0\r\n\r\n").isKeepAlive()).isFalse();
        assertThat(accepted("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").isKeepAlive())
                .isTrue();
    }

    private static RequestHead accepted(String request) {
        return switch (Parsing.request(request)) {
            case Parsed.Head<RequestHead>(RequestHead head) -> head;
            case Parsed.NeedMore<RequestHead> more -> throw new AssertionError(more);
            case Parsed.Rejected<RequestHead> rejected -> throw new AssertionError(rejected);
        };
    }
}
