package dev.anyhost.proxy.certificate;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import dev.anyhost.proxy.certificate.CertificateAnswer.NotYet;
import java.time.InstantSource;
import java.util.Optional;

/**
 * This process's view of which names needn't be tried now, so that their visitors hear so in microseconds. What all
 * instances must know of is in the store. Any thread may call any method; none blocks.
 */
public final class FailureMemory {

    private static final int CAPACITY = 100_000;

    private final InstantSource clock;
    private final Cache<Hostname, Noted> memory =
            Caffeine.newBuilder().maximumSize(CAPACITY).build();

    public FailureMemory(InstantSource clock) {
        this.clock = clock;
    }

    private record Noted(NotYet answer, Route route) {}

    /** The answer to a visitor for as long as nothing is tried; under a route that leads elsewhere, it may be. */
    Optional<NotYet> find(Hostname hostname, Route route) {
        Noted noted = memory.getIfPresent(hostname);
        return noted != null
                        && noted.answer().retryAt().isAfter(clock.instant())
                        && noted.route().leadsWhere(route)
                ? Optional.of(noted.answer())
                : Optional.empty();
    }

    /** Keeps an answer until its own time. */
    void note(Hostname hostname, Route route, NotYet answer) {
        memory.put(hostname, new Noted(answer, route));
    }

    void forget(Hostname hostname) {
        memory.invalidate(hostname);
    }
}
