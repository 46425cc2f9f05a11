package dev.anyhost.proxy.forward;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.Objects;
import java.util.function.BiConsumer;

/**
 * Waits for the end of the TLS handshake with an origin, and leaves its place to what the origin speaks. TLS tells before
 * it passes on the first byte.
 */
final class OriginHandshake extends ChannelInboundHandlerAdapter {

    private final BiConsumer<ChannelPipeline, String> spoken;

    /** @param spoken hears what ALPN said, empty for nothing; not called when the handshake fails */
    OriginHandshake(BiConsumer<ChannelPipeline, String> spoken) {
        this.spoken = spoken;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess()) {
            ChannelPipeline pipeline = ctx.pipeline();
            String protocol = pipeline.get(SslHandler.class).applicationProtocol();
            pipeline.remove(this);
            spoken.accept(pipeline, Objects.requireNonNullElse(protocol, ""));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        PeerFailure.logIfBug(cause);
        ctx.close();
    }
}
