package dev.anyhost.proxy.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class EndOfOutputTest {

    /** The reset is in the kernel, and the event loop, being here, hasn't heard of it. */
    @Test
    void resetThatNobodyHasHeardOf_isAConnectionThatIsGone() throws Exception {
        assumeTrue(Epoll.isAvailable());
        var loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        var accepted = new CompletableFuture<Channel>();
        try {
            Channel listener = new ServerBootstrap()
                    .group(loops)
                    .channel(EpollServerSocketChannel.class)
                    .childHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            accepted.complete(channel);
                        }
                    })
                    .bind(InetAddress.getLoopbackAddress(), 0)
                    .sync()
                    .channel();
            int port = ((InetSocketAddress) listener.localAddress()).getPort();
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                Channel channel = accepted.get(20, TimeUnit.SECONDS);
                client.setSoLinger(true, 0);
                boolean ended = channel.eventLoop()
                        .submit(() -> {
                            assertThat(channel.isActive()).isTrue();
                            client.close();
                            return EndOfOutput.of(channel);
                        })
                        .sync()
                        .getNow();
                assertThat(ended).isFalse();
            }
        } finally {
            loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }
}
