package dev.anyhost.verifier.onboarding;

import java.time.Instant;
import java.util.Optional;

/**
 * Where a hostname stands and why.
 *
 * @param since when the status last changed
 * @param hindrance what keeps it from a certificate, as the proxies saw it when they last tried
 */
public record Standing(DomainStatus status, Instant since, Checks checks, Optional<Hindrance> hindrance) {

    /** One that nothing is known to hinder. */
    public Standing(DomainStatus status, Instant since, Checks checks) {
        this(status, since, checks, Optional.empty());
    }

    /** The status machine: what a finding makes of a hostname. What couldn't be asked changes no status. */
    Standing after(Finding finding, CheckSchedule schedule, Instant now) {
        FindingCode.Kind kind = kind(finding);
        Checks next = checks.and(finding, kind, now);
        return switch (kind) {
            case PROVEN, PROVEN_WITH_WARNING -> moved(proven(), next, now);
            case HINDERED, WRONG -> moved(wrong(schedule.isOver(next, now)), next, now);
            case UNKNOWN -> with(next);
        };
    }

    /** What hinders only a new certificate is no reason to stop serving. */
    private FindingCode.Kind kind(Finding finding) {
        if (finding.kind() != FindingCode.Kind.HINDERED) {
            return finding.kind();
        }
        return status.isAllowed() ? FindingCode.Kind.PROVEN_WITH_WARNING : FindingCode.Kind.WRONG;
    }

    private DomainStatus proven() {
        return switch (status) {
            case PENDING, ACTIVE, MISCONFIGURED, SUSPENDED -> DomainStatus.ACTIVE;
            case BLOCKED -> DomainStatus.BLOCKED;
        };
    }

    private DomainStatus wrong(boolean over) {
        return switch (status) {
            case PENDING -> DomainStatus.PENDING;
            case ACTIVE -> DomainStatus.MISCONFIGURED;
            case MISCONFIGURED -> over ? DomainStatus.SUSPENDED : DomainStatus.MISCONFIGURED;
            case SUSPENDED -> DomainStatus.SUSPENDED;
            case BLOCKED -> DomainStatus.BLOCKED;
        };
    }

    /** By the operator's decision; a hostname that is unblocked must be proven again. */
    Standing blocked(boolean block, Instant now) {
        boolean isBlocked = status == DomainStatus.BLOCKED;
        return block == isBlocked ? this : moved(block ? DomainStatus.BLOCKED : DomainStatus.PENDING, checks, now);
    }

    private Standing moved(DomainStatus to, Checks next, Instant now) {
        return to == status ? with(next) : new Standing(to, now, next.anew());
    }

    Standing with(Checks next) {
        return new Standing(status, since, next, hindrance);
    }

    Standing with(Optional<Hindrance> next) {
        return new Standing(status, since, checks, next);
    }
}
