package dev.anyhost.proxy.certificate;

import dev.anyhost.domain.Hostname;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

/** At most one acquisition under way for each name; whoever comes meanwhile shares its answer. For virtual threads. */
final class Flights {

    private final ConcurrentMap<Hostname, CompletableFuture<CertificateAnswer>> underway = new ConcurrentHashMap<>();

    /**
     * Starts the name's flight or waits for the one under way.
     *
     * @param patience how long to wait for somebody else's flight; one's own is seen to its end
     * @param late the answer when patience has run out
     */
    CertificateAnswer join(
            Hostname hostname,
            Function<Hostname, CertificateAnswer> flight,
            Duration patience,
            Supplier<CertificateAnswer> late)
            throws InterruptedException {
        var mine = new CompletableFuture<CertificateAnswer>();
        var theirs = underway.putIfAbsent(hostname, mine);
        if (theirs != null) {
            return await(theirs, patience, late);
        }
        try {
            CertificateAnswer answer = flight.apply(hostname);
            mine.complete(answer);
            return answer;
        } catch (RuntimeException | Error bug) {
            mine.completeExceptionally(bug);
            throw bug;
        } finally {
            underway.remove(hostname, mine);
        }
    }

    boolean isUnderWay(Hostname hostname) {
        return underway.containsKey(hostname);
    }

    private static CertificateAnswer await(
            CompletableFuture<CertificateAnswer> flight, Duration patience, Supplier<CertificateAnswer> late)
            throws InterruptedException {
        try {
            return flight.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException stillFlying) {
            return late.get();
        } catch (ExecutionException bug) {
            throw new IllegalStateException(bug.getCause());
        }
    }
}
