package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.Http1Limits;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/2 connection to an origin (RFC 9113) that the requests of one event loop share, each by an
 * {@link Http2OriginStream}. A response that is malformed ends its stream; the others never see it.
 */
final class Http2OriginConnection extends Http2ConnectionHandler {

    private final Http2OriginSetup setup;
    private final Http2Streams<Http2OriginStream> streams;
    private final StreamRoom room;
    private final OriginTerms terms;
    private boolean retired;
    private int cancelled;
    private long idleSinceNanos;

    Http2OriginConnection(
            Http2ConnectionDecoder decoder,
            Http2ConnectionEncoder encoder,
            Http2Settings settings,
            Http2OriginSetup setup) {
        super(decoder, encoder, settings);
        this.setup = setup;
        this.streams = new Http2Streams<>(this, this::streamClosed);
        this.room = new StreamRoom(connection());
        this.terms = new OriginTerms(
                encoder.configuration().headersConfiguration(),
                setup.pool().loop(),
                setup.times().connect(),
                this::untold);
        decoder.frameListener(new Http2OriginFrames(this));
    }

    /** To a channel that is connected already. */
    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
        streams.added(ctx);
        super.handlerAdded(ctx);
        streams.openWindow(Http2OriginSetup.CONNECTION_WINDOW);
        streams.flush();
    }

    private ChannelHandlerContext ctx() {
        return streams.ctx();
    }

    Origin origin() {
        return setup.origin();
    }

    Http1Limits limits() {
        return setup.limits();
    }

    /** How long an origin that has said all may take for the rest of a request. */
    Duration patience() {
        return setup.times().originIdle();
    }

    Channel channel() {
        return ctx().channel();
    }

    StreamRoom room() {
        return room;
    }

    OriginTerms terms() {
        return terms;
    }

    /** The origin doesn't say what it takes: who waits to hear it has waited for long enough. */
    private void untold() {
        List<Http2OriginStream> all = terms.takeWaiting();
        retire();
        all.forEach(stream -> stream.fail(RequestError.ORIGIN_CONNECT_TIMEOUT, BodyListener.Seen.SOMETHING));
    }

    /** Whether it takes one more request. */
    boolean takesStream() {
        return !retired && channel().isActive() && room.isFree(terms.waiting());
    }

    boolean isIdle() {
        return streams.active() == 0 && terms.waiting() == 0;
    }

    long idleSinceNanos() {
        return idleSinceNanos;
    }

    /** Sends a request's head; null when no stream can be had any more. */
    @Nullable
    Http2Stream open(Http2OriginStream by, Http2Headers headers, boolean endOfStream) {
        if (!takesStream()) {
            return null;
        }
        int id = connection().local().incrementAndGetNextStreamId();
        encoder().writeHeaders(ctx(), id, headers, 0, endOfStream, ctx().newPromise());
        Http2Stream opened = connection().stream(id);
        if (opened != null) {
            streams.use(opened, by);
        }
        return opened;
    }

    void writeData(Http2Stream stream, ByteBuf data, boolean endOfStream) {
        encoder().writeData(ctx(), stream.id(), data, 0, endOfStream, ctx().newPromise());
    }

    void writeTrailers(Http2Stream stream, Http2Headers trailers) {
        if (stream.state() != Http2Stream.State.CLOSED) {
            encoder().writeHeaders(ctx(), stream.id(), trailers, 0, true, ctx().newPromise());
        }
    }

    boolean takesMore(Http2Stream stream) {
        return streams.takesMore(stream);
    }

    /** So much of a response's body was passed on: the origin may send as much again. */
    void consumed(Http2Stream stream, int bytes) {
        streams.consumed(stream, bytes);
    }

    void reset(Http2Stream stream, Http2Error error) {
        if (stream.state() != Http2Stream.State.CLOSED) {
            if (++cancelled >= Http2OriginSetup.MOST_CANCELLED) {
                withdraw();
            }
            resetStream(ctx(), stream.id(), error.code(), ctx().newPromise());
            flush();
        }
    }

    @Override
    public ChannelFuture resetStream(ChannelHandlerContext context, int id, long errorCode, ChannelPromise promise) {
        streams.writePending(id);
        return super.resetStream(context, id, errorCode, promise);
    }

    /** Requests that are made in one pass of the loop go out in one write. */
    void flush() {
        streams.flush();
    }

    /** No further requests; the connection ends with the last of those under way. */
    void retire() {
        withdraw();
        closeIfDone();
    }

    private void withdraw() {
        if (!retired) {
            retired = true;
            setup.pool().withdraw(this);
            // Nothing of theirs was sent: another connection is as good.
            terms.takeWaiting().forEach(stream -> stream.fail(RequestError.ORIGIN_CLOSED, BodyListener.Seen.REFUSAL));
        }
    }

    private void closeIfDone() {
        if (retired && isIdle()) {
            channel().close();
        }
    }

    private void streamClosed() {
        rest();
        closeIfDone();
    }

    /** Without a request it is kept for a while only. */
    void rest() {
        if (isIdle() && !retired) {
            idleSinceNanos = ctx().executor().ticker().nanoTime();
            setup.pool().rests();
        }
    }

    /** Whose frame has come; null when nobody waits for it any more. */
    @Nullable
    Http2OriginStream touched(int id) {
        Http2OriginStream stream = streams.user(id);
        if (stream != null) {
            streams.touch(stream);
        }
        return stream;
    }

    /** Those on streams with higher numbers. */
    List<Http2OriginStream> streamsAfter(int last) {
        return streams.usersAfter(last);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) throws Exception {
        super.channelWritabilityChanged(context);
        if (context.channel().isWritable()) {
            streams.channelWritable();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        streams.reading();
        super.channelRead(context, message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
        streams.read();
        super.channelReadComplete(context);
    }

    @Override
    protected void onStreamError(
            ChannelHandlerContext context, boolean outbound, Throwable cause, Http2Exception.StreamException found) {
        Http2Stream known = connection().stream(found.streamId());
        if (known == null && !outbound && found.error() == Http2Error.STREAM_CLOSED) {
            return; // It was on its way when we reset the stream.
        }
        if (Http2Streams.isRest(outbound, known)) {
            return;
        }
        Http2OriginStream stream = streams.user(found.streamId());
        if (stream != null) {
            stream.malformed();
        }
        super.onStreamError(context, outbound, cause, found);
    }

    @Override
    protected void onConnectionError(
            ChannelHandlerContext context, boolean outbound, Throwable cause, @Nullable Http2Exception protocol) {
        List<Http2OriginStream> all = streams.users();
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
