package dev.anyhost.proxy.forward;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import java.time.Duration;

/**
 * How a client's connection is left (RFC 9113 section 6.8): the client is told to go, then also which request is the last,
 * and with that one's response the connection ends. What was on its way before the client knew is served.
 */
final class Http2Leaving {

    private static final int EVERY_STREAM = Integer.MAX_VALUE;

    private final Http2ClientConnection connection;
    private boolean begun;
    private boolean lastKnown;
    private boolean ending;
    private long untilNanos;

    Http2Leaving(Http2ClientConnection connection) {
        this.connection = connection;
    }

    boolean begun() {
        return begun;
    }

    /** Only the client's end of the connection is waited for. */
    boolean ending() {
        return ending;
    }

    /** No further requests, for whoever has heard of it. */
    void begin() {
        if (begun) {
            return;
        }
        begun = true;
        goAway(EVERY_STREAM);
        // What the client sent before it knew is here when it answers.
        ChannelHandlerContext ctx = connection.ctx();
        connection.encoder().writePing(ctx, false, 0, ctx.newPromise());
        Duration longest = connection.limits().drain();
        long now = connection.times().nanoTime();
        untilNanos = now + longest.toNanos();
        connection.times().awaits(now, longest.toNanos());
        connection.flush();
    }

    /** The client has answered a PING. */
    void pinged() {
        if (begun && !lastKnown) {
            tellLast();
        }
    }

    /** A time limit may be over: that of a client which never answers our PING is looked at. */
    void expire(long nowNanos) {
        if (!begun || lastKnown) {
            return;
        }
        long left = untilNanos - nowNanos;
        if (left > 0) {
            connection.times().awaits(nowNanos, left);
        } else {
            tellLast();
        }
    }

    private void tellLast() {
        goAway(connection.connection().remote().lastStreamCreated());
        lastKnown = true;
        connection.flush();
        endIfIdle();
    }

    private void goAway(int last) {
        ChannelHandlerContext ctx = connection.ctx();
        connection.goAway(ctx, last, Http2Error.NO_ERROR.code(), Unpooled.EMPTY_BUFFER, ctx.newPromise());
    }

    /** The last response may be out. */
    void endIfIdle() {
        if (lastKnown && !ending && connection.connection().numActiveStreams() == 0) {
            end();
            linger();
        }
    }

    /**
     * After a connection error (RFC 9113 section 5.4.1): the client may read why, nothing that it sends is looked at any more,
     * and its streams end.
     */
    void fail(Http2Exception why) {
        ChannelHandlerContext ctx = connection.ctx();
        int told = connection.connection().remote().lastStreamKnownByPeer();
        connection
                .encoder()
                .frameWriter()
                .writeGoAway(
                        ctx,
                        told < 0 ? EVERY_STREAM : told, // Which stream it was isn't known to Netty in all cases.
                        why.error().code(),
                        Http2CodecUtil.toByteBuf(ctx, why),
                        ctx.newPromise());
        begun = true;
        end();
        // Not within what has found the error: that may still have the stream in its hands.
        ctx.executor().execute(() -> {
            if (ctx.channel().isActive()) {
                connection.connection().close(ctx.voidPromise());
                linger();
            }
        });
    }

    private void end() {
        ending = true;
        connection.times().check(connection.limits().bodyIdle());
    }

    private void linger() {
        LingeringClose.of(
                connection.ctx(),
                () -> connection.times().check(connection.limits().linger()));
    }
}
