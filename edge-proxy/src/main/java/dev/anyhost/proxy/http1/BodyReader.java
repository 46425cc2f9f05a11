package dev.anyhost.proxy.http1;

import io.netty.buffer.ByteBuf;

/** Finds a body's bytes and its end. One for each message; total on any input. */
public sealed interface BodyReader permits FixedBody, ChunkedBody, UntilCloseBody {

    static BodyReader of(BodyFraming framing, Http1Limits limits) {
        return switch (framing) {
            case BodyFraming.None() -> new FixedBody(0);
            case BodyFraming.Fixed(long length) -> new FixedBody(length);
            case BodyFraming.Chunked() -> new ChunkedBody(limits);
            case BodyFraming.UntilClose() -> new UntilCloseBody();
        };
    }

    /** Consumes framing bytes only; not to be called again after End or Malformed. */
    BodyStep next(ByteBuf in);

    /** As {@link #next} for those who have no room: stops before data, with NeedMore, but finds an end that needs none. */
    BodyStep end(ByteBuf in);

    /** Whether the connection's end is this body's end. */
    default boolean endsWithConnection() {
        return false;
    }
}
