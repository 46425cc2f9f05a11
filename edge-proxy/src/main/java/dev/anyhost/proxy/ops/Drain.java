package dev.anyhost.proxy.ops;

import java.util.concurrent.atomic.AtomicReference;

/** How far the way to the exit this process has come. Any thread may ask; only the stopping thread advances it. */
public final class Drain {

    /** {@code SERVING} → {@code ANNOUNCED} (not ready, still accepting) → {@code CLOSING} (listeners closed). */
    public enum Phase {
        SERVING,
        ANNOUNCED,
        CLOSING
    }

    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.SERVING);

    public void advance(Phase next) {
        phase.set(next);
    }

    /** Whether connections should be told to go: every response says {@code Connection: close}. */
    public boolean draining() {
        return phase.get() == Phase.CLOSING;
    }
}
