package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.channel.EndOfOutput;
import dev.anyhost.proxy.channel.LastWords;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;

/**
 * An HTTP/2 stream and a connection to an origin joined into one after an extended CONNECT (RFC 8441): the origin's end.
 * Bytes go both ways, each way with the other side's backpressure.
 */
final class StreamTunnel extends ChannelInboundHandlerAdapter {

    private final Http2ClientStream client;
    private final Channel origin;
    private final TimeLimits times;
    private final Tally tally;
    private boolean over;

    StreamTunnel(Http2ClientStream client, Channel origin, TimeLimits times, Tally tally) {
        this.client = client;
        this.origin = origin;
        this.times = times;
        this.tally = tally;
    }

    /** Takes the HTTP handler's place, and passes on what it had read too far. */
    void open(OriginConnection handler) {
        client.await(times.idle());
        ByteBuf rest = handler.surrender();
        if (!origin.isActive()) {
            rest.release();
            end(false);
            return;
        }
        origin.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        origin.pipeline().replace(handler, null, this);
        toClient(rest);
        clientWritable();
    }

    boolean takesMore() {
        return !over && origin.isWritable();
    }

    void fromClient(ByteBuf data) {
        tally.in(data.readableBytes());
        client.await(times.idle());
        origin.write(data, origin.voidPromise());
    }

    void flushOrigin() {
        origin.flush();
    }

    /** The client sends nothing more: half-close where the origin can have it. */
    void clientEnded() {
        origin.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> {
            if (origin.pipeline().get(SslHandler.class) != null || !EndOfOutput.of(origin)) {
                origin.close();
            }
        });
    }

    void clientWritable() {
        if (!over) {
            client.await(times.idle());
            origin.config().setAutoRead(client.takesMore());
        }
    }

    /** The client is gone. */
    void close() {
        if (!over) {
            over = true;
            tally.finish();
            LastWords.of(origin, times.linger());
        }
    }

    private void end(boolean clean) {
        if (!over) {
            over = true;
            tally.finish();
            client.tunnelEnded(clean);
            origin.close();
        }
    }

    private void toClient(ByteBuf data) {
        tally.out(data.readableBytes());
        client.await(times.idle());
        client.data(data);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf data = (ByteBuf) message;
        if (over) {
            data.release();
            return;
        }
        toClient(data);
        origin.config().setAutoRead(client.takesMore());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!over) {
            client.flush();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable() && !over) {
            client.resume();
        } else {
            ctx.flush();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            end(true);
        } else if (event instanceof SslCloseCompletionEvent notified) {
            end(notified.isSuccess());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        SslHandler tls = ctx.pipeline().get(SslHandler.class);
        end(tls == null || tls.sslCloseFuture().isSuccess());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        PeerFailure.logIfBug(cause);
        end(false);
    }
}
