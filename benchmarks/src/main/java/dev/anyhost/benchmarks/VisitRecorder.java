package dev.anyhost.benchmarks;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.CompletableFuture;

/** Takes a connection's times, and says how it went once it has ended. */
abstract class VisitRecorder extends ChannelInboundHandlerAdapter {

    private static final double NANOS_PER_MILLI = 1e6;

    private final long begun = System.nanoTime();
    private final CompletableFuture<Visit> result;

    VisitRecorder(CompletableFuture<Visit> result) {
        this.result = result;
    }

    /** Milliseconds since the visit began. */
    double now() {
        return (System.nanoTime() - begun) / NANOS_PER_MILLI;
    }

    /** The first end that is told counts. */
    void ended(Visit visit) {
        result.complete(visit);
    }

    void failed(String why) {
        ended(new Visit.Failed(now(), why));
    }

    void giveUp(Channel channel) {
        failed("no answer");
        channel.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        failed("closed");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failed(String.valueOf(cause.getMessage()));
        ctx.close();
    }
}
