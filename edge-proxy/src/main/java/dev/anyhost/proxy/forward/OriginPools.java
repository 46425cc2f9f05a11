package dev.anyhost.proxy.forward;

import io.netty.channel.EventLoop;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The origin pools of all event loops. Any thread may call. */
public final class OriginPools {

    private final Connecting connector;
    private final PoolLimits limits;
    private final OriginProtocol protocol;
    private final Map<EventLoop, OriginPool> pools = new ConcurrentHashMap<>();

    public OriginPools(OriginConnector connector, PoolLimits limits, OriginProtocol protocol) {
        this((Connecting) connector, limits, protocol);
    }

    OriginPools(Connecting connector, PoolLimits limits, OriginProtocol protocol) {
        this.connector = connector;
        this.limits = limits;
        this.protocol = protocol;
    }

    OriginPool of(EventLoop loop) {
        return pools.computeIfAbsent(loop, l -> new OriginPool(l, connector, limits, protocol));
    }
}
