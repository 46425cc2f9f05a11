package dev.anyhost.proxy.preflight;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What CAA records call the authorities of well-known directories (RFC 8659 section 4.2), as each publishes it in its
 * documentation.
 */
final class AuthorityIdentities {

    private static final Map<String, Set<String>> BY_DOMAIN = Map.of(
            "letsencrypt.org", Set.of("letsencrypt.org"),
            "zerossl.com", Set.of("sectigo.com", "zerossl.com"),
            "pki.goog", Set.of("pki.goog"),
            "ssl.com", Set.of("ssl.com"),
            "buypass.com", Set.of("buypass.com"));

    private AuthorityIdentities() {}

    /** Empty when it isn't known. */
    static Set<String> of(String directory) {
        String host = Optional.ofNullable(URI.create(directory).getHost()).orElse("");
        return BY_DOMAIN.entrySet().stream()
                .filter(known -> host.equals(known.getKey()) || host.endsWith("." + known.getKey()))
                .findFirst()
                .map(Map.Entry::getValue)
                .orElse(Set.of());
    }
}
