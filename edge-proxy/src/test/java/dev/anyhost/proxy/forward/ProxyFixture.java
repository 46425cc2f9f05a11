package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.forward.dns.DnsLookup;
import dev.anyhost.proxy.forward.dns.RememberedAddresses;
import dev.anyhost.testkit.ServerIdentity;
import dev.anyhost.testkit.TestCa;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;

/** A listener on loopback whose every connection is for one hostname; one event loop. */
final class ProxyFixture implements AutoCloseable {

    static final Hostname SHOP = Hostname.parse("shop.example.com").orElseThrow();
    static final TestCa CA = TestCa.create("proxy test");
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final BlockingQueue<RequestRecord> records = new LinkedBlockingQueue<>();
    final AtomicBoolean draining = new AtomicBoolean();
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final OriginTls originTls;
    private final DnsLookup lookup;
    private final Optional<SslContext> tls;
    private final Channel listener;

    /** What differs between tests. */
    record Setup(
            ForwardSettings settings,
            OriginRoutes routes,
            boolean allowPrivate,
            PoolLimits pool,
            boolean tls,
            List<InetSocketAddress> resolvers,
            RequestLimits limits,
            OriginProtocol protocol) {

        static Setup to(URI origin) {
            return to(hostname -> new OriginRoute.To(Origin.of(origin, true)));
        }

        static Setup to(OriginRoutes routes) {
            return new Setup(
                    ForwardSettings.https(443),
                    routes,
                    false,
                    PoolLimits.DEFAULT,
                    false,
                    List.of(),
                    RequestLimits.NONE,
                    OriginProtocol.HTTP_1);
        }

        Setup with(ForwardSettings other) {
            return new Setup(other, routes, allowPrivate, pool, tls, resolvers, limits, protocol);
        }

        Setup withTls() {
            return new Setup(settings, routes, allowPrivate, pool, true, resolvers, limits, protocol);
        }

        Setup withPool(PoolLimits connections) {
            return new Setup(settings, routes, allowPrivate, connections, tls, resolvers, limits, protocol);
        }

        Setup withResolver(InetSocketAddress server) {
            return new Setup(settings, routes, allowPrivate, pool, tls, List.of(server), limits, protocol);
        }

        Setup withLimits(RequestLimits other) {
            return new Setup(settings, routes, allowPrivate, pool, tls, resolvers, other, protocol);
        }

        /** Origins are spoken to in another way than HTTP/1.1. */
        Setup speaking(OriginProtocol other) {
            return new Setup(settings, routes, allowPrivate, pool, tls, resolvers, limits, other);
        }

        Setup allowingPrivate() {
            return new Setup(settings, routes, true, pool, tls, resolvers, limits, protocol);
        }
    }

    static ProxyFixture to(URI origin) {
        return start(Setup.to(origin));
    }

    static ProxyFixture start(Setup setup) {
        return start(setup, "http/1.1");
    }

    /** Connections speak HTTP/2 from their first byte. */
    static ProxyFixture startHttp2(Setup setup) {
        return start(setup, "h2");
    }

    private static ProxyFixture start(Setup setup, String protocol) {
        try {
            return new ProxyFixture(setup, protocol);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private ProxyFixture(Setup setup, String protocol) throws GeneralSecurityException, IOException {
        assertThat(NoBlocking.seen()).isEmpty();
        originTls = OriginTls.trusting(List.of(CA.root()), setup.protocol());
        tls = setup.tls() ? Optional.of(serverTls()) : Optional.empty();
        lookup = new DnsLookup(
                new DnsLookup.Transport(loops.next(), NioDatagramChannel::new, NioSocketChannel::new),
                setup.resolvers());
        var connector = new OriginConnector(
                NioSocketChannel::new,
                new RememberedAddresses(lookup, Ticker.systemTicker()),
                originTls,
                new AddressGuard(setup.allowPrivate(), this::isOwn),
                setup.settings());
        var forwarding = new Forwarding(
                setup.settings(),
                setup.routes(),
                new OriginPools(connector, setup.pool(), setup.protocol()),
                records::add,
                draining::get,
                setup.limits());
        listener = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(32 * 1024, 64 * 1024))
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        tls.ifPresent(context -> channel.pipeline().addLast(context.newHandler(channel.alloc())));
                        channels.add(channel);
                        channel.pipeline().addLast(forwarding.connection(SHOP, protocol));
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    private static SslContext serverTls() throws SSLException {
        ServerIdentity identity = CA.issue(SHOP.value());
        return SslContextBuilder.forServer(identity.privateKey(), identity.chain())
                .sslProvider(SslProvider.OPENSSL_REFCNT)
                .build();
    }

    private boolean isOwn(InetSocketAddress address) {
        return address.equals(listener.localAddress());
    }

    int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    WireClient connect() {
        try {
            return new WireClient(new Socket(InetAddress.getLoopbackAddress(), port()));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    WireClient connectTls() {
        try {
            Socket plain = new Socket(InetAddress.getLoopbackAddress(), port());
            return new WireClient(
                    CA.clientContext().getSocketFactory().createSocket(plain, SHOP.value(), port(), true));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for the next request's record. */
    RequestRecord record() {
        try {
            RequestRecord record = records.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
            if (record == null) {
                throw new AssertionError("no request was logged");
            }
            return record;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean hasRecord() {
        return !records.isEmpty();
    }

    /** Tells all connections that it is time to go. */
    void drain() {
        channels.forEach(channel -> channel.pipeline().fireUserEventTriggered(ConnectionEvent.DRAIN));
    }

    Http2Wire connectHttp2() {
        return new Http2Wire(connect()).preface();
    }

    /** Runs on the event loop after all that was submitted before, and returns then. */
    void settle() {
        loops.submit(() -> {}).syncUninterruptibly();
    }

    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        lookup.close();
        loops.shutdownGracefully(20, 2_000, TimeUnit.MILLISECONDS).syncUninterruptibly();
        originTls.close();
        tls.ifPresent(ReferenceCountUtil::release);
        assertThat(NoBlocking.seen()).isEmpty();
    }
}
