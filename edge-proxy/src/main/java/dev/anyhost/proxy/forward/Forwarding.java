package dev.anyhost.proxy.forward;

import dev.anyhost.domain.Hostname;
import io.netty.channel.ChannelHandler;
import java.util.function.BooleanSupplier;

/**
 * What all client connections share.
 *
 * @param draining whether connections are to end with their next response
 */
public record Forwarding(
        ForwardSettings settings,
        OriginRoutes routes,
        OriginPools pools,
        RequestLog log,
        BooleanSupplier draining,
        RequestLimits limits) {

    private static final String HTTP_2 = "h2";

    /** Takes as many requests as come. */
    public Forwarding(
            ForwardSettings settings,
            OriginRoutes routes,
            OriginPools pools,
            RequestLog log,
            BooleanSupplier draining) {
        this(settings, routes, pools, log, draining, RequestLimits.NONE);
    }

    /**
     * The handler of an established connection.
     *
     * @param hostname the connection's own, as SNI said it
     * @param protocol as ALPN negotiated it
     */
    public ChannelHandler connection(Hostname hostname, String protocol) {
        return protocol.equals(HTTP_2) ? new Http2Setup(this, hostname).build() : new ClientConnection(this, hostname);
    }
}
