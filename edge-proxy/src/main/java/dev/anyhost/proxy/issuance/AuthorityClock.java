package dev.anyhost.proxy.issuance;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an authority's clock says, by the Date header of its answers (RFC 9110 section 6.6.1), carried on by our monotonic
 * clock: a jump of our own wall clock shows at once. For any thread.
 */
final class AuthorityClock {

    private static final Duration KEPT = Duration.ofHours(1);

    private final IssuanceTime time;
    private volatile @Nullable Reading last;

    AuthorityClock(IssuanceTime time) {
        this.time = time;
    }

    private record Reading(Instant date, long atNanos) {}

    /** Notes a Date header; one that can't be read is passed over. */
    void saw(String header) {
        RetryAfter.parse(header, Instant.EPOCH)
                .filter(date -> date.isAfter(Instant.EPOCH))
                .ifPresent(date -> last = new Reading(date, time.nanos().getAsLong()));
    }

    /** How far our clock is ahead; negative when it is behind; empty without an answer within the last hour. */
    Optional<Duration> ahead() {
        Reading reading = last;
        if (reading == null) {
            return Optional.empty();
        }
        Duration since = Duration.ofNanos(time.nanos().getAsLong() - reading.atNanos());
        return since.compareTo(KEPT) > 0
                ? Optional.empty()
                : Optional.of(Duration.between(
                        reading.date().plus(since), time.clock().instant()));
    }
}
