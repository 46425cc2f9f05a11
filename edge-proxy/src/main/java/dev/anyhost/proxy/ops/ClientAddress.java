package dev.anyhost.proxy.ops;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;

/** Who is at the other end of a connection: what a trusted PROXY header said, or else the peer itself. */
public final class ClientAddress {

    private static final AttributeKey<InetSocketAddress> SAID_BY_PROXY =
            AttributeKey.valueOf(ClientAddress.class, "saidByProxy");
    private static final InetSocketAddress UNKNOWN = new InetSocketAddress(0);

    private ClientAddress() {}

    /** Notes what a trusted source's PROXY header said. */
    public static void note(Channel channel, InetSocketAddress source) {
        channel.attr(SAID_BY_PROXY).set(source);
    }

    public static InetSocketAddress of(Channel channel) {
        InetSocketAddress said = channel.attr(SAID_BY_PROXY).get();
        if (said != null) {
            return said;
        }
        return channel.remoteAddress() instanceof InetSocketAddress peer ? peer : UNKNOWN;
    }
}
