package dev.anyhost.store;

import java.time.Duration;
import java.time.Instant;

/**
 * How much of something an authority allows, as a token bucket (letsencrypt.org/docs/rate-limits): so many at once, and one
 * more each time that the refill has passed.
 *
 * <p>A bucket's whole state is the instant at which it will be full again: each token that is taken moves it on by one
 * refill. What lies in the past is a full bucket, so that a bucket nobody takes from needn't be kept.
 *
 * @param capacity from 1
 * @param refill how long one token takes to come back; longer than zero
 */
public record TokenLimit(int capacity, Duration refill) {

    public TokenLimit {
        if (capacity < 1 || !refill.isPositive()) {
            throw new IllegalArgumentException(
                    "limit: " + capacity + " every " + refill + " (expected: at least 1, in more than no time)");
        }
    }

    /** So many in so long a time. */
    public static TokenLimit of(int capacity, Duration period) {
        return new TokenLimit(capacity, period.dividedBy(capacity));
    }

    /** How many tokens are left in a bucket. */
    public int left(Instant fullAt, Instant now) {
        long missing = Math.ceilDiv(Math.max(0, Duration.between(now, fullAt).toMillis()), refill.toMillis());
        return (int) Math.max(0, capacity - missing);
    }

    /** The latest that a bucket may be full at for a token to be taken and so many to be left over. */
    Instant latestFullAt(Instant now, int leaving) {
        return now.plus(refill.multipliedBy(capacity - 1L - leaving));
    }

    /** When a token may be taken from a bucket so that so many are left over: now or later. */
    public Instant availableAt(Instant fullAt, Instant now, int leaving) {
        return availableAt(fullAt, now, leaving, 1);
    }

    /**
     * When the last of so many tokens may be taken, if all that there are have been taken by then.
     *
     * @param count from 1
     */
    public Instant availableAt(Instant fullAt, Instant now, int leaving, int count) {
        Instant from = fullAt.isBefore(now) ? now : fullAt;
        Instant at = from.plus(refill.multipliedBy((long) count - capacity + leaving));
        return at.isBefore(now) ? now : at;
    }
}
