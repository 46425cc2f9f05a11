package dev.anyhost.proxy.forward;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;

/**
 * Who the client is: as the PROXY protocol said, else the connection's other end.
 *
 * <p>A load balancer that speaks the PROXY protocol passes HTTP on without reading it, so it can't answer for what a
 * request says of earlier hops: that is believed, or not, of the client named in its header. Behind a load balancer that
 * doesn't name its client, nothing is believed.
 */
public final class ClientAddress {

    private static final AttributeKey<InetSocketAddress> KEY = AttributeKey.valueOf("anyhost.client-address");
    private static final AttributeKey<Boolean> UNNAMED = AttributeKey.valueOf("anyhost.client-unnamed");
    private static final InetSocketAddress UNKNOWN = new InetSocketAddress("0.0.0.0", 0);

    private ClientAddress() {}

    /** For the PROXY protocol's handler, before any other handler asks. */
    public static void set(Channel channel, InetSocketAddress client) {
        channel.attr(KEY).set(client);
    }

    /** For the PROXY protocol's handler: the peer is a load balancer that doesn't say whom it speaks for. */
    public static void setUnknown(Channel channel) {
        channel.attr(UNNAMED).set(true);
    }

    /** Whether {@link #of} is who speaks HTTP here, so that it can be asked whether it is trusted. */
    static boolean isKnown(Channel channel) {
        return channel.attr(UNNAMED).get() == null;
    }

    /** {@code 0.0.0.0:0} for channels without addresses. */
    public static InetSocketAddress of(Channel channel) {
        InetSocketAddress told = channel.attr(KEY).get();
        if (told != null) {
            return told;
        }
        return channel.remoteAddress() instanceof InetSocketAddress peer ? peer : UNKNOWN;
    }
}
