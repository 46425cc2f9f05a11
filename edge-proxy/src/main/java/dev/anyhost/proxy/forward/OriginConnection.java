package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.BodyFraming;
import dev.anyhost.proxy.http1.Fields;
import dev.anyhost.proxy.http1.Http1Limits;
import dev.anyhost.proxy.http1.RequestHead;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
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
    private final Http1Responses responses;
    private @Nullable ChannelHandlerContext ctx;

    private @Nullable ResponseListener listener;
    private boolean chunked;
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
        this.responses = new Http1Responses(limits);
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
        chunked = request.framing() instanceof BodyFraming.Chunked;
        responses.begin(request.isHead());
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
        listener = null;
        if (requestComplete && responses.isClean() && isUsable()) {
            used = true;
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
            responses.drop();
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

    @Override
    public TunnelEnd tunnel(Tunnel.Side side, boolean halves) {
        listener = null;
        pool.forget(this);
        return new ChannelEnd(channel(), side, this, responses.surrender(), halves);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        ctx = added;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        responses.arrived((ByteBuf) message, context.alloc());
        if (listener == null) {
            // Nobody asked anything: a late part of an old response, or an attempt to answer the next request.
            abandon();
            responses.drop();
            return;
        }
        untouched = false;
        resume();
    }

    @Override
    public void resume() {
        while (listener != null && step(listener)) {
            // Each step consumes what it can.
        }
        responses.dropIfRead();
        if (listener != null && ended && (listener.takesMore() || (!broken && responses.isWholeAtEnd()))) {
            conclude(listener);
        }
        if (listener != null) {
            // What comes next may be the end only, for which nobody needs room.
            setReading(listener.takesMore() || !responses.hasUnread());
        }
    }

    private boolean step(ResponseListener user) {
        return switch (responses.step(user, user.takesMore())) {
            case FURTHER -> true;
            case MORE_NEEDED, ENDED -> false;
            case MALFORMED -> {
                fail(user, responses.hasHead() ? RequestError.RESPONSE_CUT : RequestError.RESPONSE_MALFORMED);
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
        if (!broken && responses.endsWithConnection()) {
            user.end(Fields.none());
        } else {
            fail(user, responses.hasHead() ? RequestError.RESPONSE_CUT : RequestError.ORIGIN_CLOSED);
        }
    }

    private void setReading(boolean reading) {
        if (channel().config().isAutoRead() != reading) {
            channel().config().setAutoRead(reading);
        }
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
            responses.drop();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (!ended) {
            responses.drop();
        }
    }
}
