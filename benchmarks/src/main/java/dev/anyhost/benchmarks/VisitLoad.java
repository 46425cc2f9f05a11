package dev.anyhost.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** So many visitors at a time, each coming back as soon as it was answered: a closed loop. */
final class VisitLoad {

    private static final int VISITORS = 64;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Supplier<CompletableFuture<Visit>> visit;
    private final long end;
    private final CountDownLatch running;
    private final LongAdder answered = new LongAdder();
    private final AtomicReference<String> wrong = new AtomicReference<>("");

    private VisitLoad(Supplier<CompletableFuture<Visit>> visit, int visitors, long end) {
        this.visit = visit;
        this.end = end;
        this.running = new CountDownLatch(visitors);
    }

    /**
     * Visits for {@code length}.
     *
     * @throws IOException when a visit wasn't answered with 200: then there is nothing to compare
     */
    static Wrk.Run run(Supplier<CompletableFuture<Visit>> visit, int visitors, Duration length)
            throws IOException, InterruptedException {
        long begun = System.nanoTime();
        VisitLoad load = new VisitLoad(visit, visitors, begun + length.toNanos());
        for (int visitor = 0; visitor < visitors; visitor++) {
            load.next();
        }
        load.running.await();
        if (!load.wrong.get().isEmpty()) {
            throw new IOException(load.wrong.get());
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        return new Wrk.Run(load.answered.sum(), load.answered.sum() / seconds);
    }

    /** Full handshakes, none resumed, with one request on each. */
    static Wrk.Run fullHandshakes(Visitors visitors, Contender contender, String hostname, int seconds)
            throws IOException, InterruptedException {
        return run(() -> visitors.visit(contender.https(), hostname, PATIENCE), VISITORS, Duration.ofSeconds(seconds));
    }

    /** As {@link #fullHandshakes}, by {@link Visitors#HYBRID}. */
    static Wrk.Run hybridHandshakes(Visitors visitors, Contender contender, String hostname, int seconds)
            throws IOException, InterruptedException {
        return run(
                () -> visitors.hybridVisit(contender.https(), hostname, PATIENCE),
                VISITORS,
                Duration.ofSeconds(seconds));
    }

    private void next() {
        if (System.nanoTime() - end >= 0 || !wrong.get().isEmpty()) {
            running.countDown();
            return;
        }
        var _ = visit.get().thenAccept(result -> {
            if (result instanceof Visit.Answered(double _, double _, int status) && status == 200) {
                answered.increment();
            } else {
                wrong.compareAndSet("", result.toString());
            }
            next();
        });
    }
}
