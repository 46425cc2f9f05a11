package dev.anyhost.verifier.onboarding;

import dev.anyhost.domain.Hostname;
import java.time.Duration;
import java.time.Instant;

/**
 * What is left of a domain that was removed: its customer's CNAME may still stand, and must prove nothing for the next
 * tenant who registers the name.
 *
 * @param tenant whose it was
 * @param removedAt in whole seconds
 */
public record Removed(Hostname hostname, String tenant, Instant removedAt, Outbox outbox, long version)
        implements Entry {

    /** How long another tenant needs a fresh proof by a TXT record. */
    public static final Duration QUARANTINE = Duration.ofDays(30);

    /** Whether a tenant who registers the name now needs a fresh proof. */
    public boolean isQuarantinedFor(String nextTenant, Instant now) {
        return !tenant.equals(nextTenant) && now.isBefore(removedAt.plus(QUARANTINE));
    }

    @Override
    public Removed delivered(Outbox rest) {
        return new Removed(hostname, tenant, removedAt, rest, version + 1);
    }
}
