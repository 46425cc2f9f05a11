package dev.anyhost.proxy.certificate;

import dev.anyhost.domain.Hostname;
import dev.anyhost.store.HostTraffic;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * Tells the store how busy names are: at most one small write a day for each name that is in memory and in use.
 *
 * <p>A name's first note comes at a random time of its first day. Were it due after a whole day, instances that are replaced
 * daily would never note anything; so each of a thousand names has its chance, in proportion to its traffic.
 */
public final class TrafficNotes {

    private static final long A_DAY = Duration.ofDays(1).toSeconds();

    private final HostTraffic traffic;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Executor afterwards;

    /**
     * @param random for any number of threads
     * @param afterwards runs blocking work that no visitor needs to wait for
     */
    public TrafficNotes(HostTraffic traffic, InstantSource clock, RandomGenerator random, Executor afterwards) {
        this.traffic = traffic;
        this.clock = clock;
        this.random = random;
        this.afterwards = afterwards;
    }

    /** Begins to count a name, with the visitor who brought it into memory. */
    Uses begin() {
        Instant noteAt = clock.instant().plusSeconds(random.nextLong(A_DAY));
        Uses uses = new Uses(noteAt);
        uses.one();
        return uses;
    }

    /** Notes what was counted, if it is time. What isn't noted for the store's sake is lost. */
    void note(Hostname hostname, Uses uses) {
        uses.due(clock.instant()).ifPresent(count -> afterwards.execute(() -> traffic.add(hostname, count)));
    }
}
