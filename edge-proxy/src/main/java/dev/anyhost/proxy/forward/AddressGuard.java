package dev.anyhost.proxy.forward;

import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * Which addresses a tenant's origin may have: public ones. Loopback, private, link-local (cloud metadata services among
 * them), carrier-grade and other special-purpose ranges (RFC 6890) are the operator's own network.
 */
final class AddressGuard {

    private AddressGuard() {}

    static boolean isPublic(InetAddress address) {
        if (address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()) {
            return false;
        }
        byte[] octets = address.getAddress();
        return address instanceof Inet6Address ? isPublicV6(octets) : isPublicV4(octets, 0);
    }

    private static boolean isPublicV4(byte[] octets, int at) {
        int a = octets[at] & 0xff;
        int b = octets[at + 1] & 0xff;
        int c = octets[at + 2] & 0xff;
        boolean special = a == 0
                || a == 10
                || a == 127
                || a >= 224
                || (a == 100 && b >= 64 && b <= 127)
                || (a == 169 && b == 254)
                || (a == 172 && b >= 16 && b <= 31)
                || (a == 192 && b == 168)
                || (a == 192 && b == 0 && (c == 0 || c == 2))
                || (a == 198 && (b == 18 || b == 19))
                || (a == 198 && b == 51 && c == 100)
                || (a == 203 && b == 0 && c == 113);
        return !special;
    }

    private static boolean isPublicV6(byte[] octets) {
        int first = (octets[0] & 0xff) << 8 | (octets[1] & 0xff);
        int second = (octets[2] & 0xff) << 8 | (octets[3] & 0xff);
        if (first == 0x64 && second == 0xff9b) {
            return isPublicV4(octets, 12); // NAT64, RFC 6052
        }
        if (first == 0x2002) {
            return isPublicV4(octets, 2); // 6to4, RFC 3056
        }
        boolean globalUnicast = (first & 0xe000) == 0x2000;
        boolean documentation = first == 0x2001 && (second == 0xdb8 || second == 0);
        return globalUnicast && !documentation;
    }
}
