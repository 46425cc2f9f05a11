package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.forward.OriginProtocol.Offer;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * Makes connections to origins: resolve, refuse forbidden addresses, connect to one address after the other, TLS; all
 * within one time limit.
 */
public final class OriginConnector implements Connecting {

    private static final int MOST_ADDRESSES = 4;

    private final ChannelFactory<? extends Channel> channels;
    private final OriginAddresses addresses;
    private final OriginTls tls;
    private final AddressGuard guard;
    private final Duration limit;
    private final ForwardSettings settings;

    /**
     * Event loops of any number may use it at once.
     *
     * @param channels makes socket channels of the event loops' transport
     * @param guard asked about each address just before it is connected to
     */
    public OriginConnector(
            ChannelFactory<? extends SocketChannel> channels,
            OriginAddresses addresses,
            OriginTls tls,
            AddressGuard guard,
            ForwardSettings settings) {
        this.channels = channels;
        this.addresses = addresses;
        this.tls = tls;
        this.guard = guard;
        this.limit = settings.times().connect();
        this.settings = settings;
    }

    @Override
    public void connect(Origin origin, Offer offer, OriginPool pool, Consumer<Outcome> outcome) {
        var attempt = new Attempt(origin, offer, pool, outcome);
        addresses.resolve(origin.peer(), pool.loop()).addListener(resolved -> {
            @SuppressWarnings("unchecked") // The future's own type, which its listener doesn't know.
            var found = resolved.isSuccess() ? (List<InetAddress>) resolved.getNow() : List.<InetAddress>of();
            attempt.resolved(found);
        });
    }

    private final class Attempt {
        private final EventLoop loop;
        private final Origin origin;
        private final Offer offer;
        private final OriginPool pool;
        private final Consumer<Outcome> outcome;
        private final long deadlineNanos;

        Attempt(Origin origin, Offer offer, OriginPool pool, Consumer<Outcome> outcome) {
            this.loop = pool.loop();
            this.origin = origin;
            this.offer = offer;
            this.pool = pool;
            this.outcome = outcome;
            this.deadlineNanos = loop.ticker().nanoTime() + limit.toNanos();
        }

        void resolved(List<InetAddress> found) {
            if (found.isEmpty()) {
                outcome.accept(new Outcome.Failed(RequestError.ORIGIN_NAME_UNRESOLVED));
                return;
            }
            List<InetAddress> permitted = found.stream()
                    .filter(address -> guard.permits(origin, address))
                    .limit(MOST_ADDRESSES)
                    .toList();
            if (permitted.isEmpty()) {
                outcome.accept(new Outcome.Failed(RequestError.ORIGIN_ADDRESS_REFUSED));
                return;
            }
            next(permitted, 0);
        }

        private Duration left() {
            return Duration.ofNanos(Math.max(0, deadlineNanos - loop.ticker().nanoTime()));
        }

        private void next(List<InetAddress> candidates, int i) {
            if (left().isZero()) {
                outcome.accept(new Outcome.Failed(RequestError.ORIGIN_CONNECT_TIMEOUT));
                return;
            }
            // A dead first address must leave time for the others.
            Duration share = left().dividedBy(candidates.size() - i);
            bootstrap(share)
                    .connect(new InetSocketAddress(candidates.get(i), origin.port()))
                    .addListener((ChannelFuture done) -> {
                        if (done.isSuccess()) {
                            connected(done.channel());
                        } else if (i + 1 < candidates.size()) {
                            next(candidates, i + 1);
                        } else {
                            outcome.accept(new Outcome.Failed(
                                    done.cause() instanceof ConnectTimeoutException
                                            ? RequestError.ORIGIN_CONNECT_TIMEOUT
                                            : RequestError.ORIGIN_UNREACHABLE));
                        }
                    });
        }

        private Bootstrap bootstrap(Duration share) {
            return new Bootstrap()
                    .group(loop)
                    .channelFactory(channels)
                    .disableResolver()
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.max(1, share.toMillis()))
                    .option(ChannelOption.TCP_NODELAY, true)
                    // An origin that closes within a request may have answered before: that is still to be read.
                    .option(ChannelOption.AUTO_CLOSE, false)
                    .handler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            if (origin.tls()) {
                                channel.pipeline().addLast(tls.handler(origin, offer, channel.alloc(), left()));
                                channel.pipeline().addLast(new OriginHandshake(Attempt.this::spoken));
                            }
                        }
                    });
        }

        private void connected(Channel channel) {
            SslHandler secure = channel.pipeline().get(SslHandler.class);
            if (secure == null) {
                outcome.accept(established(channel.pipeline(), offer == Offer.HTTP_2));
                return;
            }
            secure.handshakeFuture().addListener(done -> {
                if (!done.isSuccess()) {
                    channel.close();
                    outcome.accept(new Outcome.Failed(
                            done.cause() instanceof SslHandshakeTimeoutException
                                    ? RequestError.ORIGIN_CONNECT_TIMEOUT
                                    : RequestError.ORIGIN_TLS_FAILED));
                }
            });
        }

        /** The handshake is done; {@code protocol} is what ALPN said, if anything. */
        private void spoken(ChannelPipeline pipeline, String protocol) {
            boolean http2 = protocol.equals(ApplicationProtocolNames.HTTP_2);
            if (offer == Offer.HTTP_2 && !http2) {
                pipeline.channel().close();
                outcome.accept(new Outcome.Failed(RequestError.ORIGIN_WITHOUT_HTTP_2));
            } else {
                outcome.accept(established(pipeline, http2));
            }
        }

        private Outcome established(ChannelPipeline pipeline, boolean http2) {
            if (http2) {
                Http2OriginConnection shared = new Http2OriginSetup(origin, pool, settings).build();
                pipeline.addLast(shared);
                return new Outcome.Shared(shared);
            }
            var connection = new OriginConnection(origin, pool, settings.responses());
            pipeline.addLast(connection);
            return new Outcome.Connected(connection);
        }
    }
}
