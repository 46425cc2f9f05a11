package dev.anyhost.proxy.issuance;

import dev.anyhost.proxy.issuance.IssuanceOutcome.Cause;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.shredzone.acme4j.AcmeJsonResource;
import org.shredzone.acme4j.PollableResource;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeNetworkException;

/**
 * How fast one attempt goes, and when it gives up. Polls begin 25 ms apart and grow to a second, since most authorities
 * are done within milliseconds and a visitor waits; a Retry-After in the future is obeyed. acme4j's own waiting sleeps
 * three seconds, and fails on a Retry-After in the past.
 */
final class AttemptPace {

    static final Duration FIRST_DELAY = Duration.ofMillis(25);

    private static final Duration LONGEST_DELAY = Duration.ofSeconds(1);
    private static final int LOST_ANSWERS = 3;

    private final IssuanceTime time;
    private final long endNanos;
    private final BooleanSupplier stopped;

    AttemptPace(IssuanceTime time, Duration limit, BooleanSupplier stopped) {
        this.time = time;
        this.endNanos = time.nanos().getAsLong() + limit.toNanos();
        this.stopped = stopped;
    }

    /** What is left of the attempt's time; zero or less when it is over. */
    Duration left() {
        return Duration.ofNanos(endNanos - time.nanos().getAsLong());
    }

    /** Ends the attempt when it is to stop, or took too long. */
    void check() throws AttemptEndedException {
        if (stopped.getAsBoolean()) {
            throw AttemptEndedException.unavailable(Cause.STOPPED, "the caller asked to stop");
        }
        if (!left().isPositive()) {
            throw AttemptEndedException.unavailable(Cause.TIMED_OUT, "the attempt took too long");
        }
    }

    /** Waits, and keeps asking meanwhile whether to stop. Ends at once when the time left isn't enough. */
    void pause(Duration duration) throws AttemptEndedException, InterruptedException {
        if (duration.compareTo(left()) > 0) {
            throw AttemptEndedException.unavailable(Cause.TIMED_OUT, "the authority needs " + duration + " more");
        }
        Duration rest = duration;
        while (rest.isPositive()) {
            check();
            Duration slice = rest.compareTo(LONGEST_DELAY) < 0 ? rest : LONGEST_DELAY;
            time.pause().pause(slice);
            rest = rest.minus(slice);
        }
        check();
    }

    /**
     * Fetches a resource until its status is another than these. An answer that got lost is asked for again.
     *
     * @return its status then
     */
    <R extends AcmeJsonResource & PollableResource> Status settled(R resource, Set<Status> passing)
            throws AcmeException, AttemptEndedException, InterruptedException {
        Duration delay = FIRST_DELAY;
        int lost = 0;
        while (true) {
            check();
            Optional<Instant> retryAfter = Optional.empty();
            try {
                retryAfter = resource.fetch();
                lost = 0;
                if (!passing.contains(resource.getStatus())) {
                    return resource.getStatus();
                }
            } catch (AcmeNetworkException noAnswer) {
                lost++;
                if (lost == LOST_ANSWERS || !mayAskAgain(noAnswer)) {
                    throw noAnswer;
                }
            }
            pause(longer(delay, retryAfter.map(this::until)));
            delay = longerDelay(delay);
        }
    }

    /** Whether the authority has nothing against the same request once more. */
    static boolean mayAskAgain(AcmeNetworkException noAnswer) {
        return AuthorityFailures.cause(noAnswer, AuthorityBusyException.class)
                .map(busy -> !busy.isTooManyRequests() && busy.retryAt().isEmpty())
                .orElse(true);
    }

    private Duration until(Instant instant) {
        return Duration.between(time.clock().instant(), instant);
    }

    private static Duration longer(Duration delay, Optional<Duration> asked) {
        return asked.filter(wanted -> wanted.compareTo(delay) > 0).orElse(delay);
    }

    private static Duration longerDelay(Duration delay) {
        Duration next = delay.multipliedBy(3).dividedBy(2);
        return next.compareTo(LONGEST_DELAY) < 0 ? next : LONGEST_DELAY;
    }
}
