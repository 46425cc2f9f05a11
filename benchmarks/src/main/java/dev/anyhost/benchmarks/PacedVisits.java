package dev.anyhost.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Visits at a fixed rate, whether the earlier ones were answered or not: an open loop, as strangers come. */
final class PacedVisits {

    private static final double NANOS_PER_SECOND = 1e9;

    private PacedVisits() {}

    /** Starts {@code perSecond} visits a second for {@code length}, and returns what became of all of them. */
    static List<Visit> run(Supplier<CompletableFuture<Visit>> visit, double perSecond, Duration length) {
        List<CompletableFuture<Visit>> started = new ArrayList<>();
        long begun = System.nanoTime();
        double between = NANOS_PER_SECOND / perSecond;
        for (int number = 0; number * between < length.toNanos(); number++) {
            long due = begun + (long) (number * between);
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            started.add(visit.get());
        }
        return started.stream().map(CompletableFuture::join).toList();
    }
}
