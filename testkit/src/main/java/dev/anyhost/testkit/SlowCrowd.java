package dev.anyhost.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * Thousands of connections that are as slow as they can be, of each kind as many, for as long as they are let: one that the
 * server ends is replaced, at a pace that a machine can bear on which both are.
 */
public final class SlowCrowd implements AutoCloseable {

    private static final int OPENED_A_SECOND = 500;
    private static final int LITTLE = 4_096;

    /** In what a connection is slow. */
    public enum Kind {
        /** Connects and says nothing. */
        SILENT,
        /** A ClientHello, a byte a second. */
        HELLO,
        /** A request's head, a byte a second. */
        HEAD,
        /** A request's body, a byte a second. */
        BODY,
        /** Asks for something large and takes none of it. */
        READER;

        boolean isTls() {
            return switch (this) {
                case SILENT, HELLO -> false;
                case HEAD, BODY, READER -> true;
            };
        }
    }

    /**
     * Where it goes.
     *
     * @param upload the path that bodies are for
     * @param download the path of something large
     */
    public record Aim(InetSocketAddress server, String hostname, String upload, String download) {

        byte[] begin(Kind kind) {
            String host = " HTTP/1.1\r\nHost: " + hostname + "\r\n";
            String request = switch (kind) {
                case SILENT, HELLO -> "";
                case HEAD -> "GET /" + host + "X-Slow: ";
                case BODY -> "POST " + upload + host + "Content-Length: 1000000\r\n\r\n";
                case READER -> "GET " + download + host + "\r\n";
            };
            return request.getBytes(US_ASCII);
        }
    }

    /**
     * How many there are.
     *
     * @param there that are as far as their slowness
     * @param ended that the server has ended, so far
     */
    public record Size(int there, long ended) {}

    /**
     * How one of them ended.
     *
     * @param heard what the server had said, decrypted
     */
    public record End(Kind kind, String heard) {}

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Aim aim;
    private final int each;
    private final SslContext tls;
    private final Map<Kind, Set<SlowConnection>> begun = new EnumMap<>(Kind.class);
    private final Map<Kind, Set<SlowConnection>> there = new EnumMap<>(Kind.class);
    private final List<End> ends = new ArrayList<>();
    private final Future<?> pace;

    private SlowCrowd(Aim aim, int each) throws SSLException {
        this.aim = aim;
        this.each = each;
        this.tls = SslContextBuilder.forClient()
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .endpointIdentificationAlgorithm(null)
                .build();
        for (Kind kind : Kind.values()) {
            begun.put(kind, new HashSet<>());
            there.put(kind, new HashSet<>());
        }
        long nanos = TimeUnit.SECONDS.toNanos(1) / OPENED_A_SECOND;
        pace = loop.next().scheduleAtFixedRate(this::open, 0, nanos, TimeUnit.NANOSECONDS);
    }

    /**
     * Begins to connect.
     *
     * @param each how many of each kind
     */
    public static SlowCrowd start(Aim aim, int each) {
        try {
            return new SlowCrowd(aim, each);
        } catch (SSLException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** How many there will be. */
    public int whole() {
        return each * Kind.values().length;
    }

    public Size size() {
        return onLoop(() -> new Size(there.values().stream().mapToInt(Set::size).sum(), ends.size()));
    }

    /** How those ended that the server has ended. */
    public List<End> ends() {
        return onLoop(() -> List.copyOf(ends));
    }

    private <T> T onLoop(Callable<T> question) {
        return loop.next().submit(question).syncUninterruptibly().getNow();
    }

    /** Waits until all are there; returns whether they were within {@code limit}. */
    public boolean awaitWhole(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (size().there() < whole()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return true;
    }

    /** One more of the kind of which the most are missing. */
    private void open() {
        Kind next = Kind.SILENT;
        for (Kind kind : Kind.values()) {
            if (begun(kind).size() < begun(next).size()) {
                next = kind;
            }
        }
        if (begun(next).size() < each) {
            connect(next);
        }
    }

    private Set<SlowConnection> begun(Kind kind) {
        return begun.getOrDefault(kind, Set.of());
    }

    private void connect(Kind kind) {
        var slow = new SlowConnection(kind, aim, this::arrived);
        begun(kind).add(slow);
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (kind.isTls()) {
                            channel.pipeline().addLast(tls.newHandler(channel.alloc(), aim.hostname(), -1));
                        }
                        channel.pipeline().addLast(slow);
                    }
                });
        if (kind == Kind.READER) {
            bootstrap.option(ChannelOption.SO_RCVBUF, LITTLE);
        }
        bootstrap.connect(aim.server()).channel().closeFuture().addListener(closed -> {
            begun(kind).remove(slow);
            there.getOrDefault(kind, Set.of()).remove(slow);
            ends.add(new End(kind, slow.heard()));
        });
    }

    private void arrived(SlowConnection slow) {
        there.getOrDefault(slow.kind(), Set.of()).add(slow);
    }

    @Override
    public void close() {
        pace.cancel(false);
        onLoop(() -> {
            begun.values().stream().flatMap(Set::stream).toList().forEach(SlowConnection::leave);
            return true;
        });
        loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
