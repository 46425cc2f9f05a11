package dev.anyhost.proxy.listen;

import dev.anyhost.proxy.forward.ClientAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Takes the PROXY header that a load balancer must send first, and gives way to what follows. On connections from the
 * configured sources only; without a header in time, or with something else, the connection is closed.
 */
final class ProxyProtocolHandler extends ChannelInboundHandlerAdapter {

    private static final long PATIENCE_SECONDS = 3;

    private final Predicate<Channel> admitted;
    private ByteBuf in = Unpooled.EMPTY_BUFFER;
    private boolean closed;
    private @Nullable Future<?> patience;

    /** @param admitted whether a connection may go on, asked when its client is known; not for a load balancer's own */
    ProxyProtocolHandler(Predicate<Channel> admitted) {
        this.admitted = admitted;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        patience = ctx.executor().schedule(() -> close(ctx), PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (closed) {
            bytes.release();
            return;
        }
        in = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), in, bytes);
        switch (ProxyHeader.read(in)) {
            case ProxyHeader.Incomplete() -> {}
            case ProxyHeader.Malformed() -> close(ctx);
            case ProxyHeader.Relayed(InetSocketAddress client) -> {
                ClientAddress.set(ctx.channel(), client);
                admit(ctx);
            }
            case ProxyHeader.Unnamed() -> {
                ClientAddress.setUnknown(ctx.channel());
                admit(ctx);
            }
            case ProxyHeader.Own() -> giveWay(ctx);
        }
    }

    private void admit(ChannelHandlerContext ctx) {
        if (admitted.test(ctx.channel())) {
            giveWay(ctx);
        } else {
            close(ctx);
        }
    }

    private void giveWay(ChannelHandlerContext ctx) {
        ByteBuf rest = in;
        in = Unpooled.EMPTY_BUFFER;
        if (rest.isReadable()) {
            ctx.fireChannelRead(rest);
        } else {
            rest.release();
        }
        ctx.pipeline().remove(this);
    }

    private void close(ChannelHandlerContext ctx) {
        closed = true;
        drop();
        ctx.close();
    }

    private void drop() {
        in.release();
        in = Unpooled.EMPTY_BUFFER;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (patience != null) {
            patience.cancel(false);
        }
        drop();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable reset) {
        close(ctx);
    }
}
