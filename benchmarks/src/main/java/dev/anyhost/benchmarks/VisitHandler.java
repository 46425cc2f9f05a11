package dev.anyhost.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** One request behind a finished handshake; the server ends the connection. */
final class VisitHandler extends VisitRecorder {

    /** Where the status code is in {@code HTTP/1.1 200}. */
    private static final int STATUS_AT = 9;

    private static final int STATUS_END = 12;

    private final String hostname;
    private double handshake;
    private double answer;
    private int status;

    VisitHandler(String hostname, CompletableFuture<Visit> result) {
        super(result);
        this.hostname = hostname;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent completion) {
            if (completion.isSuccess()) {
                handshake = now();
                String request = "GET / HTTP/1.1\r\nHost: " + hostname + "\r\nConnection: close\r\n\r\n";
                ctx.writeAndFlush(Unpooled.copiedBuffer(request, StandardCharsets.US_ASCII));
            } else {
                failed(String.valueOf(completion.cause().getMessage()));
            }
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (status == 0 && bytes.readableBytes() >= STATUS_END) {
            answer = now();
            status = Integer.parseInt(
                    bytes.toString(bytes.readerIndex() + STATUS_AT, STATUS_END - STATUS_AT, StandardCharsets.US_ASCII));
        }
        bytes.release();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (status == 0) {
            super.channelInactive(ctx);
        } else {
            ended(new Visit.Answered(handshake, answer, status));
        }
    }
}
