package dev.anyhost.store;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Time that stands still until a test moves it; the monotonic clock starts just before it overflows, as it may. */
final class TestTime implements InstantSource, LongSupplier {

    private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");

    private final AtomicLong elapsed = new AtomicLong();

    @Override
    public Instant instant() {
        return START.plusNanos(elapsed.get());
    }

    @Override
    public long getAsLong() {
        return Long.MAX_VALUE - 1_000 + elapsed.get();
    }

    void advance(Duration time) {
        elapsed.addAndGet(time.toNanos());
    }
}
