package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.FieldName;
import dev.anyhost.proxy.http1.Fields;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The client that trusted proxies name in X-Forwarded-For or, without that, in Forwarded (RFC 7239). Each proxy adds its own
 * client at the end, so the list is read from there: the first that is no trusted proxy itself was seen by one. What stands
 * before it is anybody's word.
 */
final class NamedClient {

    private NamedClient() {}

    /** Empty when all are trusted, or when the first that isn't is no address: {@code unknown}, an obfuscated name. */
    static Optional<InetAddress> in(Fields fields, Predicate<InetAddress> trusted) {
        return fields.count(FieldName.X_FORWARDED_FOR) > 0
                ? last(fields, FieldName.X_FORWARDED_FOR, Function.identity(), trusted)
                : last(fields, FieldName.FORWARDED, NamedClient::forNode, trusted);
    }

    private static Optional<InetAddress> last(
            Fields fields, FieldName name, Function<String, String> node, Predicate<InetAddress> trusted) {
        for (int i = fields.size() - 1; i >= 0; i--) {
            if (fields.name(i) == name) {
                String[] hops = fields.valueText(i).split(",", -1);
                for (int hop = hops.length - 1; hop >= 0; hop--) {
                    Optional<InetAddress> address = address(node.apply(hops[hop].strip()));
                    if (address.filter(trusted).isEmpty()) {
                        return address;
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** The value of an element's {@code for}, or what is no address. */
    private static String forNode(String element) {
        for (String pair : element.split(";", -1)) {
            String text = pair.strip();
            if (text.toLowerCase(Locale.ROOT).startsWith("for=")) {
                String value = text.substring(4);
                boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
                return quoted ? value.substring(1, value.length() - 1) : value;
            }
        }
        return "";
    }

    /** With or without a port; an IPv6 address with a port has brackets (RFC 7239 section 6). */
    private static Optional<InetAddress> address(String node) {
        int colon = node.indexOf(':');
        String bare;
        if (node.startsWith("[")) {
            bare = node.substring(1, Math.max(1, node.indexOf(']')));
        } else {
            bare = colon >= 0 && colon == node.lastIndexOf(':') ? node.substring(0, colon) : node;
        }
        byte[] octets = NetUtil.createByteArrayFromIpAddressString(bare);
        if (octets == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByAddress(octets));
        } catch (UnknownHostException neither4Nor16) {
            throw new IllegalStateException(neither4Nor16);
        }
    }
}
