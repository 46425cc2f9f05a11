package dev.anyhost.proxy.http1;

import dev.anyhost.proxy.http1.BodyReader.Progress;
import dev.anyhost.proxy.http1.BodyReader.Sink;
import io.netty.buffer.ByteBuf;
import java.util.Optional;

/**
 * The chunked transfer coding (RFC 9112 section 7.1), strictly: CRLF only, sizes of up to 15 hexadecimal digits, and no
 * chunk extensions. Extensions are legal, but nobody sends them save attackers who know a parser that reads them
 * differently.
 */
final class ChunkReader {

    private static final int MOST_DIGITS = 15;

    private enum State {
        SIZE,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILERS
    }

    private State state = State.SIZE;
    private final HeadBytes trailerBytes = new HeadBytes();
    private boolean trailersBegun;
    private int digits;
    private long left;
    private boolean last;

    Progress read(ByteBuf in, Sink sink) {
        while (in.isReadable()) {
            Optional<Progress> outcome = switch (state) {
                case SIZE -> size(in.readByte());
                case SIZE_LF -> expect(in.readByte(), '\n', last ? State.TRAILERS : State.DATA);
                case DATA -> data(in, sink);
                case DATA_CR -> expect(in.readByte(), '\r', State.DATA_LF);
                case DATA_LF -> expect(in.readByte(), '\n', State.SIZE);
                case TRAILERS -> Optional.of(trailers(in, sink));
            };
            if (outcome.isPresent()) {
                return outcome.get();
            }
        }
        return BodyReader.MORE;
    }

    private Optional<Progress> size(byte octet) {
        int digit = Character.digit(octet, 16);
        if (digit >= 0 && digits < MOST_DIGITS) {
            left = left * 16 + digit;
            digits++;
            return Optional.empty();
        }
        if (octet != '\r' || digits == 0) {
            return malformed("chunk size");
        }
        last = left == 0;
        digits = 0;
        state = State.SIZE_LF;
        return Optional.empty();
    }

    private Optional<Progress> expect(byte octet, char expected, State next) {
        if (octet != expected) {
            return malformed("chunk without CRLF");
        }
        state = next;
        return Optional.empty();
    }

    private Optional<Progress> data(ByteBuf in, Sink sink) {
        int piece = (int) Math.min(left, in.readableBytes());
        left -= piece;
        if (left == 0) {
            state = State.DATA_CR;
        }
        sink.data(in.readRetainedSlice(piece));
        return Optional.empty();
    }

    private Progress trailers(ByteBuf in, Sink sink) {
        int first = in.readerIndex();
        if (!trailersBegun && in.getByte(first) == '\r') {
            if (in.readableBytes() < 2) {
                return BodyReader.MORE;
            }
            if (in.getByte(first + 1) != '\n') {
                return new Progress.Malformed(Rejection.bad("bare CR"));
            }
            in.skipBytes(2);
            sink.end(Fields.NONE);
            return BodyReader.COMPLETE;
        }
        trailersBegun = true;
        return switch (trailerBytes.take(in)) {
            case Parsed.Incomplete<byte[]>() -> BodyReader.MORE;
            case Parsed.Rejected<byte[]>(Rejection rejection) -> new Progress.Malformed(rejection);
            case Parsed.Head<byte[]>(byte[] bytes) -> end(Fields.parse(bytes, 0, bytes.length - 2), sink);
        };
    }

    private static Progress end(Parsed<Fields> trailers, Sink sink) {
        return switch (trailers) {
            case Parsed.Head<Fields>(Fields fields) -> {
                sink.end(fields);
                yield BodyReader.COMPLETE;
            }
            case Parsed.Rejected<Fields>(Rejection rejection) -> new Progress.Malformed(rejection);
            case Parsed.Incomplete<Fields>() -> new Progress.Malformed(Rejection.bad("trailers"));
        };
    }

    private static Optional<Progress> malformed(String reason) {
        return Optional.of(new Progress.Malformed(Rejection.bad(reason)));
    }
}
