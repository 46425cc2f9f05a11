package dev.anyhost.proxy.listen;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/** A block of addresses (RFC 4632), such as {@code 10.0.0.0/8} or {@code 2001:db8::/32}. */
public final class Cidr {

    /** What {@link #parse} accepts, as the tail of an error message. */
    public static final String EXPECTED = "a CIDR block, such as 10.0.0.0/8 or 2001:db8::/32";

    private static final int V4_BITS = 32;
    private static final int V6_BITS = 128;

    private final String text;
    private final IpSubnetFilterRule rule;

    private Cidr(String text, IpSubnetFilterRule rule) {
        this.text = text;
        this.rule = rule;
    }

    /** Reads a block; an address alone is no block. */
    public static Optional<Cidr> parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return Optional.empty();
        }
        String address = text.substring(0, slash);
        String bits = text.substring(slash + 1);
        int most = bits(address);
        if (most < 0 || !bits.matches("[0-9]{1,3}") || Integer.parseInt(bits) > most) {
            return Optional.empty();
        }
        return Optional.of(
                new Cidr(text, new IpSubnetFilterRule(address, Integer.parseInt(bits), IpFilterRuleType.ACCEPT)));
    }

    /** How many an address has; -1 for what is none, and for an IPv4 address in IPv6's clothes: who compares sees through. */
    private static int bits(String address) {
        if (NetUtil.isValidIpV4Address(address)) {
            return V4_BITS;
        }
        boolean six = address.matches("[0-9A-Fa-f:.]+") && NetUtil.isValidIpV6Address(address);
        return six && InetAddress.ofLiteral(address) instanceof Inet6Address ? V6_BITS : -1;
    }

    /** Whether the address is in the block. */
    public boolean contains(InetAddress address) {
        return rule.matches(new InetSocketAddress(address, 0));
    }

    @Override
    public String toString() {
        return text;
    }
}
