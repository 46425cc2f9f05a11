package dev.anyhost.proxy.forward;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One moving time limit of a connection, on its event loop. Moving it costs a field: the one scheduled task looks every
 * few seconds whether the limit is reached, so only a limit shorter than that is scheduled by itself.
 */
final class Deadline {

    private static final long LOOK_EVERY = TimeUnit.SECONDS.toNanos(10);

    private final EventExecutor loop;
    private @Nullable Future<?> task;
    private @Nullable Runnable action;
    private long at;
    private long nextLook;

    Deadline(EventExecutor loop) {
        this.loop = loop;
    }

    /** Replaces the limit: {@code onExpiry} runs once when it is reached. */
    void set(Duration limit, Runnable onExpiry) {
        action = onExpiry;
        at = loop.ticker().nanoTime() + limit.toNanos();
        if (task == null || at - nextLook < 0) {
            cancelTask();
            lookIn(limit.toNanos());
        }
    }

    private void lookIn(long nanos) {
        long delay = Math.min(nanos, LOOK_EVERY);
        nextLook = loop.ticker().nanoTime() + delay;
        task = loop.schedule(this::look, delay, TimeUnit.NANOSECONDS);
    }

    private void look() {
        task = null;
        Runnable expired = action;
        if (expired == null) {
            return;
        }
        long left = at - loop.ticker().nanoTime();
        if (left > 0) {
            lookIn(left);
        } else {
            action = null;
            expired.run();
        }
    }

    /** There is no limit for now. */
    void clear() {
        action = null;
    }

    /** There will be no limit again. */
    void cancel() {
        action = null;
        cancelTask();
    }

    private void cancelTask() {
        if (task != null) {
            task.cancel(false);
            task = null;
        }
    }
}
