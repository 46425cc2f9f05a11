package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.BodyFraming;
import dev.anyhost.proxy.http1.BodyReader;
import dev.anyhost.proxy.http1.BodyStep;
import dev.anyhost.proxy.http1.Fields;
import dev.anyhost.proxy.http1.Http1Limits;
import dev.anyhost.proxy.http1.Parsed;
import dev.anyhost.proxy.http1.RequestHead;
import dev.anyhost.proxy.http1.ResponseHead;
import dev.anyhost.proxy.http1.ResponseParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A connection to an origin: reads responses strictly and hands them to the request that uses it. Anything that
 * doesn't belong to a request's response ends the connection, so that no request ever sees another one's.
 */
final class OriginConnection extends ChannelInboundHandlerAdapter implements OriginStream {

    private final Origin origin;
    private final OriginPool pool;
    private final Http1Limits limits;
    private final ResponseParser parser;
    private @Nullable ChannelHandlerContext ctx;
    private ByteBuf in = Unpooled.EMPTY_BUFFER;

    private @Nullable ResponseListener listener;
    private boolean toHead;
    private boolean chunked;
    private @Nullable ResponseHead head;
    private @Nullable BodyReader body;
    private boolean untouched = true;

    private boolean dirty;
    private boolean counted;
    private boolean used;
    private boolean broken;
    private boolean ended;
    private long idleSinceNanos;

    OriginConnection(Origin origin, OriginPool pool, Http1Limits limits) {
        this.origin = origin;
        this.pool = pool;
        this.limits = limits;
        this.parser = new ResponseParser(limits);
    }

    Origin origin() {
        return origin;
    }

    Channel channel() {
        return context().channel();
    }

    private ChannelHandlerContext context() {
        if (ctx == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return ctx;
    }

    @Override
    public boolean wasUsed() {
        return used;
    }

    boolean isUsable() {
        return channel().isActive() && !broken;
    }

    long idleSinceNanos() {
        return idleSinceNanos;
    }

    @Override
    public void begin(ResponseListener user, RequestHead request, OriginRoute.To to, ForwardedHeaders headers) {
        listener = user;
        toHead = request.isHead();
        chunked = request.framing() instanceof BodyFraming.Chunked;
        head = null;
        body = null;
        untouched = true;
        write(headers.rewrite(request, to, context().alloc()));
    }

    @Override
    public boolean isWritable() {
        return channel().isWritable();
    }

    private void write(ByteBuf bytes) {
        if (broken) {
            bytes.release();
            return;
        }
        dirty = true;
        context().write(bytes, context().voidPromise());
    }

    @Override
    public void data(ByteBuf data) {
        if (chunked) {
            write(ResponseWriter.chunkSize(data.readableBytes(), context().alloc()));
            write(data);
            write(ResponseWriter.chunkEnd());
        } else {
            write(data);
        }
    }

    @Override
    public void end(Fields trailers) {
        if (chunked) {
            write(ResponseWriter.lastChunk(trailers, context().alloc()));
        }
    }

    /** A flush of nothing is not free: TLS makes a record of it. */
    @Override
    public void flush() {
        if (dirty) {
            dirty = false;
            context().flush();
        }
    }

    /** The connection is pooled if it is clean, else closed. */
    @Override
    public void done(boolean requestComplete, long nowNanos) {
        boolean clean =
                requestComplete && body == null && head != null && head.isKeepAlive() && !in.isReadable() && isUsable();
        listener = null;
        if (clean) {
            used = true;
            head = null;
            idleSinceNanos = nowNanos;
            setReading(true);
            pool.release(this);
        } else {
            abandon();
        }
    }

    @Override
    public void giveBack(long nowNanos) {
        listener = null;
        idleSinceNanos = nowNanos;
        pool.release(this);
    }

    /** Closes. */
    @Override
    public void abandon() {
        listener = null;
        broken = true;
        channel().close();
        if (ended) {
            dropInput();
        }
    }

    @Override
    public void doubt() {} // It ends with its only request.

    /** Counts in its pool from now on. */
    void join() {
        counted = true;
    }

    /** Whether it counted in its pool until now. */
    boolean leave() {
        boolean was = counted;
        counted = false;
        return was;
    }

    /** Takes this handler out of the way of a tunnel; returns what was read too far, the caller's to release. */
    ByteBuf surrender() {
        ByteBuf rest = in;
        in = Unpooled.EMPTY_BUFFER;
        listener = null;
        pool.forget(this);
        return rest;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        ctx = added;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        in = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(context.alloc(), in, (ByteBuf) message);
        if (listener == null) {
            // Nobody asked anything: a late part of an old response, or an attempt to answer the next request.
            abandon();
            dropInput();
            return;
        }
        untouched = false;
        resume();
    }

    @Override
    public void resume() {
        while (listener != null && listener.takesMore() && step(listener)) {
            // Each step consumes what it can.
        }
        if (!in.isReadable()) {
            dropInput();
        }
        if (listener != null && ended && listener.takesMore()) {
            conclude(listener);
        }
        if (listener != null) {
            setReading(listener.takesMore());
        }
    }

    private boolean step(ResponseListener user) {
        return body == null ? readHead(user) : readBody(user, body);
    }

    private boolean readHead(ResponseListener user) {
        return switch (parser.parse(in, toHead)) {
            case Parsed.NeedMore<ResponseHead>() -> false;
            case Parsed.Rejected<ResponseHead> _ -> {
                fail(user, RequestError.RESPONSE_MALFORMED);
                yield false;
            }
            case Parsed.Head<ResponseHead>(ResponseHead next)
            when next.isInterim() -> {
                user.interim(next);
                yield true;
            }
            case Parsed.Head<ResponseHead>(ResponseHead last) -> {
                head = last;
                body = BodyReader.of(last.framing(), limits);
                user.response(last);
                yield true;
            }
        };
    }

    private boolean readBody(ResponseListener user, BodyReader reader) {
        return switch (reader.next(in)) {
            case BodyStep.NeedMore() -> false;
            case BodyStep.Data(int length) -> {
                user.data(in.readRetainedSlice(length));
                yield true;
            }
            case BodyStep.End(Fields trailers) -> {
                body = null;
                user.end(trailers);
                yield false;
            }
            case BodyStep.Malformed _ -> {
                fail(user, RequestError.RESPONSE_CUT);
                yield false;
            }
        };
    }

    private void fail(ResponseListener user, RequestError error) {
        abandon();
        user.failed(error, untouched ? ResponseListener.Seen.NOTHING : ResponseListener.Seen.SOMETHING);
    }

    /** The connection ended within a response. */
    private void conclude(ResponseListener user) {
        if (body != null && body.endsWithConnection() && !broken) {
            body = null;
            user.end(Fields.none());
        } else {
            fail(user, head == null ? RequestError.ORIGIN_CLOSED : RequestError.RESPONSE_CUT);
        }
    }

    private void setReading(boolean reading) {
        if (channel().config().isAutoRead() != reading) {
            channel().config().setAutoRead(reading);
        }
    }

    private void dropInput() {
        in.release();
        in = Unpooled.EMPTY_BUFFER;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (listener != null) {
            listener.paused();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (listener == null) {
            return;
        }
        if (context.channel().isWritable()) {
            listener.writable();
        } else {
            flush();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslCloseCompletionEvent) {
            context.close(); // The origin sends nothing more, so there is nothing more to ask it.
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        PeerFailure.logIfBug(cause);
        broken = true;
        if (!(cause instanceof IOException) || listener == null) {
            context.close();
        }
        // Else the origin takes no more; its answer may be there all the same, and after it comes the end.
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ended = true;
        SslHandler tls = context.pipeline().get(SslHandler.class);
        broken |= tls != null && !tls.sslCloseFuture().isSuccess();
        pool.forget(this);
        if (listener != null) {
            resume();
        } else {
            dropInput();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (!ended) {
            dropInput();
        }
    }
}
