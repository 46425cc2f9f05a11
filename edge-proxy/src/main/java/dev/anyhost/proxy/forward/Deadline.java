package dev.anyhost.proxy.forward;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One deadline that moves often and is rarely reached. Moving it later costs a field: the timer that is already set
 * looks at it when it fires, and sets itself anew. For one event loop.
 */
final class Deadline {

    private final EventExecutor loop;
    private final Runnable expired;
    private @Nullable Future<?> timer;
    private long timerNanos;
    private long deadlineNanos;
    private boolean armed;

    Deadline(EventExecutor loop, Runnable expired) {
        this.loop = loop;
        this.expired = expired;
    }

    /** Replaces any earlier deadline. */
    void in(Duration time) {
        inNanos(time.toNanos());
    }

    /** As {@link #in}. */
    void inNanos(long nanos) {
        deadlineNanos = loop.ticker().nanoTime() + nanos;
        armed = true;
        if (timer == null) {
            schedule();
        } else if (deadlineNanos - timerNanos < 0) {
            timer.cancel(false);
            schedule();
        }
    }

    void clear() {
        armed = false;
    }

    /** For the owner's end: no timer may keep it in memory. */
    void cancel() {
        armed = false;
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private void schedule() {
        timerNanos = deadlineNanos;
        long wait = Math.max(0, deadlineNanos - loop.ticker().nanoTime());
        timer = loop.schedule(this::fired, wait, TimeUnit.NANOSECONDS);
    }

    private void fired() {
        timer = null;
        if (!armed) {
            return;
        }
        if (deadlineNanos - loop.ticker().nanoTime() > 0) {
            schedule();
            return;
        }
        armed = false;
        expired.run();
    }
}
