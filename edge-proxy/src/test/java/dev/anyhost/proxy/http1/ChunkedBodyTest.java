package dev.anyhost.proxy.http1;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.http1.Parsing.Body;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkedBodyTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5\r\nhello\r\n0\r\n\r\n",
                "0000000000000005\r\nhello\r\n0\r\n\r\n",
                "2\r\nhe\r\n3\r\nllo\r\n000\r\n\r\n",
                "5;a\r\nhello\r\n0\r\n\r\n",
                "5;a=b;c=\"d;\\\"e\"\r\nhello\r\n0;x\r\n\r\n",
            })
    void validBody_isReadAndTheRestLeft(String chunks) {
        for (int most = 0; most < 4; most++) {
            assertThat(read(chunks + "GET", most)).isEqualTo(new Body("hello", "End0", "GET"));
        }
    }

    @Test
    void trailers_areRead() {
        for (int most = 0; most < 4; most++) {
            assertThat(read("1\r\na\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\nrest", most))
                    .isEqualTo(new Body("a", "End2", "rest"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\r\n",
                "g\r\n",
                "0x5\r\nhello",
                "+5\r\nhello",
                "-5\r\nhello",
                " 5\r\nhello",
                "5 \r\nhello",
                "5\nhello",
                "5\rhello",
                "5;\r\nhello",
                "5; a\r\nhello",
                "5 ;a\r\nhello",
                "5;a= b\r\nhello",
                "5;a=\r\nhello",
                "5;a=\"b\r\nhello",
                "5;a=\"b\"c\r\nhello",
                "5;a\n\r\nhello",
                "5,5\r\nhello",
                "8000000000000000\r\n",
                "ffffffffffffffff\r\n",
                "10000000000000000\r\n",
                "00000000000000005\r\nhello\r\n",
                "5\r\nhelloX\r\n",
                "5\r\nhello\n",
                "5\r\nhello\rX",
                "5\r\nhello0\r\n\r\n",
                "0\r\n X: y\r\n\r\n",
                "0\r\nX : y\r\n\r\n",
                "0\r\nX: y\n\r\n",
                "0\r\nX: \u0000\r\n\r\n",
                "0\r\n\n",
                "0\r\n\rX\r\n\r\n",
            })
    void malformedBody_isRefusedHoweverItIsCut(String chunks) {
        for (int most = 0; most < 4; most++) {
            Body body = read(chunks, most);
            assertThat(body.end())
                    .as("pieces of %d", most)
                    .doesNotStartWith("End")
                    .isNotEqualTo("NeedMore");
            assertThat(ChunkedBody.preview(Parsing.bytes(chunks), Http1Limits.DEFAULT))
                    .isInstanceOf(BodyStep.Malformed.class);
        }
    }

    @Test
    void sizeLineExtensionsAndTrailers_areBounded() {
        assertThat(read("1;" + "a".repeat(300) + "\r\na\r\n", 0).end()).isEqualTo("CHUNK_EXTENSION");
        assertThat(read(("1;" + "a".repeat(200) + "\r\na\r\n").repeat(100), 0).end())
                .isEqualTo("CHUNK_EXTENSION");
        assertThat(read("0\r\nX: " + "a".repeat(9_000) + "\r\n\r\n", 0).end()).isEqualTo("HEAD_TOO_LARGE");
        assertThat(read("0\r\n" + "X: y\r\n".repeat(101) + "\r\n", 0).end()).isEqualTo("TOO_MANY_FIELDS");
    }

    @Test
    void hugeChunk_isNotBuffered() {
        assertThat(read("7fffffffffffffff\r\nabc", 0)).isEqualTo(new Body("abc", "NeedMore", ""));
    }

    @ParameterizedTest
    @CsvSource({"'',NeedMore", "5,NeedMore", "'5\r',NeedMore", "'5\r\n',Data", "'5\r\nhe',Data", "'0\r\n\r\n',End"})
    void preview_tellsWhenTheFirstSizeIsKnown(String soFar, String step) {
        assertThat(ChunkedBody.preview(Parsing.bytes(soFar), Http1Limits.DEFAULT)
                        .getClass()
                        .getSimpleName())
                .isEqualTo(step);
    }

    private static Body read(String chunks, int most) {
        return Parsing.body(new ChunkedBody(Http1Limits.DEFAULT), chunks, new Random(most), most);
    }
}
