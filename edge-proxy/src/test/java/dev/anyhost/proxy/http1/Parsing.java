package dev.anyhost.proxy.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Random;

/** Feeds parsers with text, whole or in pieces. */
final class Parsing {

    private Parsing() {}

    static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, ISO_8859_1);
    }

    static Parsed<RequestHead> request(String text) {
        return new RequestParser(Http1Limits.DEFAULT).parse(bytes(text));
    }

    static Parsed<RequestHead> requestByteByByte(String text) {
        var parser = new RequestParser(Http1Limits.DEFAULT);
        ByteBuf in = Unpooled.buffer();
        for (byte b : text.getBytes(ISO_8859_1)) {
            in.writeByte(b);
            Parsed<RequestHead> parsed = parser.parse(in);
            if (!(parsed instanceof Parsed.NeedMore<RequestHead>)) {
                return parsed;
            }
        }
        return new Parsed.NeedMore<>();
    }

    static Parsed<ResponseHead> response(String text) {
        return new ResponseParser(Http1Limits.DEFAULT).parse(bytes(text), false);
    }

    /** What a body came to: its data, how it ended, and what was left in the buffer. */
    record Body(String data, String end, String rest) {}

    /** Reads a body whose bytes arrive in pieces of random sizes; {@code most} 0 means whole. */
    static Body body(BodyReader reader, String text, Random random, int most) {
        var data = new StringBuilder();
        ByteBuf in = Unpooled.buffer();
        int at = 0;
        while (true) {
            BodyStep step = reader.next(in);
            switch (step) {
                case BodyStep.Data(int length) -> data.append(in.readCharSequence(length, ISO_8859_1));
                case BodyStep.NeedMore() -> {
                    if (at == text.length()) {
                        return new Body(data.toString(), "NeedMore", in.toString(ISO_8859_1));
                    }
                    int piece = most == 0 ? text.length() : 1 + random.nextInt(most);
                    int to = Math.min(text.length(), at + piece);
                    in.writeCharSequence(text.substring(at, to), ISO_8859_1);
                    at = to;
                }
                case BodyStep.End(Fields trailers) -> {
                    return new Body(
                            data.toString(), "End" + trailers.size(), in.toString(ISO_8859_1) + text.substring(at));
                }
                case BodyStep.Malformed(HeadError error) -> {
                    return new Body(data.toString(), error.name(), "");
                }
            }
        }
    }
}
