package dev.anyhost.proxy.forward;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.http1.Http1Limits;
import dev.anyhost.proxy.http2.FrameWalk;
import dev.anyhost.proxy.http2.Http2Request;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client's HTTP/2 connection for one hostname (RFC 9113): gives each stream's request to an {@link Http2ClientStream}.
 * Frames are Netty's business; what they may cost is limited here.
 */
final class Http2ClientConnection extends Http2ConnectionHandler {

    /** Of responses that wait for the connection itself, in bytes: heads and small answers have no window. */
    private static final long MOST_UNSENT = 1024 * 1024;

    private final Forwarding forwarding;
    private final Hostname hostname;
    private final TimeLimits limits;
    private final Http2Streams<Http2ClientStream> streams;
    private final Http2ClientFrames frames;
    private final Http2StreamErrors streamErrors;
    private final Http2Leaving leaving = new Http2Leaving(this);
    private final FrameWalk walk = new FrameWalk();
    private @Nullable Attached attached;

    /** What is known once the handler is in a pipeline. */
    private record Attached(ClientScope scope, Http2ClientTimes times) {}

    Http2ClientConnection(
            Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings, Http2Setup setup) {
        super(decoder, encoder, settings);
        this.forwarding = setup.forwarding();
        this.hostname = setup.hostname();
        this.limits = forwarding.settings().times();
        this.streams = new Http2Streams<>(this, this::streamClosed);
        this.frames = new Http2ClientFrames(this);
        this.streamErrors = new Http2StreamErrors(connection());
        decoder.frameListener(frames);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
        streams.added(ctx);
        attached = new Attached(
                ClientScope.of(forwarding, hostname, ctx), new Http2ClientTimes(limits, ctx.executor(), this::expired));
        frames.start(ctx.executor().ticker());
        super.handlerAdded(ctx);
        streams.openWindow(Http2Setup.CONNECTION_WINDOW);
        times().check(limits.headers());
    }

    private Attached attached() {
        if (attached == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return attached;
    }

    ChannelHandlerContext ctx() {
        return streams.ctx();
    }

    TimeLimits limits() {
        return limits;
    }

    Http2ClientTimes times() {
        return attached().times();
    }

    private ClientScope scope() {
        return attached().scope();
    }

    /** Without a request, and not about to end. */
    private boolean isResting() {
        return streams.active() == 0 && !leaving.begun();
    }

    private void expired() {
        if (leaving.ending() || isResting()) {
            close(ctx(), ctx().newPromise());
            return;
        }
        long now = times().nanoTime();
        times().check(limits.idle());
        for (Http2ClientStream stream : streams.users()) {
            stream.expire(now);
        }
        leaving.expire(now);
        flush();
    }

    private void streamClosed() {
        leaving.endIfIdle();
        if (isResting()) {
            times().check(limits.idle());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        if (leaving.ending()) {
            ReferenceCountUtil.release(message);
            return;
        }
        streams.reading();
        if (!frames.pay(walk.feed((ByteBuf) message))) {
            ReferenceCountUtil.release(message);
            onError(ctx, false, Http2ClientFrames.calm("too many frames that carry nothing"));
            return;
        }
        super.channelRead(ctx, message);
        times().watchSection(walk.isUnfinished(), isResting());
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (leaving.ending()) {
            in.skipBytes(in.readableBytes());
        } else {
            super.decode(ctx, in, out);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        streams.read();
        super.channelReadComplete(ctx);
    }

    /** Responses that arrive in one pass of the loop go out in one write. */
    void flush() {
        streams.flush();
    }

    Http2Streams<Http2ClientStream> streams() {
        return streams;
    }

    /** Whether too much waits for the connection itself. */
    boolean isOverfull() {
        return ctx().channel().bytesBeforeWritable() > MOST_UNSENT;
    }

    /** What clients' header sections may be. */
    Http1Limits sections() {
        return forwarding.settings().requests();
    }

    /** A request has come, whole or with a body to follow. */
    void begin(int id, Http2Request request, boolean complete) throws Http2Exception {
        if (forwarding.draining().getAsBoolean()) {
            leave();
        }
        times().asked();
        Http2Stream stream = connection().stream(id);
        var begun = new Http2ClientStream(this, stream, complete);
        streams.use(stream, begun);
        begun.start(request, scope());
    }

    /** So many bytes of a response's body went out. */
    void sent(int bytes) {
        frames.sent(bytes);
    }

    /** The client takes nothing more. */
    void giveUp() {
        ctx().close();
    }

    void reset(Http2Stream stream, Http2Error error) {
        resetStream(ctx(), stream.id(), error.code(), ctx().newPromise());
        flush();
    }

    /** Whether nothing that the client says counts any more. */
    boolean isEnding() {
        return leaving.ending();
    }

    /** No further requests; those under way and those on their way are served. */
    void leave() {
        leaving.begin();
    }

    /** The client has answered our PING. */
    void pinged() {
        leaving.pinged();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) throws Exception {
        super.channelWritabilityChanged(ctx);
        if (ctx.channel().isWritable()) {
            streams.channelWritable();
        }
    }

    /** From outside: at once. */
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (ctx.channel().isActive() && !connection().goAwaySent() && !leaving.ending()) {
            int last = connection().remote().lastStreamCreated();
            goAway(ctx, last, Http2Error.NO_ERROR.code(), Unpooled.EMPTY_BUFFER, ctx.newPromise());
            ctx.flush();
        }
        ctx.close(promise);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (event == ConnectionEvent.DRAIN) {
            leave();
        } else if (event instanceof SslCloseCompletionEvent) {
            ctx.close(); // TLS here has no half-closed state: our side ended with the client's.
        } else {
            super.userEventTriggered(ctx, event);
        }
    }

    @Override
    public ChannelFuture resetStream(ChannelHandlerContext ctx, int id, long errorCode, ChannelPromise promise) {
        streamErrors.weReset(id);
        streams.writePending(id);
        ChannelFuture written = super.resetStream(ctx, id, errorCode, promise);
        if (!frames.payForReset(errorCode)) {
            onError(ctx, false, Http2ClientFrames.calm("too many requests that had to be reset"));
        }
        return written;
    }

    @Override
    protected void onStreamError(
            ChannelHandlerContext ctx, boolean outbound, Throwable cause, Http2Exception.StreamException found) {
        if ((!outbound && streamErrors.isLate(found))
                || Http2Streams.isRest(outbound, connection().stream(found.streamId()))) {
            return;
        }
        Http2Exception strict = outbound ? found : streamErrors.strict(found);
        if (strict instanceof Http2Exception.StreamException ofStream) {
            if (!outbound && connection().stream(ofStream.streamId()) == null) {
                scope().refusedUnread(); // Malformed already for Netty, which made no stream of it.
            }
            super.onStreamError(
                    ctx, outbound, cause, ofStream); // Which resets the stream by resetStream, known or not.
        } else {
            onConnectionError(ctx, outbound, cause, strict);
        }
    }

    @Override
    protected void onConnectionError(
            ChannelHandlerContext ctx, boolean outbound, Throwable cause, @Nullable Http2Exception protocol) {
        if (protocol == null) {
            PeerFailure.logIfBug(cause);
        }
        if (!leaving.ending()) {
            leaving.fail(
                    protocol == null
                            ? new Http2Exception(Http2Error.INTERNAL_ERROR, "internal error", cause)
                            : protocol);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
        if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) != null) {
            super.exceptionCaught(ctx, cause);
        } else {
            PeerFailure.logIfBug(cause);
            ctx.close();
        }
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) throws Exception {
        super.handlerRemoved0(ctx);
        times().cancel();
    }
}
