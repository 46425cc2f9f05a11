package dev.anyhost.proxy.handshake;

import dev.anyhost.proxy.channel.EndOfOutput;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Ends a connection that has no TLS yet with a fatal alert (RFC 8446 section 6), and reads on for a moment before it
 * closes: closing with unread bytes makes the kernel send a reset, which eats the alert on its way.
 */
final class LingeringAlert extends ChannelInboundHandlerAdapter {

    /** {@code unrecognized_name}, RFC 6066 section 3. */
    static final int UNRECOGNIZED_NAME = 112;

    /** {@code internal_error}, RFC 8446 section 6.2. */
    static final int INTERNAL_ERROR = 80;

    private static final int MAX_DRAINED = 64 * 1024;
    private static final long LINGER_MILLIS = 2_000;

    private final int description;
    private int drained;

    LingeringAlert(int description) {
        this.description = description;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ByteBuf alert = ctx.alloc().buffer(7);
        alert.writeByte(21).writeShort(0x0301).writeShort(2).writeByte(2).writeByte(description);
        ctx.writeAndFlush(alert).addListener(sent -> endOutput(ctx.channel()));
        Future<?> linger = ctx.executor().schedule(() -> ctx.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
        ctx.channel().closeFuture().addListener(closed -> linger.cancel(false));
        ctx.channel().config().setAutoRead(true);
    }

    private static void endOutput(Channel channel) {
        if (!EndOfOutput.of(channel)) {
            channel.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        drained += ((ByteBuf) message).readableBytes();
        ReferenceCountUtil.release(message);
        if (drained > MAX_DRAINED) {
            ctx.close();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        ReferenceCountUtil.release(event);
        ctx.close(); // the client closed its side, or the socket is broken
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
