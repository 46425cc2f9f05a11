package dev.anyhost.local;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.testkit.OriginConnection;
import dev.anyhost.testkit.RawOrigin;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Thousands of visitors who ask for something large and then don't take it, at a proxy with little memory. */
class SlowReadersTest {

    private static final int READERS = 2_000;
    private static final int AT_ONCE = 100;
    private static final int LARGE = 1024 * 1024;
    private static final String PIECE = "x".repeat(16 * 1024);
    private static final String HOST = "shop.example";
    private static final String REQUEST = "GET /large HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n";

    @TempDir
    static Path folder;

    @Test
    void slowReaders_leaveMemoryAndOthersAlone() throws Exception {
        try (TestSystem system = new TestSystem(folder);
                RawOrigin origin = RawOrigin.start(SlowReadersTest::serve)) {
            system.allow(HOST);
            List<String> memory = List.of("-Xmx96m", "-XX:MaxDirectMemorySize=" + System.getProperty("direct", "192m"));
            try (ProxyProcess proxy = ProxyProcess.start(system, origin.uri(), memory, Map.of())) {
                system.client(system.httpsPort).connect(HOST).close();
                try (var readers = new Readers(system.httpsPort, system.pebble.issuingRoots())) {
                    readers.start();
                    for (int i = 0; i < 20; i++) {
                        byte[] answer = system.client(system.httpsPort)
                                .exchange(
                                        HOST,
                                        ("GET / HTTP/1.1\r\nHost: " + HOST + "\r\nConnection: close\r\n\r\n")
                                                .getBytes(ISO_8859_1));
                        assertThat(new String(answer, ISO_8859_1)).endsWith("\r\n\r\nok");
                    }
                    assertThat(readers.open()).isEqualTo(READERS);
                }
                assertThat(proxy.isAlive()).isTrue();
                assertThat(proxy.output()).noneMatch(line -> line.contains("OutOf") || line.contains("ERROR"));
            }
        }
    }

    private static void serve(OriginConnection connection) throws IOException {
        for (var request = connection.readRequest(); request.isPresent(); request = connection.readRequest()) {
            if (request.get().target().equals("/large")) {
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: " + LARGE + "\r\n\r\n");
                for (int sent = 0; sent < LARGE; sent += PIECE.length()) {
                    connection.write(PIECE);
                }
            } else {
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
        }
    }

    /** Connections that read a response's first bytes and stop. */
    private static final class Readers implements AutoCloseable {

        private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        private final List<Channel> channels = new ArrayList<>();
        private final Semaphore connecting = new Semaphore(AT_ONCE);
        private final CountDownLatch answered = new CountDownLatch(READERS);
        private final SslContext tls;
        private final int port;

        Readers(int port, List<X509Certificate> roots) throws Exception {
            this.port = port;
            tls = SslContextBuilder.forClient()
                    .trustManager(roots.toArray(X509Certificate[]::new))
                    .build();
        }

        void start() throws InterruptedException {
            for (int i = 0; i < READERS; i++) {
                assertThat(connecting.tryAcquire(30, TimeUnit.SECONDS))
                        .as("stuck after " + (READERS - answered.getCount()))
                        .isTrue();
                channels.add(new Bootstrap()
                        .group(loops)
                        .channel(EpollSocketChannel.class)
                        .option(ChannelOption.SO_RCVBUF, 4_096)
                        .handler(new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                channel.pipeline().addLast(tls.newHandler(channel.alloc(), HOST, port), new Stopping());
                            }
                        })
                        .connect(InetAddress.getLoopbackAddress(), port)
                        .channel());
            }
            assertThat(answered.await(60, TimeUnit.SECONDS))
                    .as(answered.getCount() + " without an answer")
                    .isTrue();
        }

        long open() {
            return channels.stream().filter(Channel::isActive).count();
        }

        @Override
        public void close() {
            channels.forEach(Channel::close);
            loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
            ReferenceCountUtil.release(tls);
        }

        private final class Stopping extends SimpleChannelInboundHandler<ByteBuf> {

            private boolean first = true;

            @Override
            public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                if (event instanceof SslHandshakeCompletionEvent completion && completion.isSuccess()) {
                    ctx.writeAndFlush(Unpooled.copiedBuffer(REQUEST, ISO_8859_1));
                }
            }

            @Override
            protected void channelRead0(ChannelHandlerContext ctx, ByteBuf bytes) {
                ctx.channel().config().setAutoRead(false);
                if (first) {
                    first = false;
                    connecting.release();
                    answered.countDown();
                }
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                ctx.close();
            }
        }
    }
}
