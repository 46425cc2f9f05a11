package dev.anyhost.proxy.ops;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether memory is so short that nothing new is taken on. Each connection's buffers are bounded, but not how many an operator
 * lets in; what is there already needs the rest to come to its end. Begins when direct memory or heap passes the high mark,
 * which for direct memory each question sees at once, and ends when both are below the low one.
 */
public final class Shedding implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Shedding.class);

    /** How far the low mark is below the high one. */
    private static final double BETWEEN_MARKS = 0.1;

    private static final long BETWEEN_LOOKS = Duration.ofMillis(100).toNanos();
    /** A heap that nobody fills any more isn't collected either, and would look full for ever. */
    private static final int LOOKS_TO_A_COLLECTION = 50;
    /** Five minutes: a heap that is full of what is in use stays full however often it is collected. */
    private static final int MOST_LOOKS_TO_A_COLLECTION = 3_000;

    private final MemoryUse use;
    private final double high;
    private final Thread watch = Thread.ofPlatform().name("memory").daemon().unstarted(this::watch);
    private volatile boolean now;
    private volatile boolean closed;
    // Of the watching thread.
    private boolean told;
    private int looksAtFullHeap;
    private int looksToACollection = LOOKS_TO_A_COLLECTION;

    /** @param high share of direct memory or heap beyond which nothing new is taken on, from above 0.1 to 1 */
    public Shedding(MemoryUse use, double high) {
        this.use = use;
        this.high = high;
    }

    /** Looks after itself from now on. */
    public Shedding start() {
        watch.start();
        return this;
    }

    /** Whether whatever is new is to be turned away. Any thread may ask, for two volatile reads. */
    public boolean isOn() {
        if (!now && use.direct() > high) {
            now = true; // The watch may look too late: a burst fills what is left within its pause.
        }
        return now;
    }

    private void watch() {
        while (!closed) {
            look();
            LockSupport.parkNanos(this, BETWEEN_LOOKS);
        }
    }

    /** One look at the marks; for one thread. */
    void look() {
        double direct = use.direct();
        double heap = use.heap();
        double low = high - BETWEEN_MARKS;
        if (direct > high || heap > high) {
            now = true;
        } else if (direct < low && heap < low) {
            now = false;
        }
        if (heap < low) {
            looksAtFullHeap = 0;
            looksToACollection = LOOKS_TO_A_COLLECTION;
        } else if (now && ++looksAtFullHeap == looksToACollection) {
            looksAtFullHeap = 0;
            looksToACollection = Math.min(2 * looksToACollection, MOST_LOOKS_TO_A_COLLECTION);
            use.collect();
        }
        tell(direct, heap);
    }

    private void tell(double direct, double heap) {
        if (now == told) {
            return;
        }
        told = now;
        var line = told ? LOG.atWarn() : LOG.atInfo();
        line.addKeyValue("direct_percent", Math.round(direct * 100))
                .addKeyValue("heap_percent", Math.round(heap * 100))
                .log(
                        told
                                ? "memory is short: new connections and requests are turned away"
                                : "memory is no longer short");
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(watch);
    }
}
