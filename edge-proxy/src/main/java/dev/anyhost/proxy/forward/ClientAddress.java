package dev.anyhost.proxy.forward;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;

/** Who the client is: as the PROXY protocol said, else the connection's other end. */
public final class ClientAddress {

    private static final AttributeKey<InetSocketAddress> KEY = AttributeKey.valueOf("anyhost.client-address");
    private static final InetSocketAddress UNKNOWN = new InetSocketAddress("0.0.0.0", 0);

    private ClientAddress() {}

    /** For the PROXY protocol's handler, before any other handler asks. */
    public static void set(Channel channel, InetSocketAddress client) {
        channel.attr(KEY).set(client);
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
