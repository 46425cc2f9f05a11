package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.time.Instant;

/**
 * A line about a stored certificate.
 *
 * @param due when it is to be looked after next
 * @param notAfter the leaf's, in whole seconds
 * @param issuer the directory URL of the ACME server
 */
public record CertificateSummary(Hostname hostname, Instant due, Instant notAfter, String issuer, long version) {

    /** Where a list goes on that ended with this line. */
    public ListCursor cursor() {
        return new ListCursor(Shards.of(hostname), due, hostname);
    }
}
