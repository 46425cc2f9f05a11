package dev.anyhost.verifier.whitelist;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;

/**
 * One customer's hostname as the whitelist has it.
 *
 * @param tenant the customer, as {@link Route#isTenant} allows
 * @param origin the domain's own origin; empty for the operator's default
 * @param createdAt in whole milliseconds
 * @param version 1 for a new row, one more with every change
 */
public record Domain(
        Hostname hostname, String tenant, Optional<URI> origin, DomainStatus status, Instant createdAt, long version) {

    /** Where its requests go. */
    public Route route() {
        return new Route(Optional.of(tenant), origin);
    }

    /** Whether it is the same registration: the same tenant and origin. */
    boolean isRegisteredAs(String otherTenant, Optional<URI> otherOrigin) {
        return tenant.equals(otherTenant) && origin.equals(otherOrigin);
    }
}
