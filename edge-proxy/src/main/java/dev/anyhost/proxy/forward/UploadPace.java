package dev.anyhost.proxy.forward;

import java.util.concurrent.TimeUnit;

/**
 * How long a client may take for what is left of its request's body: the grace and, for each byte that came, its share at
 * the lowest rate. Nothing is measured on the way; the answer is a deadline. For one event loop.
 */
final class UploadPace {

    private final TimeLimits times;
    private final long nanosPerByte;
    private long startNanos;
    private long bytes;
    private boolean held;
    private long heldSinceNanos;

    UploadPace(TimeLimits times, long nowNanos) {
        this.times = times;
        this.nanosPerByte = TimeUnit.SECONDS.toNanos(1) / times.bodyRate();
        this.startNanos = nowNanos;
    }

    /** Some of the body came; returns how long to wait for more of it, in nanoseconds, 0 or more. */
    long came(int length, long nowNanos) {
        // As many as are good for a century: more would overflow.
        bytes = Math.min(bytes + length, Long.MAX_VALUE / 4 / nanosPerByte);
        return left(nowNanos);
    }

    boolean isHeld() {
        return held;
    }

    /** Not the client's fault from now on: we don't read. */
    void hold(long nowNanos) {
        if (!held) {
            held = true;
            heldSinceNanos = nowNanos;
        }
    }

    /** The client's turn again; returns as {@link #came} does. */
    long resume(long nowNanos) {
        if (held) {
            held = false;
            startNanos += nowNanos - heldSinceNanos;
        }
        return left(nowNanos);
    }

    private long left(long nowNanos) {
        long pace = startNanos + times.bodyGrace().toNanos() + bytes * nanosPerByte - nowNanos;
        return Math.max(0, Math.min(times.bodyIdle().toNanos(), pace));
    }
}
