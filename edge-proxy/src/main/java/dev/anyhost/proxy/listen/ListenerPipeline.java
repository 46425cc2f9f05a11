package dev.anyhost.proxy.listen;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Supplier;

/**
 * The handlers of a connection, in order. For https: the PROXY header where one is due, then
 * {@link dev.anyhost.proxy.handshake.HandshakeHandler}, which replaces itself by TLS and, after that, by
 * {@link dev.anyhost.proxy.forward.ClientConnection}; or by an alert. For http: the PROXY header, then
 * {@link dev.anyhost.proxy.forward.SmallHttpHandler}.
 */
public final class ListenerPipeline extends ChannelInitializer<Channel> {

    private final List<Cidr> proxyProtocolFrom;
    private final Supplier<ChannelHandler> first;

    /** @param first what reads the connection's own first byte */
    public ListenerPipeline(List<Cidr> proxyProtocolFrom, Supplier<ChannelHandler> first) {
        this.proxyProtocolFrom = proxyProtocolFrom;
        this.first = first;
    }

    @Override
    protected void initChannel(Channel channel) {
        if (isFromLoadBalancer(channel)) {
            channel.pipeline().addLast(new ProxyProtocolHandler());
        }
        channel.pipeline().addLast(first.get());
    }

    private boolean isFromLoadBalancer(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress peer
                && proxyProtocolFrom.stream().anyMatch(block -> block.contains(peer.getAddress()));
    }
}
