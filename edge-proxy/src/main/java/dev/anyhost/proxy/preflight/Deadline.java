package dev.anyhost.proxy.preflight;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/** Work that is done at the same time, each piece on a virtual thread, and given up together. For one thread. */
final class Deadline implements AutoCloseable {

    private final LongSupplier nanos;
    private final long end;
    private final List<FutureTask<?>> begun = new ArrayList<>();

    Deadline(Duration limit, LongSupplier nanos) {
        this.nanos = nanos;
        this.end = nanos.getAsLong() + limit.toNanos();
    }

    /** Begins a piece of work; its thread is interrupted when time is up. */
    <T> FutureTask<T> begin(Callable<T> work) {
        var task = new FutureTask<>(work);
        begun.add(task);
        Thread.startVirtualThread(task);
        return task;
    }

    /** Its outcome; empty when there is none in time. */
    <T> Optional<T> outcome(FutureTask<T> task) {
        try {
            return Optional.of(task.get(Math.max(0, end - nanos.getAsLong()), TimeUnit.NANOSECONDS));
        } catch (TimeoutException tooLate) {
            return Optional.empty();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException bug) {
            throw new IllegalStateException(bug.getCause());
        }
    }

    @Override
    public void close() {
        begun.forEach(task -> task.cancel(true));
    }
}
