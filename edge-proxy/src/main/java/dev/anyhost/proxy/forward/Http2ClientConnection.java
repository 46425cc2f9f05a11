package dev.anyhost.proxy.forward;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.channel.FlushOfWritten;
import dev.anyhost.proxy.http1.Http1Limits;
import dev.anyhost.proxy.http2.FrameWalk;
import dev.anyhost.proxy.http2.HeaderSection;
import dev.anyhost.proxy.http2.Http2Request;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.ArrayList;
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
    private final TimeLimits times;
    private final Http2Connection.PropertyKey key;
    private final Http2ClientFrames frames;
    private final Http2StreamErrors streamErrors;
    private final Http2Leaving leaving = new Http2Leaving(this);
    private final List<Http2ClientStream> touched = new ArrayList<>();
    private @Nullable Attached attached;
    private boolean inReadPass;
    private boolean flushScheduled;
    private final FrameWalk walk = new FrameWalk();
    private boolean sectionOpen;
    private boolean asked;
    private long checkNanos;

    /** What is known once the handler is in a pipeline. */
    private record Attached(ChannelHandlerContext ctx, ClientScope scope, Deadline deadline) {}

    Http2ClientConnection(
            Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings, Http2Setup setup) {
        super(decoder, encoder, settings);
        this.forwarding = setup.forwarding();
        this.hostname = setup.hostname();
        this.times = forwarding.settings().times();
        this.key = connection().newKey();
        this.frames = new Http2ClientFrames(this);
        this.streamErrors = new Http2StreamErrors(connection());
        decoder.frameListener(frames);
        connection().addListener(new Http2ConnectionAdapter() {
            @Override
            public void onStreamClosed(Http2Stream closed) {
                streamClosed(closed);
            }
        });
        encoder.flowController().listener(written -> {
            Http2ClientStream stream = written.getProperty(key);
            if (stream != null && encoder.flowController().isWritable(written)) {
                stream.writable();
            }
        });
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
        ctx.pipeline().addBefore(ctx.name(), null, new FlushOfWritten());
        attached = new Attached(
                ctx, ClientScope.of(forwarding, hostname, ctx), new Deadline(ctx.executor(), this::expired));
        frames.start(ctx.executor().ticker());
        super.handlerAdded(ctx);
        Http2LocalFlowController windows = decoder().flowController();
        Http2Stream whole = connection().connectionStream();
        windows.incrementWindowSize(whole, Http2Setup.CONNECTION_WINDOW - windows.windowSize(whole));
        check(times.headers());
    }

    private Attached attached() {
        if (attached == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return attached;
    }

    ChannelHandlerContext ctx() {
        return attached().ctx();
    }

    long nanoTime() {
        return ctx().executor().ticker().nanoTime();
    }

    TimeLimits times() {
        return times;
    }

    private ClientScope scope() {
        return attached().scope();
    }

    /** Looks at the time limits of all streams no later than in so long. */
    void check(Duration limit) {
        checkNanos = nanoTime() + limit.toNanos();
        attached().deadline().inNanos(limit.toNanos());
    }

    /** A stream waits for something, from now for so long. */
    void awaits(long nowNanos, long limitNanos) {
        long at = nowNanos + limitNanos;
        if (at - checkNanos < 0) {
            checkNanos = at;
            attached().deadline().inNanos(limitNanos);
        }
    }

    private void expired() {
        if (leaving.ending() || (connection().numActiveStreams() == 0 && !leaving.begun())) {
            close(ctx(), ctx().newPromise());
            return;
        }
        long now = nanoTime();
        check(times.idle());
        for (Http2ClientStream stream : streams()) {
            stream.expire(now);
        }
        leaving.expire(now);
        flush();
    }

    private List<Http2ClientStream> streams() {
        List<Http2ClientStream> all = new ArrayList<>();
        try {
            connection().forEachActiveStream(active -> {
                Http2ClientStream stream = active.getProperty(key);
                if (stream != null) {
                    all.add(stream);
                }
                return true;
            });
        } catch (Http2Exception impossible) {
            throw new IllegalStateException(impossible);
        }
        return all;
    }

    private void streamClosed(Http2Stream closed) {
        Http2ClientStream stream = closed.removeProperty(key);
        if (stream != null) {
            stream.closed();
        }
        leaving.endIfIdle();
        if (connection().numActiveStreams() == 0 && !leaving.begun()) {
            check(times.idle());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        if (leaving.ending()) {
            ReferenceCountUtil.release(message);
            return;
        }
        inReadPass = true;
        if (!frames.pay(walk.feed((ByteBuf) message))) {
            ReferenceCountUtil.release(message);
            onError(ctx, false, calm("too many frames that carry nothing"));
            return;
        }
        super.channelRead(ctx, message);
        watchSection(walk.isUnfinished());
    }

    /** Without a stream, what isn't a whole frame or header section is the beginning of a request. */
    private void watchSection(boolean unfinished) {
        if (!asked) {
            return; // The time for the first request runs from the beginning, whatever comes.
        }
        if (connection().numActiveStreams() > 0 || leaving.begun()) {
            sectionOpen = false;
        } else if (unfinished && !sectionOpen) {
            sectionOpen = true;
            check(times.headers());
        } else if (!unfinished && sectionOpen) {
            sectionOpen = false;
            check(times.idle());
        }
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
        inReadPass = false;
        touched.forEach(Http2ClientStream::flushOrigin);
        touched.clear();
        super.channelReadComplete(ctx);
    }

    /** What the stream has written to its origin goes out, together with the rest of what is being read now. */
    void flushOriginOf(Http2ClientStream stream) {
        if (inReadPass) {
            touched.add(stream);
        } else {
            stream.flushOrigin();
        }
    }

    /** Responses that arrive in one pass of the loop go out in one write. */
    void flush() {
        if (!flushScheduled && !inReadPass) {
            flushScheduled = true;
            ctx().executor().execute(() -> {
                flushScheduled = false;
                if (ctx().channel().isActive()) {
                    flush(ctx());
                }
            });
        }
    }

    /** A header section: a request's, or its trailers. */
    void headers(int id, Http2Headers headers, boolean endOfStream) throws Http2Exception {
        if (ctx().channel().bytesBeforeWritable() > MOST_UNSENT) {
            throw calm("requests without taking their responses");
        }
        Http2Stream stream = connection().stream(id);
        Http1Limits limits = forwarding.settings().requests();
        Http2ClientStream known = stream.getProperty(key);
        if (known == null) {
            begin(stream, HeaderSection.request(headers, endOfStream, limits), endOfStream);
        } else {
            known.trailers(HeaderSection.trailers(headers, limits));
        }
    }

    private static Http2Exception calm(String reason) {
        return Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, reason);
    }

    private void begin(Http2Stream stream, Http2Request request, boolean endOfStream) throws Http2Exception {
        if (forwarding.draining().getAsBoolean()) {
            leave();
        }
        asked = true;
        var begun = new Http2ClientStream(this, stream, endOfStream);
        stream.setProperty(key, begun);
        begun.start(request, scope());
    }

    /** The next of a request's body; returns how much of it needs no more room here. */
    int data(int id, ByteBuf data, boolean endOfStream) {
        Http2ClientStream stream = connection().stream(id).getProperty(key);
        return stream == null ? data.readableBytes() : stream.arrived(data, endOfStream);
    }

    /** So many bytes of a response's body went out. */
    void sent(int bytes) {
        frames.sent(bytes);
    }

    boolean takesMore(Http2Stream stream) {
        return encoder().flowController().isWritable(stream);
    }

    /** So much of a request's body was passed on: the client may send as much again. */
    void consumed(Http2Stream stream, int bytes) {
        try {
            decoder().flowController().consumeBytes(stream, bytes);
        } catch (Http2Exception ours) {
            throw new IllegalStateException("window of stream " + stream.id(), ours);
        }
        flush();
    }

    /** The client takes nothing more. */
    void giveUp() {
        ctx().close();
    }

    void reset(Http2Stream stream, Http2Error error) {
        resetStream(ctx(), stream.id(), error.code(), ctx().newPromise());
        flush();
    }

    /** No further requests; those under way and those on their way are served. */
    void leave() {
        leaving.begin();
    }

    /** The client has answered our PING. */
    void pinged() {
        leaving.pinged();
    }

    /** The flow controller tells of streams whose marks changed; the channel may have been full without its looking. */
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) throws Exception {
        super.channelWritabilityChanged(ctx);
        if (ctx.channel().isWritable()) {
            for (Http2ClientStream stream : streams()) {
                if (takesMore(stream.stream())) {
                    stream.writable();
                }
            }
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
        return super.resetStream(ctx, id, errorCode, promise);
    }

    @Override
    protected void onStreamError(
            ChannelHandlerContext ctx, boolean outbound, Throwable cause, Http2Exception.StreamException found) {
        if (!outbound && streamErrors.isLate(found)) {
            return;
        }
        Http2Exception strict = outbound ? found : streamErrors.strict(found);
        if (strict instanceof Http2Exception.StreamException ofStream) {
            if (!outbound && connection().stream(ofStream.streamId()) == null) {
                scope().refusedUnread(); // Malformed already for Netty, which made no stream of it.
            }
            super.onStreamError(ctx, outbound, cause, ofStream);
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
        attached().deadline().cancel();
    }
}
