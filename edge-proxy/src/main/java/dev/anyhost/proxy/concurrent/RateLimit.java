package dev.anyhost.proxy.concurrent;

import java.time.Duration;

/**
 * So many at once, and as many again in each period, evenly.
 *
 * @param count from 1
 * @param period longer than zero
 */
public record RateLimit(int count, Duration period) {

    public RateLimit {
        if (count < 1 || !period.isPositive()) {
            throw new IllegalArgumentException(
                    "limit: " + count + " in " + period + " (expected: at least 1, in more than no time)");
        }
    }

    /** How long one takes to come back. */
    public Duration refill() {
        return period.dividedBy(count);
    }

    double perSecond() {
        return count * 1e9 / period.toNanos();
    }
}
