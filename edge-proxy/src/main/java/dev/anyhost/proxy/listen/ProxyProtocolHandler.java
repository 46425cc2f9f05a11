package dev.anyhost.proxy.listen;

import dev.anyhost.proxy.forward.ClientAddress;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes the PROXY header (HAProxy's PROXY protocol, versions 1 and 2) that a load balancer must send first, and gives way
 * to what follows. Sits behind Netty's decoder, on connections from the configured sources only.
 */
final class ProxyProtocolHandler extends ChannelInboundHandlerAdapter {

    private static final long PATIENCE_SECONDS = 3;

    private @Nullable Future<?> patience;

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        patience = ctx.executor().schedule(() -> ctx.close(), PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof HAProxyMessage header)) {
            ctx.fireChannelRead(message);
            return;
        }
        try {
            note(ctx, header);
        } finally {
            header.release();
        }
        ctx.pipeline().remove(this);
    }

    /** LOCAL is the load balancer's own connection: the peer is who it is. */
    private static void note(ChannelHandlerContext ctx, HAProxyMessage header) {
        String address = header.sourceAddress();
        if (header.command() == HAProxyCommand.LOCAL || address == null) {
            return;
        }
        try {
            ClientAddress.set(
                    ctx.channel(), new InetSocketAddress(InetAddress.ofLiteral(address), header.sourcePort()));
        } catch (IllegalArgumentException notAnAddress) {
            ctx.close();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (patience != null) {
            patience.cancel(false);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable malformed) {
        ctx.close();
    }
}
