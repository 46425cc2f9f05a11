package dev.anyhost.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Time that passes only when a test says so: a wall clock, and a monotonic one for {@code clock::nanos}. They move
 * together except when the wall clock is set, as an operator or NTP does.
 */
public final class FakeClock implements InstantSource {

    /** Not zero, and close to where the count wraps: both are allowed by {@link System#nanoTime()}. */
    private static final long FIRST_NANOS = Long.MAX_VALUE - 1_000_000_000L;

    private final AtomicReference<Instant> now;
    private final AtomicLong nanos = new AtomicLong(FIRST_NANOS);

    private FakeClock(Instant start) {
        now = new AtomicReference<>(start);
    }

    public static FakeClock at(Instant start) {
        return new FakeClock(start);
    }

    /** Starts at an ISO-8601 instant, for example {@code 2026-11-21T00:00:00Z}. */
    public static FakeClock at(String start) {
        return new FakeClock(Instant.parse(start));
    }

    @Override
    public Instant instant() {
        return now.get();
    }

    /** Monotonic nanoseconds from an arbitrary origin; only differences mean something, and they may wrap. */
    public long nanos() {
        return nanos.get();
    }

    /** Lets {@code time} pass on both clocks. */
    public void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
        now.updateAndGet(before -> before.plus(time));
    }

    /** Sets the wall clock, back or forth; the monotonic one doesn't notice. */
    public void setWallClock(Instant instant) {
        now.set(instant);
    }

    @Override
    public String toString() {
        return "FakeClock[" + now + "]";
    }
}
