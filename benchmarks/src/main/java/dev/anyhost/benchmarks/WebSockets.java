package dev.anyhost.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** WebSockets over TLS that each send a message as soon as the one before has come back. */
final class WebSockets {

    private static final int CONNECTIONS = 64;
    private static final int MESSAGE_BYTES = 100;

    /** Final and text; masked, with a mask of zeros (RFC 6455 section 5.2). */
    private static final byte[] SENT = new byte[6 + MESSAGE_BYTES];

    /** What comes back isn't masked. */
    private static final int RETURNED_BYTES = 2 + MESSAGE_BYTES;

    static {
        java.util.Arrays.fill(SENT, (byte) 'x');
        SENT[0] = (byte) 0x81;
        SENT[1] = (byte) (0x80 | MESSAGE_BYTES);
        java.util.Arrays.fill(SENT, 2, 6, (byte) 0);
    }

    private WebSockets() {}

    /**
     * Counts the messages that come back in {@code seconds}.
     *
     * @throws IOException when a connection doesn't become a WebSocket, or ends
     */
    static Wrk.Run run(Visitors visitors, Contender contender, String hostname, int seconds) throws IOException {
        String upgrade = "GET " + Origin.WEB_SOCKET + " HTTP/1.1\r\nHost: " + hostname
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        List<CompletableFuture<Channel>> opened = new ArrayList<>();
        for (int connection = 0; connection < CONNECTIONS; connection++) {
            opened.add(visitors.keep(contender.https(), hostname, new KeptConnection(upgrade, 101, 0)));
        }
        try {
            List<Channel> channels =
                    opened.stream().map(CompletableFuture::join).toList();
            long begun = System.nanoTime();
            long end = begun + Duration.ofSeconds(seconds).toNanos();
            List<Echoes> loads =
                    channels.stream().map(channel -> new Echoes(channel, end)).toList();
            long messages =
                    loads.stream().mapToLong(load -> load.returned.join()).sum();
            return new Wrk.Run(messages, messages * 1e9 / (System.nanoTime() - begun));
        } catch (CompletionException failed) {
            throw new IOException(contender.name() + ": " + failed.getCause(), failed);
        }
    }

    /** One connection's share; runs on its event loop. */
    private static final class Echoes extends ChannelInboundHandlerAdapter {

        private final CompletableFuture<Long> returned = new CompletableFuture<>();
        private final long end;
        private long messages;
        private int bytes;

        Echoes(Channel channel, long end) {
            this.end = end;
            channel.eventLoop().execute(() -> {
                channel.pipeline().replace(KeptConnection.class, "echoes", this);
                send(channel);
            });
        }

        private static void send(Channel channel) {
            channel.writeAndFlush(Unpooled.wrappedBuffer(SENT));
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf part = (ByteBuf) message;
            bytes += part.readableBytes();
            part.release();
            if (bytes < RETURNED_BYTES) {
                return;
            }
            bytes -= RETURNED_BYTES;
            messages++;
            if (System.nanoTime() - end < 0) {
                send(ctx.channel());
            } else {
                returned.complete(messages);
                ctx.close();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            returned.completeExceptionally(new IOException("closed after " + messages + " messages"));
        }
    }
}
