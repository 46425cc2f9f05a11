package dev.anyhost.proxy.handshake;

import dev.anyhost.domain.Hostname;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

/** Waits for the end of the TLS handshake and gives its place to what serves the connection. */
final class EstablishedHandler extends ChannelInboundHandlerAdapter {

    private static final String HTTP_1_1 = "http/1.1";

    private final Handshakes handshakes;
    private final Hostname hostname;
    private final SslHandler tls;

    EstablishedHandler(Handshakes handshakes, Hostname hostname, SslHandler tls) {
        this.handshakes = handshakes;
        this.hostname = hostname;
        this.tls = tls;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (!(event instanceof SslHandshakeCompletionEvent completion)) {
            ctx.fireUserEventTriggered(event);
            return;
        }
        if (!completion.isSuccess()) {
            handshakes.events().failed();
            ctx.close();
            return;
        }
        handshakes.events().served(hostname);
        String protocol = tls.applicationProtocol();
        ctx.pipeline()
                .replace(
                        this, null, handshakes.established().handler(hostname, protocol == null ? HTTP_1_1 : protocol));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
