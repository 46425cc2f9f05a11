package dev.anyhost.proxy.issuance;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How many orders this process has under way at a time. First come, first served; orders that nobody waits for get only
 * what is to spare: they leave half of the places to those who may come.
 */
public final class IssuanceBudget {

    private final Semaphore free;
    private final int reserve;
    private final Object spare = new Object();

    /**
     * With nothing taken.
     *
     * @param concurrentOrders at least 1
     */
    public IssuanceBudget(int concurrentOrders) {
        this.free = new Semaphore(concurrentOrders, true);
        this.reserve = concurrentOrders / 2;
    }

    /**
     * Waits for its turn, at most so long.
     *
     * @return the right to one order, or empty when the time is over
     */
    public Optional<Token> tryTake(Duration patience) throws InterruptedException {
        return free.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)
                ? Optional.of(new Token(free))
                : Optional.empty();
    }

    /** Whether there is a place to spare now. */
    public boolean hasSpare() {
        return free.availablePermits() > reserve;
    }

    /** The right to one order that nobody waits for, or empty when no place is to spare. Never waits for a place. */
    public Optional<Token> tryTakeSpare() {
        // One after the other, so that two who come together can't both take what only one of them may have.
        synchronized (spare) {
            return hasSpare() && free.tryAcquire() ? Optional.of(new Token(free)) : Optional.empty();
        }
    }

    /** The right to one order, until it is closed. */
    public static final class Token implements AutoCloseable {

        private final Semaphore free;
        private final AtomicBoolean closed = new AtomicBoolean();

        private Token(Semaphore free) {
            this.free = free;
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                free.release();
            }
        }
    }
}
