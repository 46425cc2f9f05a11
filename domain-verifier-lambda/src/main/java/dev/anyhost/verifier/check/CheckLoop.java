package dev.anyhost.verifier.check;

import dev.anyhost.verifier.whitelist.Whitelist;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The scheduled run for who hosts the verifier without a scheduler: part after part, again and again. */
public final class CheckLoop implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CheckLoop.class);

    private final ScheduledRun run;
    private final Duration interval;
    private final InstantSource clock;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofVirtual().name("checks").factory());

    private CheckLoop(ScheduledRun run, Duration interval, InstantSource clock) {
        this.run = run;
        this.interval = interval;
        this.clock = clock;
    }

    /** @param interval from the end of one round over all parts to the beginning of the next */
    public static CheckLoop start(ScheduledRun run, Duration interval, InstantSource clock) {
        var loop = new CheckLoop(run, interval, clock);
        var _ = loop.thread.scheduleWithFixedDelay(loop::round, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
        return loop;
    }

    private void round() {
        try {
            for (int shard = 0; shard < Whitelist.SHARDS; shard++) {
                run.run(shard, clock.instant().plus(interval.multipliedBy(10)));
            }
        } catch (TableUnreachable away) {
            LOG.warn("Checks are for later: {}", away.getMessage());
        } catch (RuntimeException bug) {
            // A task that throws is never run again.
            LOG.error("Checks are for later", bug);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
