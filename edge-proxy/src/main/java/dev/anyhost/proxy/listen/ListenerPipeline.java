package dev.anyhost.proxy.listen;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
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
    private final ConnectionGate gate;
    private final Optional<ConnectionAge> age;

    /**
     * @param first what reads the connection's own first byte
     * @param gate who may come in
     * @param age how old connections get
     */
    public ListenerPipeline(
            List<Cidr> proxyProtocolFrom,
            Supplier<ChannelHandler> first,
            ConnectionGate gate,
            Optional<ConnectionAge> age) {
        this.proxyProtocolFrom = proxyProtocolFrom;
        this.first = first;
        this.gate = gate;
        this.age = age;
    }

    /** Everybody may come in and grow old. */
    public ListenerPipeline(List<Cidr> proxyProtocolFrom, Supplier<ChannelHandler> first) {
        this(
                proxyProtocolFrom,
                first,
                new ConnectionGate(ConnectionGate.Rules.NONE, nothing -> {}, () -> 0),
                Optional.empty());
    }

    @Override
    protected void initChannel(Channel channel) {
        boolean relayed = isFromLoadBalancer(channel);
        if (!gate.hasRoomFor(channel) || !(relayed || gate.admits(channel))) {
            channel.close();
            return;
        }
        age.ifPresent(limited -> limited.limit(channel));
        if (relayed) {
            channel.pipeline().addLast(new ProxyProtocolHandler(gate::admits));
        }
        channel.pipeline().addLast(first.get());
    }

    private boolean isFromLoadBalancer(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress peer
                && proxyProtocolFrom.stream().anyMatch(block -> block.contains(peer.getAddress()));
    }
}
