package dev.anyhost.benchmarks;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A flood at a pace: so many batches of frames a second, in turn over so many places. A place whose connection was cut makes
 * a new one for its next batch. So everybody is offered the same, whoever cuts at the price of a handshake for each batch,
 * and the attack takes no more than its share of the processors that it runs on as well.
 */
final class Attackers implements AutoCloseable {

    static final int PLACES = 32;
    static final int BATCHES_A_SECOND = 100;

    private static final long NANOS_BETWEEN = TimeUnit.SECONDS.toNanos(1) / BATCHES_A_SECOND;

    private final MultiThreadIoEventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final Contender contender;
    private final SslContext tls;
    private final Flood flood;
    private final List<Place> places = new ArrayList<>();
    private final Future<?> pace;
    private int turn;
    private long sent;
    private long cut;

    private Attackers(Contender contender, SslContext tls, Flood flood) {
        this.contender = contender;
        this.tls = tls;
        this.flood = flood;
        for (int i = 0; i < PLACES; i++) {
            places.add(new Place());
        }
        pace = loop.next()
                .scheduleAtFixedRate(
                        () -> places.get(turn++ % PLACES).attack(), 0, NANOS_BETWEEN, TimeUnit.NANOSECONDS);
    }

    /** Begins; {@code tls} offers h2. */
    static Attackers start(Contender contender, SslContext tls, Flood flood) {
        return new Attackers(contender, tls, flood);
    }

    /**
     * What came of it so far.
     *
     * @param frames that went to the kernel
     * @param cut connections that the other side ended
     */
    record Toll(long frames, long cut) {}

    Toll toll() {
        return loop.next()
                .submit(() -> new Toll(sent, cut))
                .syncUninterruptibly()
                .getNow();
    }

    @Override
    public void close() {
        pace.cancel(false);
        loop.submit(() -> places.forEach(Place::leave)).syncUninterruptibly();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** One connection at a time. */
    private final class Place {

        private @Nullable Channel channel;
        private boolean ready;
        private int batches;

        /** Who is still connecting, or doesn't get rid of what it has said, loses its turn. */
        void attack() {
            if (channel == null) {
                connect();
            } else if (ready && channel.isWritable()) {
                send(channel);
            }
        }

        private void connect() {
            ready = false;
            batches = 0;
            channel = new Bootstrap()
                    .group(loop)
                    .channel(EpollSocketChannel.class)
                    .handler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel made) {
                            made.pipeline()
                                    .addLast(tls.newHandler(made.alloc(), Field.HOSTNAME, -1), new Reader(Place.this));
                        }
                    })
                    .connect(contender.https())
                    .channel();
            channel.closeFuture().addListener(closed -> {
                if (channel != null) {
                    channel = null;
                    cut++;
                }
            });
        }

        void established(Channel connection) {
            ready = true;
            ByteBuf preface = connection.alloc().buffer();
            Flood.preface(preface);
            var _ = connection.write(preface);
            send(connection);
        }

        private void send(Channel connection) {
            ByteBuf frames = connection.alloc().buffer();
            flood.batch(frames, batches++);
            connection.writeAndFlush(frames).addListener((ChannelFutureListener) written -> {
                if (written.isSuccess()) {
                    sent += Flood.FRAMES;
                }
            });
        }

        void leave() {
            Channel left = channel;
            channel = null;
            if (left != null) {
                left.close();
            }
        }
    }

    /** Takes whatever comes, and looks at nothing. */
    private static final class Reader extends ChannelInboundHandlerAdapter {

        private final Place place;

        Reader(Place place) {
            this.place = place;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent completion && completion.isSuccess()) {
                place.established(ctx.channel());
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
