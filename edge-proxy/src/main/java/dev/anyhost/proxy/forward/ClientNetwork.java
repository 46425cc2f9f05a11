package dev.anyhost.proxy.forward;

import io.netty.channel.Channel;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Optional;

/**
 * Whom limits count as one client: an IPv4 address, or the /64 of an IPv6 address, which is the least that a site has.
 *
 * @param prefix the address's bits, or the network's
 */
public record ClientNetwork(boolean six, long prefix) {

    private static final int NETWORK_OCTETS = 8;

    /** Empty when nobody says whom the connection's peer speaks for. */
    public static Optional<ClientNetwork> of(Channel channel) {
        return ClientAddress.isKnown(channel)
                ? Optional.of(of(ClientAddress.of(channel).getAddress()))
                : Optional.empty();
    }

    static ClientNetwork of(InetAddress address) {
        byte[] octets = address.getAddress();
        long prefix = 0;
        for (byte octet : Arrays.copyOf(octets, Math.min(octets.length, NETWORK_OCTETS))) {
            prefix = (prefix << 8) | (octet & 0xff);
        }
        return new ClientNetwork(address instanceof Inet6Address, prefix);
    }
}
