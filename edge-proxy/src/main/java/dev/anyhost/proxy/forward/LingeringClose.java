package dev.anyhost.proxy.forward;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;

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

    private static void shutDown(Channel channel, Runnable said) {
        if (channel.isActive() && endOutput(channel)) {
            said.run();
        } else {
            channel.close();
        }
    }

    /** Asks the socket itself where it can: Netty makes an exception with a stack trace for every end of output. */
    private static boolean endOutput(Channel channel) {
        if (channel instanceof UnixChannel unix && unix.fd() instanceof Socket socket) {
            try {
                socket.shutdown(false, true);
                return true;
            } catch (IOException gone) {
                return false;
            }
        }
        if (channel instanceof DuplexChannel duplex) {
            duplex.shutdownOutput();
            return true;
        }
        return false;
    }
}
