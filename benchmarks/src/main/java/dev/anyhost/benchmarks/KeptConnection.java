package dev.anyhost.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** Sends one request behind a finished handshake, and once that is answered leaves the connection open and silent. */
final class KeptConnection extends ChannelInboundHandlerAdapter {

    private static final int HEAD_LIMIT = 16_384;

    private final CompletableFuture<Channel> answered = new CompletableFuture<>();
    private final StringBuilder answer = new StringBuilder();
    private final String request;
    private final int status;
    private final int bodyBytes;

    /**
     * @param request a complete head
     * @param status that is expected
     * @param bodyBytes that come with it
     */
    KeptConnection(String request, int status, int bodyBytes) {
        this.request = request;
        this.status = status;
        this.bodyBytes = bodyBytes;
    }

    /** The open connection; fails when something else came. */
    CompletableFuture<Channel> answered() {
        return answered;
    }

    void failed(Throwable cause) {
        answered.completeExceptionally(cause);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent completion) {
            if (completion.isSuccess()) {
                ctx.writeAndFlush(Unpooled.copiedBuffer(request, StandardCharsets.US_ASCII));
            } else {
                failed(completion.cause());
            }
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        answer.append(bytes.toString(StandardCharsets.ISO_8859_1));
        bytes.release();
        int head = answer.indexOf("\r\n\r\n");
        if (head >= 0 && answer.length() == head + 4 + bodyBytes) {
            if (answer.indexOf("HTTP/1.1 " + status) == 0) {
                answered.complete(ctx.channel());
            } else {
                failed(new IOException("answer: " + answer.substring(0, head)));
            }
        } else if (answer.length() > HEAD_LIMIT + bodyBytes) {
            failed(new IOException("answer: " + answer.substring(0, HEAD_LIMIT)));
            ctx.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        failed(new IOException("closed after " + answer));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failed(cause);
        ctx.close();
    }
}
