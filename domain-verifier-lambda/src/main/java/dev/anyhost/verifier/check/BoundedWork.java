package dev.anyhost.verifier.check;

import dev.anyhost.domain.Hostname;
import dev.anyhost.verifier.whitelist.DueResult;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does something for every hostname that is due, many at a time, each on a virtual thread. The thread that calls {@link
 * #over} hands out the work and waits for all of it; nothing begins when time is up, or when the table is away.
 */
final class BoundedWork {

    private static final Logger LOG = LoggerFactory.getLogger(BoundedWork.class);

    /** What waits for other people's name servers and endpoints costs nothing but sockets. */
    private static final int AT_ONCE = 64;

    private static final int PAGE = 500;

    /** A table that throttles some calls isn't away. */
    private static final int MOST_FAILURES = 20;

    /** How long after its time is up work may still go on; then it is interrupted, and its hostnames stay due. */
    private static final Duration LAST = Duration.ofSeconds(12);

    private static final Duration INTERRUPTED = Duration.ofSeconds(1);

    private final InstantSource clock;
    private final Instant stopAt;
    private final Instant interruptAt;
    private final AtomicInteger failures = new AtomicInteger();
    private volatile Optional<String> away = Optional.empty();
    private boolean outOfTime;

    BoundedWork(InstantSource clock, Instant stopAt) {
        this(clock, stopAt, LAST);
    }

    BoundedWork(InstantSource clock, Instant stopAt, Duration last) {
        this.clock = clock;
        this.stopAt = stopAt;
        this.interruptAt = stopAt.plus(last);
    }

    /** What is due, page by page. */
    interface Source {
        DueResult page(int limit, Optional<DueResult.Position> after);
    }

    /**
     * Walks over what is due once, so that what fails and stays due isn't met again. Hostnames of a page come in any order:
     * two runs over one part at once then do different ones.
     *
     * @param failed the outcome of what threw: one hostname must not cost the others their turn
     * @return an outcome for everything that began and wasn't interrupted
     * @throws TableUnreachable when it can't be found out what is due, or when too many calls in a row failed
     */
    <T> List<T> over(Source source, Function<Hostname, T> work, Function<Exception, T> failed) {
        var outcomes = new ConcurrentLinkedQueue<T>();
        var room = new Semaphore(AT_ONCE);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            Optional<DueResult.Position> after = Optional.empty();
            do {
                DueResult.Due page = page(source, after);
                List<Hostname> hostnames = new ArrayList<>(page.hostnames());
                Collections.shuffle(hostnames, ThreadLocalRandom.current());
                for (Hostname hostname : hostnames) {
                    if (!mayBegin(room)) {
                        break;
                    }
                    threads.execute(() -> {
                        outcomes.add(outcome(hostname, work, failed));
                        room.release();
                    });
                }
                after = page.next();
            } while (after.isPresent() && !outOfTime);
            awaitAll(room);
            throwIfAway();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            outOfTime = true;
        } finally {
            end(threads);
        }
        return List.copyOf(outcomes);
    }

    private DueResult.Due page(Source source, Optional<DueResult.Position> after) {
        return switch (source.page(PAGE, after)) {
            case DueResult.Due due -> due;
            case DueResult.Unreachable(String reason) -> throw new TableUnreachable(reason);
        };
    }

    /** Waits for room, as long as there is time. */
    private boolean mayBegin(Semaphore room) throws InterruptedException {
        throwIfAway();
        boolean hasRoom = room.tryAcquire(left(stopAt), TimeUnit.MILLISECONDS);
        if (hasRoom && clock.instant().isBefore(stopAt)) {
            return true;
        }
        if (hasRoom) {
            room.release();
        }
        outOfTime = true;
        return false;
    }

    private void throwIfAway() {
        away.ifPresent(reason -> {
            throw new TableUnreachable(reason);
        });
    }

    private void awaitAll(Semaphore room) throws InterruptedException {
        if (!room.tryAcquire(AT_ONCE, left(interruptAt), TimeUnit.MILLISECONDS)) {
            LOG.warn("{} hostnames took too long and stay due", AT_ONCE - room.availablePermits());
            outOfTime = true;
        }
    }

    private long left(Instant end) {
        return Math.max(0, Duration.between(clock.instant(), end).toMillis());
    }

    private <T> T outcome(Hostname hostname, Function<Hostname, T> work, Function<Exception, T> failed) {
        try {
            return work.apply(hostname);
        } catch (RuntimeException bug) {
            LOG.error("{} stays due", hostname, bug);
            return failed.apply(bug);
        }
    }

    private static void end(ExecutorService threads) {
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(INTERRUPTED.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("Something doesn't end although it was interrupted");
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** The table gave an answer. */
    void tableAnswered() {
        failures.set(0);
    }

    /** The table gave none; too often in a row, and {@link #over} ends. */
    void tableFailed(String reason) {
        if (failures.incrementAndGet() == MOST_FAILURES) {
            away = Optional.of(reason);
        }
    }

    boolean isOutOfTime() {
        return outOfTime;
    }
}
