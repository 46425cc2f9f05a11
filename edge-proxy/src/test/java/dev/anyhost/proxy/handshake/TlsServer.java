package dev.anyhost.proxy.handshake;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.certificate.CertificateAnswer;
import dev.anyhost.proxy.certificate.ServableCertificate;
import dev.anyhost.store.tickets.TicketKey;
import dev.anyhost.testkit.ServerIdentity;
import dev.anyhost.testkit.TestCa;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** What a process has of TLS, without all that finds certificates: it has them for some names. */
final class TlsServer implements AutoCloseable {

    static final TestCa CA = TestCa.create("tls server");
    private static final byte[] ANSWER =
            "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final TlsContexts contexts;
    private final Map<Hostname, ServableCertificate> certificates = new HashMap<>();
    private final Channel listener;

    TlsServer(List<String> names, Supplier<List<TicketKey>> tickets) {
        this(names, tickets, lookup -> lookup);
    }

    /** @param before what is asked before the certificates */
    TlsServer(List<String> names, Supplier<List<TicketKey>> tickets, UnaryOperator<CertificateLookup> before) {
        contexts = TlsContexts.of(loops, tickets);
        names.stream().map(TlsServer::certificate).forEach(one -> certificates.put(one.hostname(), one));
        var handshakes = new Handshakes(
                before.apply((hostname, connection) -> connection.eventLoop().newSucceededFuture(answer(hostname))),
                ValidationLookup.NONE,
                contexts,
                HandshakeEvents.NONE,
                (hostname, protocol) -> new Answerer(),
                Duration.ofSeconds(20));
        listener = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new HandshakeHandler(handshakes));
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    static ServableCertificate certificate(String name) {
        ServerIdentity identity = CA.issue(name);
        return ServableCertificate.of(Hostname.parse(name).orElseThrow(), identity.chain(), identity.privateKey());
    }

    private CertificateAnswer answer(Hostname hostname) {
        ServableCertificate certificate = certificates.get(hostname);
        return certificate == null
                ? new CertificateAnswer.NotAllowed()
                : new CertificateAnswer.Serve(certificate, CertificateAnswer.Source.MEMORY);
    }

    int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /** Answers whatever comes, and closes. */
    private static final class Answerer extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
            ctx.writeAndFlush(Unpooled.wrappedBuffer(ANSWER)).addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        // Without a quiet time, a loop that hears of its end in the midst of a pass never closes its channels: engines
        // leak.
        loops.shutdownGracefully(20, 5_000, TimeUnit.MILLISECONDS).syncUninterruptibly();
        contexts.close();
        certificates.values().forEach(ServableCertificate::release);
    }
}
