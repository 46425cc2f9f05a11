package dev.anyhost.proxy.listen;

import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.concurrent.TimeUnit;

/**
 * The event loops, on epoll where there is one, and what makes the channels that go with them.
 *
 * @param servers makes listening sockets
 * @param clients makes connections to origins
 * @param datagrams makes sockets for name look-ups
 */
public record EventLoops(
        EventLoopGroup group,
        ChannelFactory<? extends ServerSocketChannel> servers,
        ChannelFactory<? extends SocketChannel> clients,
        ChannelFactory<? extends DatagramChannel> datagrams)
        implements AutoCloseable {

    private static final long STOP_SECONDS = 3;

    /** One loop for each processor. */
    public static EventLoops start() {
        int loops = Runtime.getRuntime().availableProcessors();
        return Epoll.isAvailable()
                ? new EventLoops(
                        new MultiThreadIoEventLoopGroup(loops, EpollIoHandler.newFactory()),
                        EpollServerSocketChannel::new,
                        EpollSocketChannel::new,
                        EpollDatagramChannel::new)
                : new EventLoops(
                        new MultiThreadIoEventLoopGroup(loops, NioIoHandler.newFactory()),
                        NioServerSocketChannel::new,
                        NioSocketChannel::new,
                        NioDatagramChannel::new);
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(STOP_SECONDS + 1, TimeUnit.SECONDS);
    }
}
