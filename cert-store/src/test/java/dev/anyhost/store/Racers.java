package dev.anyhost.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/** Threads that start together. */
final class Racers {

    private Racers() {}

    static <T> List<T> race(int count, IntFunction<T> run) {
        CyclicBarrier start = new CyclicBarrier(count);
        List<Callable<T>> racers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int racer = i;
            racers.add(() -> {
                start.await();
                return run.apply(racer);
            });
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<T> results = new ArrayList<>();
            for (Future<T> done : threads.invokeAll(racers)) {
                results.add(done.get());
            }
            return results;
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }
}
