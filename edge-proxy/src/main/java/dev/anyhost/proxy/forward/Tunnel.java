package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.channel.LastWords;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;

/** Two connections joined into one after a 101: bytes go both ways, each way with the other side's backpressure. */
final class Tunnel {

    private final Channel client;
    private final Channel origin;
    private final TimeLimits times;
    private final Tally tally;
    private final Deadline deadline;

    Tunnel(Channel client, Channel origin, TimeLimits times, Tally tally) {
        this.client = client;
        this.origin = origin;
        this.times = times;
        this.tally = tally;
        this.deadline = new Deadline(client.eventLoop(), this::close);
    }

    /**
     * Takes the two HTTP handlers' places and passes on what they had read too far; releases both buffers.
     *
     * @param early what the client sent after its request
     * @param rest what the origin sent after its 101
     */
    void open(ChannelHandler clientSide, ByteBuf early, ChannelHandler originSide, ByteBuf rest) {
        if (!client.isActive() || !origin.isActive()) {
            early.release();
            rest.release();
            tally.finish();
            close();
            return;
        }
        client.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        origin.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        tally.in(early.readableBytes());
        tally.out(rest.readableBytes());
        client.write(rest);
        origin.write(early);
        origin.pipeline().replace(originSide, null, new End(client, false));
        client.pipeline().replace(clientSide, null, new End(origin, true));
        deadline.in(times.idle());
        client.flush();
        origin.flush();
        client.config().setAutoRead(origin.isWritable());
        origin.config().setAutoRead(client.isWritable());
    }

    private void close() {
        client.close();
        origin.close();
    }

    private final class End extends ChannelInboundHandlerAdapter {

        private final Channel other;
        private final boolean fromClient;

        End(Channel other, boolean fromClient) {
            this.other = other;
            this.fromClient = fromClient;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            if (fromClient) {
                tally.in(bytes.readableBytes());
            } else {
                tally.out(bytes.readableBytes());
            }
            deadline.in(times.idle());
            other.write(bytes, other.voidPromise());
            if (!other.isWritable()) {
                ctx.channel().config().setAutoRead(false);
                other.flush();
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            other.flush();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            deadline.in(times.idle());
            other.config().setAutoRead(ctx.channel().isWritable());
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                passEnd(ctx.channel());
            } else if (event instanceof SslCloseCompletionEvent) {
                ctx.close(); // TLS here has no half-closed state: our side ended with the peer's.
            }
        }

        /** Half-close goes through where both sides can have it, else this end is everybody's end. */
        private void passEnd(Channel ended) {
            boolean plain = other.pipeline().get(SslHandler.class) == null
                    && ended.pipeline().get(SslHandler.class) == null;
            if (!plain || !(other instanceof DuplexChannel duplex)) {
                ended.close();
                return;
            }
            other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> duplex.shutdownOutput());
            if (ended instanceof DuplexChannel self && self.isOutputShutdown()) {
                ended.close();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            tally.finish();
            deadline.cancel();
            LastWords.of(other, times.linger());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            PeerFailure.logIfBug(cause);
            ctx.close();
        }
    }
}
