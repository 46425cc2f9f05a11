package dev.anyhost.proxy.certificate;

import dev.anyhost.domain.Route;
import dev.anyhost.proxy.preflight.PreflightResult;
import dev.anyhost.proxy.preflight.PreflightResult.Fault;
import dev.anyhost.store.IssuanceFailure;
import dev.anyhost.store.changes.Change;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What is remembered when something speaks against an order. It cost the authority nothing, so the next look comes soon: a
 * minute later, then after twice as long each time, up to an hour, since somebody may be mending the DNS just now. What the
 * authority itself refused before stays counted, so that a hostname that comes and goes gets no more orders than others.
 */
final class PreflightFailures {

    private static final Duration FIRST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    private PreflightFailures() {}

    static IssuanceFailure of(PreflightResult.Failed seen, Optional<IssuanceFailure> before, Route route, Instant now) {
        return new IssuanceFailure(
                before.map(IssuanceFailure::count).orElse(0),
                now,
                now.plus(pause(before)),
                seen.fault().text(),
                seen.message(),
                before.flatMap(IssuanceFailure::challenge),
                route);
    }

    private static Duration pause(Optional<IssuanceFailure> before) {
        Optional<Duration> twice = before.filter(PreflightFailures::isOne)
                .map(last -> Duration.between(last.failedAt(), last.retryAt()).multipliedBy(2));
        return twice.map(longer -> longer.compareTo(LONGEST) < 0 ? longer : LONGEST)
                .orElse(FIRST);
    }

    private static boolean isOne(IssuanceFailure failure) {
        return Fault.of(failure.cause()).isPresent();
    }

    /** What the hostname's owner should hear; empty when it wasn't a look that failed, but an order. */
    static Optional<Change.Cause> cause(IssuanceFailure failure, boolean served) {
        return Fault.of(failure.cause()).map(fault -> new Change.Cause(fault.text(), failure.problem(), served));
    }
}
