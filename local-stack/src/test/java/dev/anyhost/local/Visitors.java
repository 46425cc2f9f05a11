package dev.anyhost.local;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/** Visitors who come at once. */
final class Visitors {

    private Visitors() {}

    /**
     * Lets so many come, and waits for all.
     *
     * @param visit what each of them does, numbered from 0
     * @return what they got, in order
     * @throws java.util.concurrent.ExecutionException when one of them failed
     */
    static <T> List<T> allAtOnce(int count, IntFunction<Callable<T>> visit) throws Exception {
        List<Callable<T>> visits = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            visits.add(visit.apply(i));
        }
        List<T> results = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<T> visited : threads.invokeAll(visits)) {
                results.add(visited.get());
            }
        }
        return results;
    }
}
