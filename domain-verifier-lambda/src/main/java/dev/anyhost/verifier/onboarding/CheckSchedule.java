package dev.anyhost.verifier.onboarding;

import dev.anyhost.domain.Hostname;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * When a hostname is checked again. Soon while somebody may be waiting for it, by the back-off of Cloudflare's custom
 * hostnames: 60·1.05ⁿ s for the first ten tries, then 60·1.15ⁿ s up to four hours.
 *
 * @param grace how long a hostname that was right is served although it isn't any more
 * @param wrongChecks how many checks in a row must have found so at least, from 1
 */
public record CheckSchedule(Duration grace, int wrongChecks) {

    /** A week, as Cloudflare leaves a hostname that moved, and three checks. */
    public static final CheckSchedule DEFAULT = new CheckSchedule(Duration.ofDays(7), 3);

    /** How long a new hostname is checked often; afterwards daily. */
    public static final Duration GIVES_UP_AFTER = Duration.ofDays(7);

    private static final double BASE_SECONDS = 60;
    private static final double EARLY = 1.05;
    private static final double LATE = 1.15;
    private static final int EARLY_TRIES = 10;
    private static final double MOST_SECONDS = Duration.ofHours(4).toSeconds();
    private static final Duration STEADY = Duration.ofHours(12);
    private static final Duration RARE = Duration.ofDays(1);

    /** Of the interval, so that a batch that was registered together drifts apart. */
    private static final int SPREAD_PERCENT = 10;

    /** When a hostname is due that was checked, or changed, just now; empty for never. */
    Optional<Instant> next(Hostname hostname, Standing standing, Instant now) {
        return interval(standing, now)
                .map(interval -> Instant.ofEpochSecond(
                        now.plus(spread(hostname, interval)).getEpochSecond()));
    }

    private static Optional<Duration> interval(Standing standing, Instant now) {
        Checks checks = standing.checks();
        boolean givenUp = !now.isBefore(standing.since().plus(GIVES_UP_AFTER));
        return switch (standing.status()) {
            case PENDING, SUSPENDED -> Optional.of(givenUp ? RARE : soon(checks, backOff(checks.tries())));
            case MISCONFIGURED -> Optional.of(soon(checks, backOff(checks.tries())));
            case ACTIVE -> Optional.of(soon(checks, STEADY));
            case BLOCKED -> Optional.empty();
        };
    }

    /** What couldn't be asked is asked again soon, but less and less so: a zone that is gone for good never answers. */
    private static Duration soon(Checks checks, Duration usual) {
        boolean couldNotAsk = checks.last()
                .filter(finding -> finding.kind() == FindingCode.Kind.UNKNOWN)
                .isPresent();
        Duration again = backOff(checks.same());
        return couldNotAsk && again.compareTo(usual) < 0 ? again : usual;
    }

    private static Duration backOff(int tries) {
        double growth = Math.pow(tries < EARLY_TRIES ? EARLY : LATE, tries);
        return Duration.ofSeconds((long) Math.min(MOST_SECONDS, BASE_SECONDS * growth));
    }

    private static Duration spread(Hostname hostname, Duration interval) {
        int percent = Math.floorMod(hostname.value().hashCode(), SPREAD_PERCENT);
        return interval.plusMillis(interval.toMillis() * percent / 100);
    }

    /** Whether a hostname with these checks has been wrong for long enough. */
    boolean isOver(Checks checks, Instant now) {
        return checks.wrong() >= wrongChecks
                && checks.wrongSince()
                        .filter(since -> !now.isBefore(since.plus(grace)))
                        .isPresent();
    }
}
