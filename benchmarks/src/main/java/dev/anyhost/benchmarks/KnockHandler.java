package dev.anyhost.benchmarks;

import dev.anyhost.testkit.ClientHello;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.CompletableFuture;

/** A ClientHello and no more: what a stranger costs is then the server's cost, and hardly the client's. */
final class KnockHandler extends VisitRecorder {

    private static final int ALERT = 21;

    private final byte[] hello;

    KnockHandler(String hostname, CompletableFuture<Visit> result) {
        super(result);
        this.hello = ClientHello.forName(hostname).records();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.writeAndFlush(Unpooled.wrappedBuffer(hello));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        failed(bytes.getByte(bytes.readerIndex()) == ALERT ? "alert" : "certificate");
        bytes.release();
        ctx.close();
    }
}
