package dev.anyhost.store;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Spends another program's read capacity at a steady rate, so that a migration doesn't starve what still serves. What a
 * call cost is known only afterwards: the calls after it wait for that. Safe for use by many threads.
 */
public final class ReadPace {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final double unitsPerSecond;
    private final LongSupplier nanos;
    private final Sleep sleep;
    private long freeAt;

    /** Lets time pass. */
    @FunctionalInterface
    public interface Sleep {
        void sleep(Duration time) throws InterruptedException;
    }

    /**
     * Starts with nothing spent.
     *
     * @param unitsPerSecond DynamoDB read units: 8 KiB each, eventually consistent as all reads here are, are one
     * @param nanos a monotonic clock
     */
    public ReadPace(double unitsPerSecond, LongSupplier nanos, Sleep sleep) {
        this.unitsPerSecond = unitsPerSecond;
        this.nanos = nanos;
        this.sleep = sleep;
        this.freeAt = nanos.getAsLong();
    }

    /** Blocks until what was spent so far is paid for. */
    void await() throws InterruptedException {
        long left = left();
        while (left > 0) {
            sleep.sleep(Duration.ofNanos(left));
            left = left();
        }
    }

    private synchronized long left() {
        return freeAt - nanos.getAsLong();
    }

    /** Notes what a call has cost. */
    synchronized void spent(double units) {
        long now = nanos.getAsLong();
        long from = freeAt - now > 0 ? freeAt : now;
        freeAt = from + (long) (units / unitsPerSecond * SECOND);
    }

    /** Lets everybody wait: the table is at its limit. */
    synchronized void rest(Duration time) {
        long until = nanos.getAsLong() + time.toNanos();
        if (until - freeAt > 0) {
            freeAt = until;
        }
    }
}
