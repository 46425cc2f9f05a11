package dev.anyhost.verifier.onboarding;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Policy;
import dev.anyhost.domain.Route;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;

/**
 * One customer's hostname as the whitelist has it. What becomes of it is decided here, without clock, table or network.
 *
 * @param outbox events that happened to it and are yet to be delivered
 * @param version one more with every change, across removals too
 */
public record Domain(Hostname hostname, Registration registration, Standing standing, Outbox outbox, long version)
        implements Entry {

    /** One that was registered now. It is checked at once unless its status says that somebody vouched for it. */
    static Domain registered(
            Hostname hostname, Registration registration, DomainStatus status, Optional<Removed> left) {
        Instant now = wholeSeconds(registration.createdAt());
        Optional<Instant> firstCheck = switch (status) {
            case PENDING, MISCONFIGURED, SUSPENDED -> Optional.of(now);
            case ACTIVE, BLOCKED -> Optional.empty();
        };
        return new Domain(
                        hostname,
                        registration,
                        new Standing(status, now, Checks.none(firstCheck)),
                        left.map(Removed::outbox).orElse(Outbox.EMPTY),
                        left.map(Removed::version).orElse(0L) + 1)
                .and(DomainEvent.Type.CREATED, now, Optional.empty());
    }

    @Override
    public String tenant() {
        return registration.tenant();
    }

    public Optional<URI> origin() {
        return registration.origin();
    }

    public DomainStatus status() {
        return standing.status();
    }

    public Instant createdAt() {
        return registration.createdAt();
    }

    /** Where its requests go, and how they are treated. */
    public Route route() {
        return new Route(Optional.of(tenant()), origin(), registration.policy());
    }

    /** After a check. A proof that was given counts until the hostname is suspended. */
    public Domain checked(Finding finding, CheckSchedule schedule, Instant now) {
        Standing next = standing.after(finding, schedule, wholeSeconds(now));
        Standing scheduled = next.with(next.checks().dueAt(schedule.next(hostname, next, now)));
        boolean given = switch (scheduled.status()) {
            case ACTIVE, MISCONFIGURED -> registration.proof().given() || isProof(finding);
            case PENDING, SUSPENDED, BLOCKED -> false;
        };
        Domain checked = new Domain(
                hostname, registration.with(registration.proof().asGiven(given)), scheduled, outbox, version + 1);
        return checked.announced(status(), now, Optional.of(DomainEvent.Cause.of(finding)));
    }

    private static boolean isProof(Finding finding) {
        return switch (finding.kind()) {
            case PROVEN, PROVEN_WITH_WARNING -> true;
            case HINDERED, WRONG, UNKNOWN -> false;
        };
    }

    /** With another origin and policy. */
    public Domain changed(Optional<URI> origin, Policy policy, Instant now) {
        return new Domain(hostname, registration.with(origin, policy), standing, outbox, version + 1)
                .and(DomainEvent.Type.CHANGED, now, Optional.empty());
    }

    /** Due for a check at once, and often again afterwards, unless it is blocked. */
    public Domain checkRequested(Instant now) {
        Checks due = standing.checks().anew().dueAt(Optional.of(wholeSeconds(now)));
        return status() == DomainStatus.BLOCKED
                ? this
                : new Domain(hostname, registration, standing.with(due), outbox, version + 1);
    }

    /** Blocked or unblocked by the operator. */
    public Domain blocked(boolean block, Instant now) {
        Standing next = standing.blocked(block, wholeSeconds(now));
        Optional<Instant> due = block ? Optional.empty() : Optional.of(wholeSeconds(now));
        var changed = new Domain(
                hostname,
                registration.with(registration.proof().asGiven(false)),
                next.with(next.checks().dueAt(due)),
                outbox,
                version + 1);
        return next.status() == status() ? this : changed.announced(status(), now, Optional.empty());
    }

    /**
     * Something happened to its certificate.
     *
     * @param id of the change in the log that says so, and of the event; one that was noted before changes nothing
     * @param hindrance what stood in its way; the same again is no news, since proxies look again and again
     */
    public Domain certified(String id, DomainEvent.Type type, Instant at, Optional<Hindrance> hindrance) {
        if (outbox.hasNoted(id) || (hindrance.isPresent() && hindrance.equals(standing.hindrance()))) {
            return this;
        }
        Optional<DomainEvent.Cause> cause = type == DomainEvent.Type.CERTIFICATE_FAILED
                ? Optional.of(hindrance
                        .map(Hindrance::finding)
                        .map(DomainEvent.Cause::of)
                        .orElse(new DomainEvent.Cause(
                                "issuance_failed", "No certificate could be obtained; it is tried again by and by.")))
                : Optional.empty();
        var event = new DomainEvent(id, type, wholeSeconds(at), tenant(), status(), cause);
        return new Domain(
                hostname,
                registration,
                standing.with(hindrance),
                outbox.noting(id).and(event),
                version + 1);
    }

    /** What stays of it for a while when it is removed. */
    public Removed removed(Instant now) {
        Domain last = new Domain(hostname, registration, standing, outbox, version + 1)
                .and(DomainEvent.Type.REMOVED, now, Optional.empty());
        Registration.Proof proof = registration.proof();
        var former = new Removed.Former(
                tenant(), proof.required() && !proof.given(), status() == DomainStatus.BLOCKED, wholeSeconds(now));
        return new Removed(hostname, former, last.outbox, last.version);
    }

    private Domain and(DomainEvent.Type type, Instant now, Optional<DomainEvent.Cause> cause) {
        String id = hostname + "#" + createdAt().toEpochMilli() + "#" + version + "#" + type.text();
        return with(outbox.and(new DomainEvent(id, type, wholeSeconds(now), tenant(), status(), cause)));
    }

    private Domain announced(DomainStatus before, Instant now, Optional<DomainEvent.Cause> cause) {
        return status() == before ? this : and(DomainEvent.Type.STATUS_CHANGED, now, cause);
    }

    @Override
    public Domain delivered(Outbox rest) {
        return new Domain(hostname, registration, standing, rest, version + 1);
    }

    private Domain with(Outbox next) {
        return new Domain(hostname, registration, standing, next, version);
    }

    private static Instant wholeSeconds(Instant time) {
        return Instant.ofEpochSecond(time.getEpochSecond());
    }
}
