package dev.anyhost.proxy.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random damage to good messages: parsers answer every input, and the same however it is cut. */
class ParserFuzzTest {

    private static final int ROUNDS = 20_000;
    private static final String[] REQUESTS = {
        "GET /a?b HTTP/1.1\r\nHost: shop.example.com\r\nConnection: keep-alive, X\r\nTE: trailers\r\n\r\n",
        "POST http://shop.example.com/ HTTP/1.1\r\nHost: shop.example.com\r\nContent-Length: 10\r\n\r\n",
        "PUT / HTTP/1.1\r\nHost: shop.example.com:8443\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n",
        "OPTIONS * HTTP/1.0\r\nHost: [::1]:80\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    };
    private static final String[] RESPONSES = {
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\n",
        "HTTP/1.0 404\r\nServer: x\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n",
    };
    private static final String[] BODIES = {
        "5\r\nhello\r\n0\r\n\r\n",
        "1;a=\"b\"\r\nx\r\n0\r\nX-Y: z\r\n\r\n",
        "a\r\n0123456789\r\n00\r\n\r\nGET / HTTP/1.1",
    };
    private static final String NASTY = "\r\n\r\n \t\0:;,=\"\\0123456789abcdefx_-\u007f\u0080\u00ff";

    @ParameterizedTest
    @ValueSource(longs = {1, 20261121, 77})
    void requests_areAnsweredTheSameInPiecesAndWhole(long seed) {
        var random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            String text = damaged(REQUESTS[random.nextInt(REQUESTS.length)], random);
            assertThat(described(Parsing.requestByteByByte(text)))
                    .as("seed %d round %d: %s", seed, round, text)
                    .isEqualTo(described(Parsing.request(text)));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {2, 20261121, 78})
    void responses_areAnsweredTheSameInPiecesAndWhole(long seed) {
        var random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            String text = damaged(RESPONSES[random.nextInt(RESPONSES.length)], random);
            boolean toHead = random.nextBoolean();
            var whole = new ResponseParser(Http1Limits.DEFAULT).parse(Parsing.bytes(text), toHead);
            assertThat(responseInPieces(text, toHead))
                    .as("seed %d round %d: %s", seed, round, text)
                    .isEqualTo(described(whole));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {3, 20261121, 79})
    void chunkedBodies_areAnsweredTheSameInPiecesAndWhole(long seed) {
        var random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            String text = damaged(BODIES[random.nextInt(BODIES.length)], random);
            var whole = Parsing.body(new ChunkedBody(Http1Limits.DEFAULT), text, random, 0);
            var pieces = Parsing.body(new ChunkedBody(Http1Limits.DEFAULT), text, random, 3);
            assertThat(pieces).as("seed %d round %d: %s", seed, round, text).isEqualTo(whole);
        }
    }

    private static String responseInPieces(String text, boolean toHead) {
        var parser = new ResponseParser(Http1Limits.DEFAULT);
        ByteBuf in = Unpooled.buffer();
        for (byte b : text.getBytes(ISO_8859_1)) {
            in.writeByte(b);
            Parsed<ResponseHead> parsed = parser.parse(in, toHead);
            if (!(parsed instanceof Parsed.NeedMore<ResponseHead>)) {
                return described(parsed);
            }
        }
        return described(new Parsed.NeedMore<>());
    }

    static String damaged(String text, Random random) {
        var damaged = new StringBuilder(text);
        for (int hits = random.nextInt(4); hits > 0; hits--) {
            int at = random.nextInt(damaged.length());
            char nasty = NASTY.charAt(random.nextInt(NASTY.length()));
            switch (random.nextInt(4)) {
                case 0 -> damaged.setCharAt(at, nasty);
                case 1 -> damaged.insert(at, nasty);
                case 2 -> damaged.deleteCharAt(at);
                default -> damaged.insert(at, damaged.substring(at, Math.min(damaged.length(), at + 12)));
            }
        }
        return damaged.toString();
    }

    private static String described(Parsed<?> parsed) {
        return switch (parsed) {
            case Parsed.NeedMore<?>() -> "more";
            case Parsed.Rejected<?>(HeadError error) -> error.name();
            case Parsed.Head<?>(RequestHead head) -> head.method() + head.target() + head.framing() + head.host();
            case Parsed.Head<?>(Object head) -> ((ResponseHead) head).status() + "" + ((ResponseHead) head).framing();
        };
    }
}
