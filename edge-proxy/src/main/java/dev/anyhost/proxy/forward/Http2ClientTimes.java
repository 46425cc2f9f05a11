package dev.anyhost.proxy.forward;

import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;

/**
 * When the time limits of a client's HTTP/2 connection are looked at next: one timer for the limits of all its streams or,
 * while it has none, for that of the next request. On one event loop.
 */
final class Http2ClientTimes {

    private final TimeLimits limits;
    private final EventExecutor loop;
    private final Deadline deadline;
    private long checkNanos;
    private boolean asked;
    private boolean sectionOpen;

    /** @param expired runs when it is time to look; whoever looks sets the next time */
    Http2ClientTimes(TimeLimits limits, EventExecutor loop, Runnable expired) {
        this.limits = limits;
        this.loop = loop;
        this.deadline = new Deadline(loop, expired);
    }

    long nanoTime() {
        return loop.ticker().nanoTime();
    }

    /** Looks in so long, and not before. */
    void check(Duration limit) {
        checkNanos = nanoTime() + limit.toNanos();
        deadline.inNanos(limit.toNanos());
    }

    /** A stream waits for something, from now for so long. */
    void awaits(long nowNanos, long limitNanos) {
        long at = nowNanos + limitNanos;
        if (at - checkNanos < 0) {
            checkNanos = at;
            deadline.inNanos(limitNanos);
        }
    }

    /** A first request has come. Until then, the time for it runs from the connection's beginning, whatever comes. */
    void asked() {
        asked = true;
    }

    /** Without a stream, what isn't a whole frame or header section is the beginning of a request. */
    void watchSection(boolean unfinished, boolean resting) {
        if (!asked) {
            return;
        }
        if (!resting) {
            sectionOpen = false;
        } else if (unfinished && !sectionOpen) {
            sectionOpen = true;
            check(limits.headers());
        } else if (!unfinished && sectionOpen) {
            sectionOpen = false;
            check(limits.idle());
        }
    }

    /** For the connection's end. */
    void cancel() {
        deadline.cancel();
    }
}
