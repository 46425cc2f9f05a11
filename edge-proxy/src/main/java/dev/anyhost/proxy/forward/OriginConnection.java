package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.BodyFraming;
import dev.anyhost.proxy.http1.BodyReader;
import dev.anyhost.proxy.http1.Fields;
import dev.anyhost.proxy.http1.HeadBytes;
import dev.anyhost.proxy.http1.Parsed;
import dev.anyhost.proxy.http1.Rejection;
import dev.anyhost.proxy.http1.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A connection to an origin: reads the responses of one exchange after the other. */
final class OriginConnection extends ChannelInboundHandlerAdapter implements BodyReader.Sink {

    private final OriginPool pool;
    private final Origin origin;
    private final HeadBytes heads = new HeadBytes();
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable Deadline rest;
    private @Nullable Exchange exchange;
    private @Nullable BodyReader body;
    private ByteBuf in = Unpooled.EMPTY_BUFFER;
    private boolean resting;
    private boolean used;

    OriginConnection(OriginPool pool, Origin origin) {
        this.pool = pool;
        this.origin = origin;
    }

    Origin origin() {
        return origin;
    }

    Channel channel() {
        return context().channel();
    }

    ChannelHandlerContext context() {
        if (ctx == null) {
            throw new IllegalStateException("not connected yet");
        }
        return ctx;
    }

    /** Whether it has served a request before: then it may be stale. */
    boolean isUsed() {
        return used;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        ctx = added;
        rest = new Deadline(added.executor());
    }

    /** Leaves the pool for a request; false when it is closed by now. */
    boolean take() {
        resting = false;
        if (rest != null) {
            rest.clear();
        }
        return channel().isActive();
    }

    void rest(Duration limit) {
        resting = true;
        used = true;
        channel().config().setAutoRead(true); // a reader that was slow must not hide the origin's close
        if (rest != null) {
            rest.set(limit, () -> channel().close());
        }
    }

    void begin(Exchange next) {
        exchange = next;
        body = null;
        channel().config().setAutoRead(true);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (exchange == null) {
            bytes.release(); // bytes nobody asked for
            context.close();
            return;
        }
        if (exchange.isTunnel()) {
            exchange.tunnelToClient(bytes);
            return;
        }
        in = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(context.alloc(), in, bytes);
        advance();
    }

    private void advance() {
        while (exchange != null && !exchange.isTunnel()) {
            if (body == null ? !readHead(exchange) : !readBody(exchange, body)) {
                return;
            }
        }
        Exchange tunnel = exchange;
        if (tunnel != null && in.isReadable()) {
            tunnel.tunnelToClient(in.readRetainedSlice(in.readableBytes()));
        } else if (in.isReadable()) {
            channel().close(); // more than one response
        }
    }

    private boolean readHead(Exchange current) {
        return switch (heads.take(in)) {
            case Parsed.Incomplete<byte[]>() -> false;
            case Parsed.Rejected<byte[]>(Rejection rejection) -> malformed(current, rejection);
            case Parsed.Head<byte[]>(byte[] bytes) ->
                switch (ResponseHead.parse(bytes, current.method())) {
                    case Parsed.Rejected<ResponseHead>(Rejection rejection) -> malformed(current, rejection);
                    case Parsed.Incomplete<ResponseHead>() -> false;
                    case Parsed.Head<ResponseHead>(ResponseHead head) -> response(current, head);
                };
        };
    }

    private boolean response(Exchange current, ResponseHead head) {
        boolean isFinal = head.status() >= 200;
        if (isFinal) {
            body = new BodyReader(head.framing());
        }
        current.response(head);
        if (isFinal && head.framing() instanceof BodyFraming.None && exchange == current) {
            end(Fields.NONE);
        }
        return exchange == current;
    }

    private boolean readBody(Exchange current, BodyReader reader) {
        if (!in.isReadable()) {
            return false;
        }
        return switch (reader.read(in, this)) {
            case BodyReader.Progress.More() -> false;
            case BodyReader.Progress.Complete() -> exchange == current;
            case BodyReader.Progress.Malformed(Rejection rejection) -> malformed(current, rejection);
        };
    }

    private boolean malformed(Exchange current, Rejection rejection) {
        exchange = null;
        channel().close();
        current.originFailed(502, "origin_" + rejection.reason().replace(' ', '_'));
        return false;
    }

    @Override
    public void data(ByteBuf piece) {
        if (exchange == null) {
            piece.release();
        } else {
            exchange.responseData(piece);
        }
    }

    @Override
    public void end(Fields trailers) {
        Exchange ended = exchange;
        exchange = null;
        body = null;
        if (ended != null) {
            boolean reusable = ended.responseEnded(trailers) && !in.isReadable();
            if (reusable) {
                pool.release(this);
            } else {
                channel().close();
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (exchange != null) {
            exchange.flushClient();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (exchange != null) {
            exchange.originWritabilityChanged();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (rest != null) {
            rest.cancel();
        }
        if (resting) {
            pool.forget(this);
        }
        Exchange cut = exchange;
        exchange = null;
        if (cut != null) {
            boolean complete = cut.isUntilClose();
            if (cut.isTunnel()) {
                cut.tunnelClosed();
            } else if (complete) {
                var _ = cut.responseEnded(Fields.NONE);
            } else {
                cut.originGone(used);
            }
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        in.release();
        in = Unpooled.EMPTY_BUFFER;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
