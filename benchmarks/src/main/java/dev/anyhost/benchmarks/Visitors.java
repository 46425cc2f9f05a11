package dev.anyhost.benchmarks;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/**
 * Clients that open a connection for each visit, shake hands in full (never resuming), and send one request.
 *
 * <p>Why not a finished tool: wrk with {@code Connection: close} resumes every session after the first, {@code openssl
 * s_time} sends no server name, h2load opens all its connections at once. This one is Netty over BoringSSL, as cheap as
 * they come, and the same for everybody; its own share of the two processors shows in handshakes per second and not in
 * processor time per handshake. Certificates aren't verified: that would only be more work for the client.
 */
final class Visitors implements AutoCloseable {

    /** What all contenders speak: they would be compared by their groups if each took its dearest. */
    private static final String CLASSICAL = "X25519";

    /** Classical and post-quantum in one (draft-ietf-tls-ecdhe-mlkem), as browsers offer first. */
    static final String HYBRID = "X25519MLKEM768";

    private static final int THREADS = 2;

    private final MultiThreadIoEventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(THREADS, EpollIoHandler.newFactory());
    private final SslContext classical;
    private final SslContext hybrid;

    Visitors() throws SSLException {
        this.classical = context(CLASSICAL);
        this.hybrid = context(HYBRID);
    }

    /** @param group the only one offered to agree on keys in (RFC 8446 section 4.2.7) */
    private static SslContext context(String group) throws SSLException {
        return SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL_REFCNT)
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .endpointIdentificationAlgorithm(null)
                .option(OpenSslContextOption.GROUPS, new String[] {group})
                .build();
    }

    /** One visit; the future never fails. {@code patience} bounds it. */
    CompletableFuture<Visit> visit(InetSocketAddress server, String hostname, Duration patience) {
        return visit(classical, server, hostname, patience);
    }

    /** As {@link #visit}, but of someone who offers {@link #HYBRID} only. */
    CompletableFuture<Visit> hybridVisit(InetSocketAddress server, String hostname, Duration patience) {
        return visit(hybrid, server, hostname, patience);
    }

    private CompletableFuture<Visit> visit(
            SslContext tls, InetSocketAddress server, String hostname, Duration patience) {
        return connect(server, patience, result -> new VisitHandler(hostname, result), channel -> {
            SslHandler handler = new SslHandler(engine(tls, channel, hostname));
            handler.setHandshakeTimeoutMillis(patience.toMillis());
            channel.pipeline().addLast(handler);
        });
    }

    /** Sends a ClientHello for {@code hostname} that is not meant to be answered with a certificate; waits for the end. */
    CompletableFuture<Visit> knock(InetSocketAddress server, String hostname, Duration patience) {
        return connect(server, patience, result -> new KnockHandler(hostname, result), channel -> {});
    }

    /**
     * Connects, shakes hands, and leaves the connection to {@code handler}, whose future tells.
     *
     * @return the handler's future
     */
    CompletableFuture<Channel> keep(InetSocketAddress server, String hostname, KeptConnection handler) {
        bootstrap(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new SslHandler(engine(classical, channel, hostname)), handler);
                    }
                })
                .connect(server)
                .addListener((ChannelFutureListener) connected -> {
                    if (!connected.isSuccess()) {
                        handler.failed(connected.cause());
                    }
                });
        return handler.answered();
    }

    private Bootstrap bootstrap(ChannelInitializer<Channel> initializer) {
        return new Bootstrap()
                .group(loops)
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(initializer);
    }

    private CompletableFuture<Visit> connect(
            InetSocketAddress server,
            Duration patience,
            Function<CompletableFuture<Visit>, VisitRecorder> handler,
            java.util.function.Consumer<Channel> first) {
        CompletableFuture<Visit> result = new CompletableFuture<>();
        VisitRecorder recorder = handler.apply(result);
        bootstrap(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        first.accept(channel);
                        channel.pipeline().addLast(recorder);
                        var timeout = channel.eventLoop()
                                .schedule(() -> recorder.giveUp(channel), patience.toNanos(), TimeUnit.NANOSECONDS);
                        channel.closeFuture().addListener(closed -> timeout.cancel(false));
                    }
                })
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(patience.toMillis()))
                .connect(server)
                .addListener((ChannelFutureListener) connected -> {
                    if (!connected.isSuccess()) {
                        recorder.failed(String.valueOf(connected.cause().getMessage()));
                    }
                });
        return result;
    }

    /** Made without host and port, so that there is nothing to look an earlier session up by. */
    private static SSLEngine engine(SslContext tls, Channel channel, String hostname) {
        SSLEngine engine = tls.newEngine(channel.alloc());
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(hostname)));
        engine.setSSLParameters(parameters);
        return engine;
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
