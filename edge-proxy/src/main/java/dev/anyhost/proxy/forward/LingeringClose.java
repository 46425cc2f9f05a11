package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.channel.EndOfOutput;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;

/**
 * Says goodbye after a last response: flushes, ends our direction, and leaves the other open, because closing a socket
 * with unread bytes resets it and may take the response with it. Who calls this reads on, drops what comes, and closes
 * after a while.
 */
final class LingeringClose {

    private LingeringClose() {}

    /** @param said runs once our direction has ended: from then on the client is only waited for */
    static void of(ChannelHandlerContext ctx, Runnable said) {
        Channel channel = ctx.channel();
        channel.config().setAutoRead(true);
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> {
            SslHandler tls = ctx.pipeline().get(SslHandler.class);
            if (tls == null) {
                shutDown(channel, said);
            } else {
                tls.closeOutbound().addListener(notified -> shutDown(channel, said));
            }
        });
    }

    /** The client sends nothing more: once our direction has ended, too, there is nobody to wait for. */
    static void inputEnded(Channel channel) {
        if (channel instanceof DuplexChannel duplex && duplex.isOutputShutdown()) {
            channel.close();
        }
    }

    private static void shutDown(Channel channel, Runnable said) {
        boolean inputEnded = channel instanceof DuplexChannel duplex && duplex.isInputShutdown();
        if (!inputEnded && EndOfOutput.of(channel)) {
            said.run();
        } else {
            channel.close();
        }
    }
}
