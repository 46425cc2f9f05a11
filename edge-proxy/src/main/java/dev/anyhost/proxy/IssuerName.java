package dev.anyhost.proxy;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;

/**
 * An authority as an operator names it: by its directory's URL, as {@code certs list} shows it, or by that URL's host.
 *
 * @param text in lower case where it is a host
 */
record IssuerName(String text) {

    static final String EXPECTED = "an ACME directory's URL, or its host, such as acme-v02.api.letsencrypt.org";

    static Optional<IssuerName> parse(String text) {
        if (text.contains("://")) {
            return host(text).map(_ -> new IssuerName(text));
        }
        return text.matches("[A-Za-z0-9.:-]+")
                ? Optional.of(new IssuerName(text.toLowerCase(Locale.ROOT)))
                : Optional.empty();
    }

    /** Whether a stored certificate's issuer is meant. */
    boolean isOf(String directory) {
        return directory.equals(text) || host(directory).filter(text::equals).isPresent();
    }

    private static Optional<String> host(String url) {
        try {
            return Optional.ofNullable(new URI(url).getHost()).map(host -> host.toLowerCase(Locale.ROOT));
        } catch (URISyntaxException unreadable) {
            return Optional.empty();
        }
    }
}
