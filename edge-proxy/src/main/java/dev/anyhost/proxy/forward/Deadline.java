package dev.anyhost.proxy.forward;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One moving time limit of a connection, on its event loop. Moving it costs a field: the one scheduled task looks when it
 * runs whether the limit has moved on.
 */
final class Deadline {

    private final EventExecutor loop;
    private @Nullable Future<?> task;
    private @Nullable Runnable action;
    private long at;

    Deadline(EventExecutor loop) {
        this.loop = loop;
    }

    void set(Duration limit, Runnable onExpiry) {
        action = onExpiry;
        at = loop.ticker().nanoTime() + limit.toNanos();
        if (task == null) {
            schedule(limit.toNanos());
        } else if (limit.toNanos() < TimeUnit.SECONDS.toNanos(60)) {
            // The pending task may be a long idle limit's: it would come too late for this shorter one.
            task.cancel(false);
            schedule(limit.toNanos());
        }
    }

    private void schedule(long nanos) {
        task = loop.schedule(this::look, nanos, TimeUnit.NANOSECONDS);
    }

    private void look() {
        task = null;
        Runnable expired = action;
        if (expired == null) {
            return;
        }
        long left = at - loop.ticker().nanoTime();
        if (left > 0) {
            schedule(left);
        } else {
            action = null;
            expired.run();
        }
    }

    void clear() {
        action = null;
    }

    void cancel() {
        action = null;
        if (task != null) {
            task.cancel(false);
            task = null;
        }
    }
}
