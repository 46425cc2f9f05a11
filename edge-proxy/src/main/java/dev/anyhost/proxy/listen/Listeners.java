package dev.anyhost.proxy.listen;

import dev.anyhost.proxy.forward.ConnectionEvent;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** The listening sockets and the connections that came in through them. */
public final class Listeners {

    private static final int BACKLOG = 4096;
    /** What thousands of clients who don't take their responses may hold each; the kernel's buffers come on top. */
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(32 * 1024, 64 * 1024);

    private final EventLoops loops;
    private final Runnable acceptFailed;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    private final List<Channel> sockets = new ArrayList<>();
    private final List<Own> own = new CopyOnWriteArrayList<>();

    /** One socket's addresses: a wildcard stands for those that the machine had when it was opened. */
    private record Own(Set<InetAddress> addresses, boolean wildcard, int port) {

        static Own of(InetSocketAddress bound) throws IOException {
            InetAddress address = bound.getAddress();
            return address.isAnyLocalAddress()
                    ? new Own(
                            NetworkInterface.networkInterfaces()
                                    .flatMap(NetworkInterface::inetAddresses)
                                    .collect(Collectors.toUnmodifiableSet()),
                            true,
                            bound.getPort())
                    : new Own(Set.of(address), false, bound.getPort());
        }

        boolean is(InetSocketAddress other) {
            InetAddress address = other.getAddress();
            // Linux takes a connection to 0.0.0.0 as one to itself, and all of 127.0.0.0/8 for its own.
            boolean local = address.isAnyLocalAddress() || (wildcard && address.isLoopbackAddress());
            return other.getPort() == port && (local || addresses.contains(address));
        }
    }

    /** @param acceptFailed told on the event loop when a connection couldn't be accepted, for want of a file descriptor */
    public Listeners(EventLoops loops, Runnable acceptFailed) {
        this.loops = loops;
        this.acceptFailed = acceptFailed;
    }

    public Listeners(EventLoops loops) {
        this(loops, () -> {});
    }

    /**
     * Opens one listening socket.
     *
     * @return the address it is bound to, with the port the system chose for port 0
     * @throws IOException when the address can't be bound; the message names it
     */
    public InetSocketAddress open(InetSocketAddress address, ChannelHandler pipeline) throws IOException {
        ChannelFuture bound = new ServerBootstrap()
                .group(loops.group())
                .channelFactory(loops.servers())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .handler(new AcceptFailures())
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.add(channel);
                        channel.pipeline().addLast(pipeline);
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    address.getAddress().getHostAddress() + ":" + address.getPort() + " can't be listened on: "
                            + bound.cause().getMessage(),
                    bound.cause());
        }
        sockets.add(bound.channel());
        var local = (InetSocketAddress) bound.channel().localAddress();
        own.add(Own.of(local));
        return local;
    }

    /** Only listens in: Netty's own acceptor, which comes next, stops accepting for a second. */
    private final class AcceptFailures extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            acceptFailed.run();
            ctx.fireExceptionCaught(cause);
        }
    }

    /** Whether a connection to this address would come in here. Any thread may ask; answers at once. */
    public boolean isOwn(InetSocketAddress address) {
        return own.stream().anyMatch(socket -> socket.is(address));
    }

    /** Stops accepting; connections go on. */
    public void stopAccepting() {
        sockets.forEach(socket -> socket.close().awaitUninterruptibly());
        // Who was accepted a moment ago is on its way to a loop of its own, and has to be there to be told of the end.
        loops.group().forEach(loop -> loop.submit(() -> {}).awaitUninterruptibly());
    }

    /** Tells every connection that it is time to go: idle ones close, others after the response under way. */
    public void announceEnd() {
        connections.forEach(channel -> channel.pipeline().fireUserEventTriggered(ConnectionEvent.DRAIN));
    }

    /** Waits until no connection is left; after {@code grace} the rest are closed. */
    public void awaitEmpty(Duration grace) {
        connections.newCloseFuture().awaitUninterruptibly(grace.toMillis());
        connections.close().awaitUninterruptibly();
    }
}
