package dev.anyhost.proxy.migration;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A bounded number of virtual threads. Whoever hands out work waits for a free one; a bug in the work ends in {@link #close}. */
final class Crew implements AutoCloseable {

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore free;
    private final AtomicReference<@Nullable Throwable> bug = new AtomicReference<>();

    Crew(int size) {
        free = new Semaphore(size);
    }

    /** Work that may be stopped. */
    @FunctionalInterface
    interface Work {
        void run() throws InterruptedException;
    }

    /** Blocks while all are busy. */
    void work(Work work) {
        free.acquireUninterruptibly();
        threads.execute(() -> {
            try {
                work.run();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException | Error unexpected) {
                bug.compareAndSet(null, unexpected);
            } finally {
                free.release();
            }
        });
    }

    /** Waits for all work to end. */
    @Override
    public void close() {
        threads.close();
        Throwable unexpected = bug.get();
        if (unexpected != null) {
            throw new IllegalStateException("a bug, some of the work isn't done", unexpected);
        }
    }
}
