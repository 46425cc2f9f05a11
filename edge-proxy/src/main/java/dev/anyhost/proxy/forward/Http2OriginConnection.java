package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.channel.FlushOfWritten;
import dev.anyhost.proxy.http1.Http1Limits;
import io.netty.buffer.ByteBuf;
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

    private final Http2OriginSetup setup;
    private final Http2Connection.PropertyKey key;
    private final StreamRoom room;
    private final OriginTerms terms;
    private final List<Http2OriginStream> touched = new ArrayList<>();
    private @Nullable ChannelHandlerContext ctx;
    private boolean inReadPass;
    private boolean flushScheduled;
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
        this.key = connection().newKey();
        this.room = new StreamRoom(connection());
        this.terms = new OriginTerms(
                encoder.configuration().headersConfiguration(),
                setup.pool().loop(),
                setup.times().connect(),
                this::untold);
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

    /** To a channel that is connected already. */
    @Override
    public void handlerAdded(ChannelHandlerContext added) throws Exception {
        ctx = added;
        added.pipeline().addBefore(added.name(), null, new FlushOfWritten());
        super.handlerAdded(added);
        Http2Stream whole = connection().connectionStream();
        int now = decoder().flowController().windowSize(whole);
        decoder().flowController().incrementWindowSize(whole, Http2OriginSetup.CONNECTION_WINDOW - now);
        flush();
    }

    private ChannelHandlerContext ctx() {
        if (ctx == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return ctx;
    }

    Origin origin() {
        return setup.origin();
    }

    Http1Limits limits() {
        return setup.limits();
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
        return connection().numActiveStreams() == 0 && terms.waiting() == 0;
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
            opened.setProperty(key, by);
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
        if (stream.state() != Http2Stream.State.CLOSED) {
            if (++cancelled >= Http2OriginSetup.MOST_CANCELLED) {
                withdraw();
            }
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

    private void streamClosed(Http2Stream closed) {
        Http2OriginStream stream = closed.removeProperty(key);
        if (stream != null) {
            stream.closed();
        }
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
        Http2Stream of = connection().stream(id);
        Http2OriginStream stream = of == null ? null : of.getProperty(key);
        if (stream != null) {
            touched.add(stream);
        }
        return stream;
    }

    /** Those on streams with higher numbers. */
    List<Http2OriginStream> streamsAfter(int last) {
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

    /** The flow controller tells of streams whose marks changed; the channel may have been full without its looking. */
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) throws Exception {
        super.channelWritabilityChanged(context);
        if (context.channel().isWritable()) {
            streamsAfter(0).stream().filter(Http2OriginStream::isWritable).forEach(Http2OriginStream::writable);
        }
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
