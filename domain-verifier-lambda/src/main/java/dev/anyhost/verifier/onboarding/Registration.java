package dev.anyhost.verifier.onboarding;

import dev.anyhost.domain.Policy;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;

/**
 * What a tenant registered.
 *
 * @param tenant the customer, as {@link dev.anyhost.domain.Route#isTenant} allows
 * @param origin the domain's own origin; empty for the operator's default
 * @param createdAt in whole milliseconds
 */
public record Registration(String tenant, Optional<URI> origin, Policy policy, Proof proof, Instant createdAt) {

    /**
     * The proof of ownership by a TXT record.
     *
     * @param token what the record must have, {@link #VALUE_PREFIX} before it; nobody can guess it
     * @param required whether no check may do without: the name was another tenant's a short while ago
     * @param given whether a check has seen it, or needed none; until the name is suspended nobody asks for it again
     */
    public record Proof(String token, boolean required, boolean given) {

        /** What the TXT record's value starts with. */
        public static final String VALUE_PREFIX = "anyhost-verification=";

        Proof asGiven(boolean nowGiven) {
            return new Proof(token, required, nowGiven);
        }
    }

    Registration with(Proof next) {
        return new Registration(tenant, origin, policy, next, createdAt);
    }

    /** The same registration with another origin and policy. */
    Registration with(Optional<URI> nextOrigin, Policy nextPolicy) {
        return new Registration(tenant, nextOrigin, nextPolicy, proof, createdAt);
    }

    /** Whether it is the same registration: the same tenant and origin. */
    public boolean isSameAs(String otherTenant, Optional<URI> otherOrigin) {
        return tenant.equals(otherTenant) && origin.equals(otherOrigin);
    }
}
