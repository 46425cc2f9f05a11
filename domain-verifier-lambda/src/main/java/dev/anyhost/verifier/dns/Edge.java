package dev.anyhost.verifier.dns;

import dev.anyhost.dns.DnsName;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;

/**
 * Where customers' names must lead.
 *
 * @param domain the domain whose names are targets: a label of its own for each tenant, and {@link #SHARED} for all
 * @param addresses the static addresses, for names that can't be a CNAME
 * @param authorities the identifiers that CAA records know our certificate authorities by (RFC 8659 section 4.2)
 */
public record Edge(DnsName domain, List<InetAddress> addresses, Set<String> authorities) {

    /** The label of the target that all tenants share, and that proves nothing. */
    public static final String SHARED = "external";

    /** Let's Encrypt's. */
    public static final Set<String> LETS_ENCRYPT = Set.of("letsencrypt.org");

    /** Keeps copies. */
    public Edge {
        addresses = List.copyOf(addresses);
        authorities = Set.copyOf(authorities);
    }

    /** A tenant's own target. */
    public DnsName target(String label) {
        return domain.child(label);
    }

    DnsName sharedTarget() {
        return domain.child(SHARED);
    }
}
