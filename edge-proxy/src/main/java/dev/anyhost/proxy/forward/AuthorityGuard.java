package dev.anyhost.proxy.forward;

import dev.anyhost.domain.Hostname;

/** A request must be for the hostname that its TLS connection was made to; anything else is 421 (RFC 9110 15.5.20). */
final class AuthorityGuard {

    private AuthorityGuard() {}

    /** Whether a Host field names this hostname, with or without a port. */
    static boolean isFor(Hostname hostname, String authority) {
        int colon = authority.lastIndexOf(':');
        boolean plain = colon < 0 || isPort(authority, colon + 1);
        String name = colon < 0 ? authority : authority.substring(0, colon);
        return plain
                && (name.equalsIgnoreCase(hostname.value())
                        || Hostname.parse(name).filter(hostname::equals).isPresent());
    }

    private static boolean isPort(String authority, int from) {
        int digits = authority.length() - from;
        return digits >= 1 && digits <= 5 && authority.chars().skip(from).allMatch(c -> c >= '0' && c <= '9');
    }
}
