package dev.anyhost.proxy.concurrent;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries blocking work from an event loop to a virtual thread and its result back. The only place where the two meet:
 * event loops never block, and virtual threads never touch a channel.
 *
 * <p>Bounded twice: at most {@code capacity} pieces of work are under way, and whoever asked hears an answer by their
 * deadline. Work that is late goes on detached, and its result is dropped.
 */
public final class Handoff {

    private static final Logger LOG = LoggerFactory.getLogger(Handoff.class);

    private final Executor virtualThreads;
    private final Semaphore room;

    /**
     * @param virtualThreads starts a virtual thread for each task
     * @param capacity how many pieces of work may be under way
     */
    public Handoff(Executor virtualThreads, int capacity) {
        this.virtualThreads = virtualThreads;
        this.room = new Semaphore(capacity);
    }

    /**
     * Runs {@code work} on a virtual thread.
     *
     * @param loop completes the answer
     * @param late the answer when the deadline passes first
     * @param overloaded the answer when there is no room, at once
     * @param unwanted gets what {@code work} answers after the deadline, on its thread
     * @return fails only with what {@code work} throws: a bug
     */
    public <T> Future<T> run(
            EventExecutor loop,
            Callable<T> work,
            Duration deadline,
            Supplier<T> late,
            Supplier<T> overloaded,
            Consumer<T> unwanted) {
        if (!room.tryAcquire()) {
            return loop.newSucceededFuture(overloaded.get());
        }
        Promise<T> answer = loop.newPromise();
        Future<?> timer = loop.schedule(() -> answer.trySuccess(late.get()), deadline.toNanos(), TimeUnit.NANOSECONDS);
        answer.addListener(answered -> timer.cancel(false));
        try {
            virtualThreads.execute(() -> work(work, answer, unwanted));
        } catch (RejectedExecutionException ending) {
            room.release();
            answer.tryFailure(ending);
        }
        return answer;
    }

    private <T> void work(Callable<T> work, Promise<T> answer, Consumer<T> unwanted) {
        try {
            T result = work.call();
            if (!answer.trySuccess(result)) {
                unwanted.accept(result);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            answer.tryFailure(stopped);
        } catch (Throwable bug) {
            LOG.error("work beside an event loop", bug);
            answer.tryFailure(bug);
        } finally {
            room.release();
        }
    }
}
