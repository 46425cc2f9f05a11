package dev.anyhost.proxy.http1;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A chunked body (RFC 9112 section 7.1). Stricter than its grammar in one point: no blanks around chunk extensions,
 * because readers differ on them. Extensions are checked, bounded, and dropped.
 */
public final class ChunkedBody implements BodyReader {

    private enum State {
        SIZE,
        EXTENSION_NAME,
        EXTENSION_VALUE,
        EXTENSION_TOKEN,
        EXTENSION_QUOTED,
        EXTENSION_ESCAPED,
        EXTENSION_UNQUOTED,
        SIZE_LINE_FEED,
        DATA,
        DATA_CARRIAGE_RETURN,
        DATA_LINE_FEED,
        TRAILERS
    }

    private static final int MAX_SIZE_DIGITS = 16;

    private final Http1Limits limits;
    private State state = State.SIZE;
    /** Of the chunk whose size line is being read, or what is left of the one whose data is. */
    private long size;

    private int digits;
    private int lineLength;
    private int nameLength;
    private int extensions;
    private @Nullable Trailers trailers;

    public ChunkedBody(Http1Limits limits) {
        this.limits = limits;
    }

    /**
     * Whether what has arrived of a chunked body so far can be the beginning of one. Consumes nothing.
     *
     * @return NeedMore with not even the first size complete, Data once it is, End when all has arrived, Malformed when
     *     there is a mistake anywhere in the bytes so far
     */
    public static BodyStep preview(ByteBuf in, Http1Limits limits) {
        var body = new ChunkedBody(limits);
        ByteBuf view = in.duplicate();
        BodyStep step = body.next(view);
        boolean sized = body.state.compareTo(State.DATA) >= 0;
        while (step instanceof BodyStep.Data(int length)) {
            view.skipBytes(length);
            step = body.next(view);
        }
        return sized && step instanceof BodyStep.NeedMore ? new BodyStep.Data(0) : step;
    }

    @Override
    public BodyStep next(ByteBuf in) {
        BodyStep end = end(in);
        return state == State.DATA && end instanceof BodyStep.NeedMore ? data(in) : end;
    }

    @Override
    public BodyStep end(ByteBuf in) {
        while (state != State.DATA && state != State.TRAILERS) {
            if (!in.isReadable()) {
                return new BodyStep.NeedMore();
            }
            HeadError error = take(in.readByte());
            if (error != null) {
                return new BodyStep.Malformed(error);
            }
        }
        return state == State.DATA ? new BodyStep.NeedMore() : trailers(in);
    }

    private BodyStep data(ByteBuf in) {
        if (!in.isReadable()) {
            return new BodyStep.NeedMore();
        }
        int length = (int) Math.min(size, in.readableBytes());
        size -= length;
        if (size == 0) {
            state = State.DATA_CARRIAGE_RETURN;
        }
        return new BodyStep.Data(length);
    }

    private BodyStep trailers(ByteBuf in) {
        if (trailers == null) {
            trailers = new Trailers(limits);
        }
        return trailers.next(in);
    }

    private @Nullable HeadError take(byte c) {
        if (state.compareTo(State.SIZE_LINE_FEED) <= 0 && ++lineLength > limits.chunkLine()) {
            return HeadError.CHUNK_EXTENSION;
        }
        return switch (state) {
            case SIZE -> sizeDigit(c);
            case EXTENSION_NAME,
                    EXTENSION_VALUE,
                    EXTENSION_TOKEN,
                    EXTENSION_QUOTED,
                    EXTENSION_ESCAPED,
                    EXTENSION_UNQUOTED ->
                ++extensions > limits.chunkExtensions() ? HeadError.CHUNK_EXTENSION : extension(c);
            case SIZE_LINE_FEED -> expect(c, Octets.LF, size == 0 ? State.TRAILERS : State.DATA, HeadError.CHUNK_SIZE);
            case DATA_CARRIAGE_RETURN -> expect(c, Octets.CR, State.DATA_LINE_FEED, HeadError.CHUNK_END);
            case DATA_LINE_FEED -> {
                size = 0;
                digits = 0;
                lineLength = 0;
                yield expect(c, Octets.LF, State.SIZE, HeadError.CHUNK_END);
            }
            case DATA, TRAILERS -> throw new IllegalStateException(state.name());
        };
    }

    private @Nullable HeadError sizeDigit(byte c) {
        int digit = Octets.hex(c);
        if (digit < 0) {
            return digits == 0 ? HeadError.CHUNK_SIZE : afterToken(c, HeadError.CHUNK_SIZE);
        }
        if (++digits > MAX_SIZE_DIGITS || size >>> 59 != 0) {
            return HeadError.CHUNK_SIZE;
        }
        size = size << 4 | digit;
        return null;
    }

    /** {@code *( ";" chunk-ext-name [ "=" chunk-ext-val ] )}, the value a token or a quoted string. */
    private @Nullable HeadError extension(byte c) {
        return switch (state) {
            case EXTENSION_NAME -> extensionName(c);
            case EXTENSION_VALUE -> {
                state = c == '"' ? State.EXTENSION_QUOTED : State.EXTENSION_TOKEN;
                yield c == '"' || Octets.isToken(c) ? null : HeadError.CHUNK_EXTENSION;
            }
            case EXTENSION_TOKEN -> Octets.isToken(c) ? null : afterToken(c, HeadError.CHUNK_EXTENSION);
            case EXTENSION_QUOTED -> {
                if (c == '"') {
                    state = State.EXTENSION_UNQUOTED;
                } else if (c == '\\') {
                    state = State.EXTENSION_ESCAPED;
                }
                yield Octets.isFieldValue(c) ? null : HeadError.CHUNK_EXTENSION;
            }
            case EXTENSION_ESCAPED -> {
                state = State.EXTENSION_QUOTED;
                yield Octets.isFieldValue(c) ? null : HeadError.CHUNK_EXTENSION;
            }
            case EXTENSION_UNQUOTED -> afterToken(c, HeadError.CHUNK_EXTENSION);
            case SIZE, SIZE_LINE_FEED, DATA, DATA_CARRIAGE_RETURN, DATA_LINE_FEED, TRAILERS ->
                throw new IllegalStateException(state.name());
        };
    }

    private @Nullable HeadError extensionName(byte c) {
        if (Octets.isToken(c)) {
            nameLength++;
            return null;
        }
        if (nameLength == 0) {
            return HeadError.CHUNK_EXTENSION;
        }
        if (c == '=') {
            state = State.EXTENSION_VALUE;
            return null;
        }
        return afterToken(c, HeadError.CHUNK_EXTENSION);
    }

    private @Nullable HeadError afterToken(byte c, HeadError otherwise) {
        if (c == ';') {
            nameLength = 0;
            state = State.EXTENSION_NAME;
            return null;
        }
        return expect(c, Octets.CR, State.SIZE_LINE_FEED, otherwise);
    }

    private @Nullable HeadError expect(byte c, byte expected, State next, HeadError otherwise) {
        state = next;
        return c == expected ? null : otherwise;
    }

    /** Collects the trailer section, which is as strict as a head. */
    private static final class Trailers {

        private static final int FIRST_ROOM = 128;

        private final Http1Limits limits;
        private byte[] lines = new byte[FIRST_ROOM];
        private int length;
        private int lineStart;

        Trailers(Http1Limits limits) {
            this.limits = limits;
        }

        BodyStep next(ByteBuf in) {
            while (in.isReadable()) {
                if (length == limits.trailers()) {
                    return new BodyStep.Malformed(HeadError.HEAD_TOO_LARGE);
                }
                if (length == lines.length) {
                    lines = Arrays.copyOf(lines, length * 2);
                }
                byte c = in.readByte();
                lines[length++] = c;
                if (c == Octets.LF) {
                    if (length - lineStart < 2 || lines[length - 2] != Octets.CR) {
                        return new BodyStep.Malformed(HeadError.BARE_LINE_FEED);
                    }
                    if (length - lineStart == 2) {
                        return end();
                    }
                    lineStart = length;
                }
            }
            return new BodyStep.NeedMore();
        }

        private BodyStep end() {
            if (length == 2) {
                return new BodyStep.End(Fields.none());
            }
            var trailers = new Fields(Arrays.copyOf(lines, length));
            HeadError error = FieldLines.read(trailers, 0, limits.fields());
            return error == null ? new BodyStep.End(trailers) : new BodyStep.Malformed(error);
        }
    }
}
