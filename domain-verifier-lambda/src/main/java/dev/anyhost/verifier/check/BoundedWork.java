package dev.anyhost.verifier.check;

import dev.anyhost.domain.Hostname;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does something for every hostname that is due, many at a time, and begins nothing new when time is up. */
final class BoundedWork {

    private static final Logger LOG = LoggerFactory.getLogger(BoundedWork.class);
    private static final int AT_ONCE = 64;
    private static final int BATCH = 1_000;
    private static final int MOST_SKIPPED = 4_000;

    private final InstantSource clock;
    private final Instant stopAt;
    private final Set<Hostname> taken = new HashSet<>();
    private boolean outOfTime;

    BoundedWork(InstantSource clock, Instant stopAt) {
        this.clock = clock;
        this.stopAt = stopAt;
    }

    /**
     * Takes batches until one has nothing new: what was done isn't due any more, what failed is and isn't tried again.
     *
     * @param due at most so many that are due, the longest due first
     * @param failed the outcome of what threw: one hostname must not cost the others their turn
     */
    <T> List<T> over(IntFunction<List<Hostname>> due, Function<Hostname, T> work, Function<Exception, T> failed) {
        List<T> outcomes = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var room = new Semaphore(AT_ONCE);
            List<Hostname> batch = next(due);
            while (!batch.isEmpty() && !outOfTime) {
                outcomes.addAll(results(started(batch, work, threads, room), failed));
                batch = outOfTime ? List.of() : next(due);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            outOfTime = true;
        }
        return outcomes;
    }

    boolean isOutOfTime() {
        return outOfTime;
    }

    private List<Hostname> next(IntFunction<List<Hostname>> due) {
        // What failed stays at the front, so that it must not fill the batch.
        return due.apply(BATCH + Math.min(taken.size(), MOST_SKIPPED)).stream()
                .filter(taken::add)
                .limit(BATCH)
                .toList();
    }

    private <T> List<Future<T>> started(
            List<Hostname> batch, Function<Hostname, T> work, ExecutorService threads, Semaphore room)
            throws InterruptedException {
        List<Future<T>> under = new ArrayList<>();
        for (Hostname hostname : batch) {
            room.acquire();
            if (!clock.instant().isBefore(stopAt)) {
                room.release();
                outOfTime = true;
                return under;
            }
            Callable<T> task = () -> {
                try {
                    return work.apply(hostname);
                } finally {
                    room.release();
                }
            };
            under.add(threads.submit(task));
        }
        return under;
    }

    private static <T> List<T> results(List<Future<T>> under, Function<Exception, T> failed)
            throws InterruptedException {
        List<T> results = new ArrayList<>();
        for (Future<T> future : under) {
            try {
                results.add(future.get());
            } catch (ExecutionException bug) {
                LOG.error("A hostname was left over", bug.getCause());
                results.add(failed.apply(bug));
            }
        }
        return results;
    }
}
