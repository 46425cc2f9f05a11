package dev.anyhost.proxy.concurrent;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Interrupts blocking work that takes too long. For virtual threads: an interrupt ends what they do on a socket and closes
 * it, which no read time-out does for a peer that sends a byte now and then.
 */
public final class TimeLimit implements AutoCloseable {

    private final Duration limit;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofVirtual().name("time-limit").factory());

    /** What may take too long. */
    public interface Work<T> {
        T done() throws IOException;
    }

    public TimeLimit(Duration limit) {
        this.limit = limit;
    }

    /** Does the work on this thread; leaves the thread without an interrupt of ours, whatever becomes of the work. */
    public <T> T within(Work<T> work) throws IOException {
        var alarm = new Alarm(Thread.currentThread());
        var pending = timer.schedule(alarm::ring, limit.toNanos(), TimeUnit.NANOSECONDS);
        try {
            return work.done();
        } finally {
            pending.cancel(false);
            alarm.silence();
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    /** Either rings, or was silenced before. */
    private static final class Alarm {
        private final Thread sleeper;
        private boolean silenced;
        private boolean rang;

        Alarm(Thread sleeper) {
            this.sleeper = sleeper;
        }

        synchronized void ring() {
            if (!silenced) {
                rang = true;
                sleeper.interrupt();
            }
        }

        synchronized void silence() {
            silenced = true;
            if (rang) {
                Thread.interrupted();
            }
        }
    }
}
