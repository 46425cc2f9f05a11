package dev.anyhost.proxy.http1;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseParserTest {

    @Test
    void response_isReadWithItsParts() {
        ResponseHead head = accepted("HTTP/1.1 404 Not  Found\r\nContent-Length: 5\r\nKeep-Alive: x\r\n\r\n", false);

        assertThat(head.status()).isEqualTo(404);
        assertThat(head.framing()).isEqualTo(new BodyFraming.Fixed(5));
        assertThat(head.isKeepAlive()).isTrue();
        assertThat(head.isInterim()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"200,''", "204,'Content-Length: 0'", "304,'Content-Length: 5'", "100,''", "101,''", "103,''"})
    void bodilessResponses_haveNoBodyWhateverTheySay(int status, String field) {
        String line = field.isEmpty() ? "" : field + "\r\n";
        boolean toHead = status == 200;

        assertThat(accepted("HTTP/1.1 " + status + " x\r\n" + line + "\r\n", toHead)
                        .framing())
                .isEqualTo(new BodyFraming.None());
    }

    @Test
    void noFramingField_meansUntilClose() {
        ResponseHead head = accepted("HTTP/1.1 200 OK\r\n\r\n", false);

        assertThat(head.framing()).isEqualTo(new BodyFraming.UntilClose());
        assertThat(head.isKeepAlive()).isFalse();
    }

    @Test
    void reasonMayBeMissing() {
        assertThat(accepted("HTTP/1.1 200\r\n\r\n", false).status()).isEqualTo(200);
        assertThat(accepted("HTTP/1.0 200 \r\n\r\n", false).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 99 x\r\n\r\n",
                "HTTP/1.1 600 x\r\n\r\n",
                "HTTP/1.1 20 x\r\n\r\n",
                "HTTP/1.1 2000 x\r\n\r\n",
                "HTTP/2.0 200 x\r\n\r\n",
                "ICY 200 OK\r\n\r\n",
                "HTTP/1.1  200 OK\r\n\r\n",
                "HTTP/1.1 200 O\u0000K\r\n\r\n",
                "HTTP/1.1 200 OK\nX: y\r\n\r\n",
                "\r\nHTTP/1.1 200 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX : a\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
                "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                "HTTP/1.1 204 x\r\nTransfer-Encoding: chunked\r\n\r\n",
                "HTTP/1.1 100 x\r\nTransfer-Encoding: chunked\r\n\r\n",
            })
    void ambiguousOrMalformedResponse_isRefused(String response) {
        assertThat(Parsing.response(response)).isInstanceOf(Parsed.Rejected.class);
    }

    private static ResponseHead accepted(String response, boolean toHead) {
        var parser = new ResponseParser(Http1Limits.DEFAULT);
        return switch (parser.parse(Parsing.bytes(response), toHead)) {
            case Parsed.Head<ResponseHead>(ResponseHead head) -> head;
            case Parsed.NeedMore<ResponseHead> more -> throw new AssertionError(more);
            case Parsed.Rejected<ResponseHead> rejected -> throw new AssertionError(rejected);
        };
    }
}
