package dev.anyhost.proxy.certificate;

import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the handshakes of one name in memory until it is time to note them. Any thread may call any method; none blocks. */
public final class Uses {

    private static final long A_DAY = Duration.ofDays(1).toSeconds();

    private final AtomicInteger handshakes = new AtomicInteger();
    private final AtomicLong noteAt;

    Uses(Instant noteAt) {
        this.noteAt = new AtomicLong(noteAt.getEpochSecond());
    }

    void one() {
        handshakes.incrementAndGet();
    }

    /** What is to be noted now; empty when there is nothing, or it isn't time, or another thread does it. Once a day. */
    OptionalInt due(Instant now) {
        long at = noteAt.get();
        if (now.getEpochSecond() < at || !noteAt.compareAndSet(at, now.getEpochSecond() + A_DAY)) {
            return OptionalInt.empty();
        }
        int counted = handshakes.getAndSet(0);
        return counted > 0 ? OptionalInt.of(counted) : OptionalInt.empty();
    }
}
