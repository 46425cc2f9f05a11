package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.Fields;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.nio.charset.StandardCharsets;

/** Writes a body in the framing its head promised, chunk by chunk where it is chunked; without flushing. */
final class BodyWriter {

    private static final int SIZE_LINE = 10;

    private final ChannelHandlerContext to;
    private final boolean chunked;
    private long written;

    BodyWriter(ChannelHandlerContext to, boolean chunked) {
        this.to = to;
        this.chunked = chunked;
    }

    void data(ByteBuf piece) {
        written += piece.readableBytes();
        if (!chunked) {
            to.write(piece, to.voidPromise());
            return;
        }
        ByteBuf size = to.alloc().buffer(SIZE_LINE);
        size.writeCharSequence(Integer.toHexString(piece.readableBytes()) + "\r\n", StandardCharsets.US_ASCII);
        to.write(size, to.voidPromise());
        to.write(piece, to.voidPromise());
        to.write(to.alloc().buffer(2).writeByte('\r').writeByte('\n'), to.voidPromise());
    }

    void end(Fields trailers) {
        if (chunked) {
            ByteBuf last = to.alloc().buffer();
            last.writeByte('0').writeByte('\r').writeByte('\n');
            ForwardedHeaders.writeTrailers(trailers, last);
            to.write(last, to.voidPromise());
        }
    }

    long written() {
        return written;
    }
}
