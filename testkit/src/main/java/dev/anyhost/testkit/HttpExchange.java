package dev.anyhost.testkit;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A request that reached an {@link HttpGate}, and its answer once there is one. For any number of threads. */
public final class HttpExchange {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final RawRequest request;
    private final long arrivedNanos = System.nanoTime();
    private final CompletableFuture<HttpAnswer> answer = new CompletableFuture<>();

    HttpExchange(RawRequest request) {
        this.request = request;
    }

    public RawRequest request() {
        return request;
    }

    /** When the request had come, on the clock of {@link System#nanoTime}. */
    public long arrivedNanos() {
        return arrivedNanos;
    }

    /** What the server behind the gate, or the script in its place, answered; empty when it hasn't yet. */
    public Optional<HttpAnswer> answer() {
        return Optional.ofNullable(answer.getNow(null));
    }

    /**
     * Waits for the answer.
     *
     * @throws IllegalStateException when there is none within a minute
     */
    public HttpAnswer awaitAnswer() {
        try {
            return answer.get(LIMIT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new IllegalStateException("no answer in " + LIMIT + " to " + request.requestLine(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for an answer", e);
        }
    }

    /** Whether it was answered with this status code. */
    public boolean answeredWith(int status) {
        return answer().filter(given -> given.is(status)).isPresent();
    }

    void answered(HttpAnswer given) {
        answer.complete(given);
    }

    @Override
    public String toString() {
        return request.requestLine() + " → "
                + answer().flatMap(given -> given.head().lines().findFirst()).orElse("nothing");
    }
}
