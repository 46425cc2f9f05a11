package dev.anyhost.proxy.forward;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes a response to a client's HTTP/2 stream. */
final class Http2ResponseWriter {

    private final Http2ClientConnection connection;
    private final int id;
    private final Runnable written;
    /** Not written yet, because the stream may end with it. */
    private @Nullable ByteBuf last;

    private boolean ended;

    /** @param written runs when the response's end went out */
    Http2ResponseWriter(Http2ClientConnection connection, int id, Runnable written) {
        this.connection = connection;
        this.id = id;
        this.written = written;
    }

    /** Whether all of the response was written. */
    boolean hasEnded() {
        return ended;
    }

    void headers(Http2Headers headers, boolean endOfStream) {
        connection.encoder().writeHeaders(connection.ctx(), id, headers, 0, endOfStream, promise(endOfStream));
    }

    /** A response of ours. */
    void whole(SmallResponse response, boolean toHead, ByteBufAllocator allocator) {
        byte[] text = response.body().getBytes(StandardCharsets.UTF_8);
        boolean bodiless = toHead || text.length == 0;
        headers(ResponseFields.of(response, text.length), bodiless);
        if (!bodiless) {
            data(allocator.ioBuffer(text.length).writeBytes(text));
            end(null);
        }
    }

    /** The next of the body; the writer's to release. */
    void data(ByteBuf data) {
        ByteBuf before = last;
        last = data; // First: the write may make room, and so bring what follows this.
        if (before != null) {
            write(before, false);
        }
    }

    /** No more has come for now. */
    void pause() {
        writeLast(false);
    }

    /** Ends the response, perhaps with trailers, unless it has ended. */
    void end(@Nullable Http2Headers trailers) {
        if (ended) {
            return;
        }
        writeLast(trailers == null);
        if (trailers != null) {
            headers(trailers, true);
        }
    }

    private void writeLast(boolean endOfStream) {
        ByteBuf data = last == null ? Unpooled.EMPTY_BUFFER : last;
        last = null;
        if (endOfStream || data.isReadable()) {
            write(data, endOfStream);
        } else {
            data.release();
        }
    }

    private void write(ByteBuf data, boolean endOfStream) {
        connection.sent(data.readableBytes());
        connection.encoder().writeData(connection.ctx(), id, data, 0, endOfStream, promise(endOfStream));
    }

    private ChannelPromise promise(boolean endOfStream) {
        ChannelPromise promise = connection.ctx().newPromise();
        if (endOfStream) {
            ended = true;
            promise.addListener(done -> {
                if (done.isSuccess()) {
                    written.run();
                }
            });
        }
        return promise;
    }

    /** The stream is over. */
    void drop() {
        if (last != null) {
            last.release();
            last = null;
        }
    }
}
