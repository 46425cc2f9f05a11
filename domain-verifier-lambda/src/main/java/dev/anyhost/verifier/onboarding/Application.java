package dev.anyhost.verifier.onboarding;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Policy;
import java.net.URI;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** What a tenant asks to have registered. */
public record Application(Hostname hostname, String tenant, Optional<URI> origin, Policy policy) {

    /**
     * The domain that comes of it.
     *
     * @param status what it is to be; one that is to be proven stays blocked if the operator had blocked what was removed
     * @param token for the proof of ownership: nobody can guess it
     * @param left what is left of the name's last registration
     */
    public Domain accepted(DomainStatus status, String token, Optional<Removed> left, Instant now) {
        boolean required =
                left.filter(removed -> removed.isQuarantinedFor(tenant, now)).isPresent();
        boolean blocked = left.filter(removed -> removed.isBlocked(now)).isPresent();
        var registration = new Registration(
                tenant,
                origin,
                policy,
                new Registration.Proof(token, required, false),
                now.truncatedTo(ChronoUnit.MILLIS));
        DomainStatus first = blocked && status == DomainStatus.PENDING ? DomainStatus.BLOCKED : status;
        return Domain.registered(hostname, registration, first, left);
    }
}
