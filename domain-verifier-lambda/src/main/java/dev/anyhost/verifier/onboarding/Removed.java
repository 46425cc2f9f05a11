package dev.anyhost.verifier.onboarding;

import dev.anyhost.domain.Hostname;
import java.time.Duration;
import java.time.Instant;

/**
 * What is left of a domain that was removed: its customer's CNAME may still stand, and must prove nothing for the next
 * tenant who registers the name.
 */
public record Removed(Hostname hostname, Former former, Outbox outbox, long version) implements Entry {

    /** How long another tenant needs a fresh proof by a TXT record, and how long an operator's block outlives the domain. */
    public static final Duration QUARANTINE = Duration.ofDays(30);

    /**
     * What the domain was.
     *
     * @param unproven whether it still needed a proof when it was removed: whoever registers it next needs one then, so
     *     that nobody gets rid of the need by registering twice
     * @param blocked whether the operator had blocked it
     * @param removedAt in whole seconds
     */
    public record Former(String tenant, boolean unproven, boolean blocked, Instant removedAt) {}

    @Override
    public String tenant() {
        return former.tenant();
    }

    public Instant removedAt() {
        return former.removedAt();
    }

    /** Whether a tenant who registers the name now needs a fresh proof. */
    public boolean isQuarantinedFor(String nextTenant, Instant now) {
        return (former.unproven() || !tenant().equals(nextTenant)) && !isOver(now);
    }

    /** Whether the name is blocked for who registers it now. */
    boolean isBlocked(Instant now) {
        return former.blocked() && !isOver(now);
    }

    private boolean isOver(Instant now) {
        return !now.isBefore(removedAt().plus(QUARANTINE));
    }

    @Override
    public Removed delivered(Outbox rest) {
        return new Removed(hostname, former, rest, version + 1);
    }
}
