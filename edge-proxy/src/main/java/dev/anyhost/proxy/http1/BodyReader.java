package dev.anyhost.proxy.http1;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Takes one body out of a connection's bytes, as its framing says, and tells where it ends. */
public final class BodyReader {

    private final @Nullable ChunkReader chunks;
    private final boolean untilClose;
    private long left;

    public BodyReader(BodyFraming framing) {
        this.chunks = framing instanceof BodyFraming.Chunked ? new ChunkReader() : null;
        this.untilClose = framing instanceof BodyFraming.UntilClose;
        this.left = framing instanceof BodyFraming.Length(long octets) ? octets : 0;
    }

    /** Where the body goes. */
    public interface Sink {

        /** A piece of the body, never empty; the sink owns the buffer. */
        void data(ByteBuf piece);

        /** The body is complete. */
        void end(Fields trailers);
    }

    /** How far it came. */
    public sealed interface Progress {

        /** All that was there belongs to the body, and there is more to come. */
        record More() implements Progress {}

        /** The body is over; what is left in the buffer isn't its own. */
        record Complete() implements Progress {}

        record Malformed(Rejection rejection) implements Progress {}
    }

    static final Progress MORE = new Progress.More();
    static final Progress COMPLETE = new Progress.Complete();

    /** Takes what is there. Not to be called again after {@link Progress.Complete} or {@link Progress.Malformed}. */
    public Progress read(ByteBuf in, Sink sink) {
        if (chunks != null) {
            return chunks.read(in, sink);
        }
        if (untilClose) {
            if (in.isReadable()) {
                sink.data(in.readRetainedSlice(in.readableBytes()));
            }
            return MORE;
        }
        if (left > 0 && in.isReadable()) {
            int piece = (int) Math.min(left, in.readableBytes());
            left -= piece;
            sink.data(in.readRetainedSlice(piece));
        }
        if (left > 0) {
            return MORE;
        }
        sink.end(Fields.NONE);
        return COMPLETE;
    }
}
