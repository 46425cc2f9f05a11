package dev.anyhost.proxy.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.Semaphore;

/**
 * Threads of which exactly one runs at a time, on a clock that moves only when all of them wait. Who waits shortest runs
 * next, so that whoever chooses the waits chooses the schedule. The baton that is handed on makes what one thread wrote
 * visible to the next.
 */
final class Schedule {

    private static final Duration LONGEST = Duration.ofMinutes(30);

    private final PriorityQueue<Turn> waiting =
            new PriorityQueue<>(Comparator.<Turn>comparingLong(turn -> turn.at).thenComparingLong(turn -> turn.number));
    private final List<Throwable> failures = new ArrayList<>();
    private final Semaphore over = new Semaphore(0);
    private long nanos;
    private long turns;

    private static final class Turn {
        private final Semaphore baton = new Semaphore(0);
        private final long at;
        private final long number;

        private Turn(long at, long number) {
            this.at = at;
            this.number = number;
        }
    }

    /** Has {@code body} begin after a while. */
    void start(Duration in, Runnable body) {
        Turn first = turnIn(in);
        Thread.startVirtualThread(() -> {
            first.baton.acquireUninterruptibly();
            try {
                body.run();
            } catch (Throwable bug) { // also the errors that assertions are
                failures.add(bug);
            }
            handOn();
        });
    }

    /** Blocks until all threads have ended; what one of them failed with is thrown. */
    void run() {
        handOn();
        over.acquireUninterruptibly();
        if (!failures.isEmpty()) {
            throw new AssertionError(failures.getFirst().toString(), failures.getFirst());
        }
    }

    /** For the running thread: lets the others run until its time has come. */
    void sleep(Duration time) {
        Turn mine = turnIn(time);
        handOn();
        mine.baton.acquireUninterruptibly();
    }

    private Turn turnIn(Duration time) {
        Turn turn = new Turn(nanos + time.toNanos(), turns++);
        waiting.add(turn);
        return turn;
    }

    private void handOn() {
        Turn next = waiting.poll();
        if (next == null) {
            over.release();
            return;
        }
        nanos = next.at;
        if (nanos > LONGEST.toNanos()) {
            failures.add(new AssertionError("no end after " + LONGEST));
            over.release();
            return;
        }
        next.baton.release();
    }

    /** Time since the beginning. */
    Duration now() {
        return Duration.ofNanos(nanos);
    }

    Instant instant() {
        return Instant.parse("2026-11-21T00:00:00Z").plus(now());
    }
}
