package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.channel.EndOfOutput;
import dev.anyhost.proxy.channel.LastWords;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;

/** A tunnel's end that has a connection of its own, after HTTP/1.1's upgrade. */
final class ChannelEnd extends ChannelInboundHandlerAdapter implements TunnelEnd {

    private final Channel channel;
    private final Tunnel.Side side;
    private final ChannelHandler before;
    private final ByteBuf read;
    private final boolean halves;
    /** The other end has said all, and this one can't listen on: its close is no break. */
    private boolean leaving;

    /**
     * An end that isn't open yet.
     *
     * @param before the HTTP handler, whose place it takes
     * @param read what that had read too far; released when this opens
     * @param halves whether the peer that has said all may still listen; never with TLS
     */
    ChannelEnd(Channel channel, Tunnel.Side side, ChannelHandler before, ByteBuf read, boolean halves) {
        this.channel = channel;
        this.side = side;
        this.before = before;
        this.read = read;
        this.halves = halves && isPlain(channel);
    }

    /** TLS here has no half-closed state. */
    static boolean isPlain(Channel channel) {
        return channel.pipeline().get(SslHandler.class) == null;
    }

    @Override
    public void open() {
        side.arrived(read);
        if (channel.isActive()) {
            channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
            channel.pipeline().replace(before, null, this);
        } else {
            side.gone(false);
        }
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public void write(ByteBuf data) {
        channel.write(data, channel.voidPromise());
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public void finish() {
        if (isPlain(channel)) {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> {
                if (!EndOfOutput.of(channel)) {
                    channel.close();
                }
            });
        } else {
            leaving = true;
            close();
        }
    }

    @Override
    public void resume() {
        channel.config().setAutoRead(side.takesMore());
    }

    @Override
    public void close() {
        LastWords.of(channel, side.linger());
    }

    @Override
    public void abort() {
        close(); // Protocols in tunnels have ends of their own; what was said before still counts.
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        side.arrived((ByteBuf) message);
        if (!side.takesMore()) {
            channel.config().setAutoRead(false);
            side.paused();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        side.paused();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (channel.isWritable()) {
            side.writable();
        } else {
            channel.flush();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent && halves) {
            side.ended();
        } else if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
            ctx.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        side.gone(leaving || tls == null || tls.sslCloseFuture().isSuccess());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        PeerFailure.logIfBug(cause);
        side.gone(false);
        ctx.close();
    }
}
