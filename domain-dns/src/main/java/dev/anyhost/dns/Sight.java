package dev.anyhost.dns;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where a hostname leads.
 *
 * @param chain the CNAME targets in order, as far as they are known
 * @param endless whether the chain comes back to itself, or is longer than anybody's
 * @param v4 the IPv4 addresses at its end
 * @param v6 the IPv6 addresses at its end
 */
public record Sight(List<DnsName> chain, boolean endless, Part v4, Part v6) {

    /** Keeps a copy. */
    public Sight {
        chain = List.copyOf(chain);
    }

    /** One kind of address. */
    public sealed interface Part {
        record Known(List<InetAddress> addresses) implements Part {
            public Known {
                addresses = List.copyOf(addresses);
            }
        }

        record NotAnswered(DnsAnswer why) implements Part {}
    }

    /** The first question that was not answered. */
    public Optional<DnsAnswer> unanswered() {
        return v4 instanceof Part.NotAnswered(DnsAnswer why)
                ? Optional.of(why)
                : v6 instanceof Part.NotAnswered(DnsAnswer other) ? Optional.of(other) : Optional.empty();
    }

    /** The addresses of one kind; none when they aren't known. */
    public List<InetAddress> known(Part part) {
        return part instanceof Part.Known(List<InetAddress> addresses) ? addresses : List.of();
    }

    /** All addresses that are known, those of IPv6 first, as certificate authorities try them. */
    public List<InetAddress> addresses() {
        return Stream.concat(known(v6).stream(), known(v4).stream()).toList();
    }
}
