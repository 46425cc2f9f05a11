package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.channel.FlushOfWritten;
import dev.anyhost.proxy.http1.Http1Limits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
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
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/2 connection to an origin (RFC 9113) that the requests of one event loop share, each by an
 * {@link Http2OriginStream}. A response that is malformed ends its stream; the others never see it.
 */
final class Http2OriginConnection extends Http2ConnectionHandler {

    /** The last stream but some that a connection can have. */
    private static final int LAST_STREAM = Integer.MAX_VALUE - 1_000;

    private final Origin origin;
    private final OriginPool pool;
    private final Http1Limits limits;
    private final Http2Connection.PropertyKey key;
    private final List<Http2OriginStream> touched = new ArrayList<>();
    private @Nullable ChannelHandlerContext ctx;
    private boolean inReadPass;
    private boolean flushScheduled;
    private int most = Http2OriginSetup.MOST_STREAMS;
    private boolean answered;
    private boolean retired;
    private long idleSinceNanos;

    Http2OriginConnection(
            Http2ConnectionDecoder decoder,
            Http2ConnectionEncoder encoder,
            Http2Settings settings,
            Http2OriginSetup setup) {
        super(decoder, encoder, settings);
        this.origin = setup.origin();
        this.pool = setup.pool();
        this.limits = setup.limits();
        this.key = connection().newKey();
        decoder.frameListener(new Http2OriginFrames(this));
        connection().addListener(new Http2ConnectionAdapter() {
            @Override
            public void onStreamClosed(Http2Stream closed) {
                streamClosed(closed);
            }
        });
        encoder.flowController().listener(written -> {
            Http2OriginStream stream = written.getProperty(key);
            if (stream != null && encoder.flowController().isWritable(written)) {
                stream.writable();
            }
        });
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) throws Exception {
        ctx = added;
        added.pipeline().addBefore(added.name(), null, new FlushOfWritten());
        super.handlerAdded(added);
        if (added.channel().isActive()) {
            widen();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext active) throws Exception {
        super.channelActive(active);
        widen();
    }

    private void widen() throws Http2Exception {
        Http2LocalFlowController windows = decoder().flowController();
        Http2Stream whole = connection().connectionStream();
        windows.incrementWindowSize(whole, Http2OriginSetup.CONNECTION_WINDOW - windows.windowSize(whole));
        flush();
    }

    private ChannelHandlerContext ctx() {
        if (ctx == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return ctx;
    }

    Origin origin() {
        return origin;
    }

    Channel channel() {
        return ctx().channel();
    }

    Http1Limits limits() {
        return limits;
    }

    ByteBufAllocator allocator() {
        return ctx().alloc();
    }

    ByteBuf nothing() {
        return Unpooled.EMPTY_BUFFER;
    }

    /** Whether the origin has answered anything here. */
    boolean hasAnswered() {
        return answered;
    }

    /** Whether it takes one more request. */
    boolean takesStream() {
        Http2Connection.Endpoint<?> ours = connection().local();
        return !retired
                && channel().isActive()
                && connection().numActiveStreams() < most
                && ours.canOpenStream()
                && ours.lastStreamCreated() < LAST_STREAM;
    }

    boolean isIdle() {
        return connection().numActiveStreams() == 0;
    }

    long idleSinceNanos() {
        return idleSinceNanos;
    }

    /** Sends a request's head; null when no stream can be had any more. */
    @Nullable Http2Stream open(Http2OriginStream by, Http2Headers headers, boolean endOfStream) {
        if (!takesStream()) {
            return null;
        }
        int id = connection().local().incrementAndGetNextStreamId();
        encoder().writeHeaders(ctx(), id, headers, 0, endOfStream, ctx().newPromise());
        Http2Stream opened = connection().stream(id);
        if (opened != null) {
            opened.setProperty(key, by);
        }
        return opened;
    }

    void writeData(Http2Stream stream, ByteBuf data, boolean endOfStream) {
        encoder().writeData(ctx(), stream.id(), data, 0, endOfStream, ctx().newPromise());
    }

    void writeTrailers(Http2Stream stream, Http2Headers trailers) {
        if (connection().stream(stream.id()) != null) {
            encoder().writeHeaders(ctx(), stream.id(), trailers, 0, true, ctx().newPromise());
        }
    }

    boolean takesMore(Http2Stream stream) {
        return encoder().flowController().isWritable(stream);
    }

    /** So much of a response's body was passed on: the origin may send as much again. */
    void consumed(Http2Stream stream, int bytes) {
        try {
            decoder().flowController().consumeBytes(stream, bytes);
        } catch (Http2Exception ours) {
            throw new IllegalStateException("window of stream " + stream.id(), ours);
        }
        flush();
    }

    void reset(Http2Stream stream, Http2Error error) {
        if (connection().stream(stream.id()) != null) {
            resetStream(ctx(), stream.id(), error.code(), ctx().newPromise());
            flush();
        }
    }

    /** Requests that are made in one pass of the loop go out in one write. */
    void flush() {
        if (!flushScheduled && !inReadPass) {
            flushScheduled = true;
            ctx().executor().execute(() -> {
                flushScheduled = false;
                if (channel().isActive()) {
                    flush(ctx());
                }
            });
        }
    }

    /** No further requests; the connection ends with the last of those under way. */
    void retire() {
        withdraw();
        closeIfDone();
    }

    private void withdraw() {
        if (!retired) {
            retired = true;
            pool.withdraw(this);
        }
    }

    private void closeIfDone() {
        if (retired && isIdle()) {
            channel().close();
        }
    }

    private void streamClosed(Http2Stream closed) {
        Http2OriginStream stream = closed.removeProperty(key);
        if (stream != null) {
            stream.closed();
        }
        if (isIdle() && !retired) {
            idleSinceNanos = ctx().executor().ticker().nanoTime();
            pool.rests();
        }
        closeIfDone();
    }

    private @Nullable Http2OriginStream touch(int id) {
        Http2Stream of = connection().stream(id);
        Http2OriginStream stream = of == null ? null : of.getProperty(key);
        if (stream != null) {
            touched.add(stream);
        }
        return stream;
    }

    void headers(int id, Http2Headers headers, boolean endOfStream) throws Http2Exception {
        answered = true;
        Http2OriginStream stream = touch(id);
        if (stream != null) {
            stream.headers(headers, endOfStream);
        }
    }

    /** The next of a response's body; returns how much of it needs no more room here. */
    int data(int id, ByteBuf data, boolean endOfStream) throws Http2Exception {
        Http2OriginStream stream = touch(id);
        return stream == null ? data.readableBytes() : stream.data(data, endOfStream);
    }

    void resetByOrigin(int id, long errorCode) {
        Http2OriginStream stream = touch(id);
        if (errorCode == Http2Error.REFUSED_STREAM.code()) {
            most = Math.max(1, connection().numActiveStreams() - 1); // As many as it had without this one.
        }
        if (stream != null) {
            stream.reset(errorCode);
        }
    }

    /** The origin says anew how many requests it takes at a time. */
    void told() {
        most = Http2OriginSetup.MOST_STREAMS;
    }

    /** The origin wants no further requests, and hasn't looked at those after the last one (RFC 9113 section 6.8). */
    void goneAway(int last) {
        List<Http2OriginStream> passedOver = streamsAfter(last);
        retire();
        passedOver.forEach(Http2OriginStream::passedOver);
    }

    private List<Http2OriginStream> streamsAfter(int last) {
        List<Http2OriginStream> all = new ArrayList<>();
        try {
            connection().forEachActiveStream(active -> {
                Http2OriginStream stream = active.getProperty(key);
                if (stream != null && active.id() > last) {
                    all.add(stream);
                }
                return true;
            });
        } catch (Http2Exception impossible) {
            throw new IllegalStateException(impossible);
        }
        return all;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        inReadPass = true;
        super.channelRead(context, message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
        inReadPass = false;
        touched.forEach(Http2OriginStream::paused);
        touched.clear();
        super.channelReadComplete(context);
    }

    @Override
    protected void onStreamError(
            ChannelHandlerContext context, boolean outbound, Throwable cause, Http2Exception.StreamException found) {
        Http2Stream known = connection().stream(found.streamId());
        if (known == null && !outbound && found.error() == Http2Error.STREAM_CLOSED) {
            return; // It was on its way when we reset the stream.
        }
        Http2OriginStream stream = known == null ? null : known.getProperty(key);
        if (stream != null) {
            stream.malformed();
        }
        super.onStreamError(context, outbound, cause, found);
    }

    @Override
    protected void onConnectionError(
            ChannelHandlerContext context, boolean outbound, Throwable cause, @Nullable Http2Exception protocol) {
        List<Http2OriginStream> all = streamsAfter(0);
        withdraw();
        if (protocol == null) {
            PeerFailure.logIfBug(cause);
        } else if (!outbound) {
            all.forEach(Http2OriginStream::malformed);
        }
        super.onConnectionError(context, outbound, cause, protocol);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event instanceof SslCloseCompletionEvent) {
            context.close(); // The origin sends nothing more, so there is nothing more to ask it.
        } else {
            super.userEventTriggered(context, event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) throws Exception {
        if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) != null) {
            super.exceptionCaught(context, cause);
        } else {
            PeerFailure.logIfBug(cause);
            context.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        withdraw();
        super.channelInactive(context);
    }
}
