package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.BodyFraming;
import dev.anyhost.proxy.http1.Fields;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Writes one request on an HTTP/2 connection to an origin; has a stream once the head is written. */
final class Http2RequestWriter {

    private static final long UNKNOWN = -1;

    private final Http2OriginConnection connection;
    private @Nullable Http2Stream stream;
    private boolean ended;
    /** Of the body, in bytes. */
    private long unsent = UNKNOWN;
    /** Of a body of known length; not written yet, because the stream may end with it. */
    private @Nullable ByteBuf last;

    Http2RequestWriter(Http2OriginConnection connection) {
        this.connection = connection;
    }

    /** The request's body will be such a one. */
    void expect(BodyFraming framing) {
        switch (framing) {
            case BodyFraming.None() -> unsent = 0;
            case BodyFraming.Fixed(long length) -> unsent = length;
            case BodyFraming.Chunked(), BodyFraming.UntilClose() -> {}
        }
        ended = unsent == 0;
    }

    /** Writes the head; returns false when no stream can be had any more. */
    boolean head(Http2OriginStream by, Http2Headers head) {
        stream = connection.open(by, head, ended);
        return stream != null;
    }

    /** Whether all of the request was written. */
    boolean hasEnded() {
        return ended;
    }

    boolean isWritable() {
        return ended || (stream != null && connection.takesMore(stream));
    }

    boolean takesEnd() {
        return ended || stream != null;
    }

    /** The next of the body; the writer's to release. */
    void data(ByteBuf data) {
        if (stream == null) {
            data.release();
            return;
        }
        if (unsent != UNKNOWN) {
            unsent -= data.readableBytes();
        }
        if (unsent == 0 && last == null) {
            last = data;
        } else {
            connection.writeData(stream, data, false);
        }
    }

    /** No more has come for now. */
    void pause() {
        ByteBuf data = last;
        last = null;
        if (stream != null && data != null) {
            connection.writeData(stream, data, false);
        }
    }

    /** Ends the request, unless it has ended; with those trailers that the origin takes. */
    void end(Fields trailers) {
        if (stream == null || ended) {
            return;
        }
        ended = true;
        Optional<Http2Headers> section = ResponseFields.trailers(trailers).filter(connection.terms()::takes);
        if (section.isPresent()) {
            pause();
            connection.writeTrailers(stream, section.get());
        } else {
            ByteBuf data = last == null ? Unpooled.EMPTY_BUFFER : last;
            last = null;
            connection.writeData(stream, data, true);
        }
    }

    /** Nobody wants the response any more. */
    void cancel() {
        drop();
        if (stream != null) {
            connection.reset(stream, Http2Error.CANCEL);
        }
    }

    /** As {@link #cancelIn}, if not all that was written is out: an origin that takes no more would keep its stream for ever. */
    void cancelRestIn(Duration time) {
        if (stream != null && stream.state().localSideOpen()) {
            connection.flush();
            cancelIn(time);
        }
    }

    /** As {@link #cancel}, unless the stream has ended by then. */
    void cancelIn(Duration time) {
        connection.channel().eventLoop().schedule(this::cancel, time.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** What isn't written never will be. */
    void drop() {
        if (last != null) {
            last.release();
            last = null;
        }
    }

    /** So much of the response's body was passed on. */
    void consumed(int bytes) {
        if (stream != null) {
            connection.consumed(stream, bytes);
        }
    }
}
