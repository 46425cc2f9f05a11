package dev.anyhost.proxy.forward;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Predicate;

/**
 * Keeps a tenant's origin out of the operator's network: only globally routable unicast addresses pass (IANA's
 * special-purpose registries, RFC 6890). Asked about resolved addresses just before connecting, so that a name can't
 * change between check and use. Nobody's origin may be this proxy itself: such a request would come round for ever.
 */
public final class AddressGuard {

    /** Azure's metadata and DNS service answers at a public address. */
    private static final int AZURE_WIRE_SERVER = 0xA83F_8110;

    private final boolean allowPrivate;
    private final Predicate<InetSocketAddress> own;

    /**
     * Any thread may ask it.
     *
     * @param allowPrivate whether any origin may be at a private, loopback or link-local address
     * @param own whether this process listens at an address; answers at once
     */
    public AddressGuard(boolean allowPrivate, Predicate<InetSocketAddress> own) {
        this.allowPrivate = allowPrivate;
        this.own = own;
    }

    boolean permits(Origin origin, InetAddress address) {
        boolean reachable = allowPrivate || origin.trusted() || isPublic(address);
        return reachable && !own.test(new InetSocketAddress(address, origin.port()));
    }

    /** Whether an address is globally routable unicast. */
    public static boolean isPublic(InetAddress address) {
        return switch (address) {
            case Inet4Address four -> isPublic(word(four.getAddress(), 0));
            case Inet6Address six -> isPublic(six.getAddress());
            default -> false;
        };
    }

    private static boolean isPublic(int v4) {
        boolean special = in(v4, 0x0000_0000, 8) // this network
                || in(v4, 0x0A00_0000, 8) // private
                || in(v4, 0x6440_0000, 10) // carriers' shared space
                || in(v4, 0x7F00_0000, 8) // loopback
                || in(v4, 0xA9FE_0000, 16) // link-local, and most clouds' metadata
                || in(v4, 0xAC10_0000, 12) // private
                || in(v4, 0xC000_0000, 24) // protocol assignments
                || in(v4, 0xC000_0200, 24) // documentation
                || in(v4, 0xC058_6300, 24) // 6to4 relays
                || in(v4, 0xC0A8_0000, 16) // private
                || in(v4, 0xC612_0000, 15) // benchmarks
                || in(v4, 0xC633_6400, 24) // documentation
                || in(v4, 0xCB00_7100, 24) // documentation
                || in(v4, 0xE000_0000, 3); // multicast, reserved, broadcast
        return !special && v4 != AZURE_WIRE_SERVER;
    }

    private static boolean isPublic(byte[] v6) {
        int first = word(v6, 0);
        int second = word(v6, 4);
        if (in(first, 0x2002_0000, 16)) {
            return isPublic(first << 16 | second >>> 16); // 6to4 carries an IPv4 address
        }
        if (first == 0x0064_FF9B && second == 0 && word(v6, 8) == 0) {
            return isPublic(word(v6, 12)); // NAT64 does too
        }
        boolean global = in(first, 0x2000_0000, 3);
        boolean special = in(first, 0x2001_0000, 23) // protocol assignments, Teredo
                || first == 0x2001_0DB8 // documentation
                || in(first, 0x3FFF_0000, 20); // documentation
        return global && !special;
    }

    private static boolean in(int address, int network, int prefix) {
        return (address ^ network) >>> (32 - prefix) == 0;
    }

    private static int word(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 24
                | (bytes[at + 1] & 0xff) << 16
                | (bytes[at + 2] & 0xff) << 8
                | (bytes[at + 3] & 0xff);
    }
}
