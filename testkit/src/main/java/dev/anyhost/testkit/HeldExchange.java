package dev.anyhost.testkit;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One exchange that an {@link HttpGate} stops at a chosen point, until it is released. */
public final class HeldExchange implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final CompletableFuture<HttpExchange> arrived = new CompletableFuture<>();
    private final CountDownLatch released = new CountDownLatch(1);

    HeldExchange() {}

    /**
     * Waits until the exchange is at the point where it is held.
     *
     * @throws IllegalStateException when it doesn't get there within a minute
     */
    public HttpExchange await() {
        try {
            return arrived.get(LIMIT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new IllegalStateException("no such exchange in " + LIMIT, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for an exchange", e);
        }
    }

    /** Whether the exchange got there. */
    public boolean hasArrived() {
        return arrived.isDone();
    }

    /** Lets it go on; also when it isn't there yet. */
    public void release() {
        released.countDown();
    }

    /** As {@link #release()}. */
    @Override
    public void close() {
        release();
    }

    void hold(HttpExchange exchange) {
        arrived.complete(exchange);
        try {
            released.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
