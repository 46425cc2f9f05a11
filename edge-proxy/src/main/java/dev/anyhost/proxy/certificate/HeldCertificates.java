package dev.anyhost.proxy.certificate;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The certificates in this process's memory, with the route that was last known for each. Bounded by count; what is used
 * least goes first. Any thread may call any method, and none blocks.
 */
public final class HeldCertificates implements AutoCloseable {

    private final Cache<Hostname, Held> memory;
    private final InstantSource clock;

    public HeldCertificates(int capacity, InstantSource clock) {
        this.clock = clock;
        this.memory = Caffeine.newBuilder()
                .maximumSize(capacity)
                .executor(Runnable::run) // Every request looks here: waking another thread costs more than the upkeep.
                .evictionListener(HeldCertificates::released)
                .build();
    }

    /**
     * One name's certificate and route.
     *
     * @param seen when the store last had this certificate
     * @param uses of the name, whatever its certificate
     */
    public record Held(ServableCertificate certificate, Route route, Instant seen, Uses uses) {}

    /** The name's certificate while it is valid. The caller must {@link ServableCertificate#retain} before use. */
    Optional<Held> find(Hostname hostname) {
        return Optional.ofNullable(memory.getIfPresent(hostname))
                .filter(held -> held.certificate().notAfter().isAfter(clock.instant()));
    }

    /**
     * Holds this certificate and takes over the caller's reference to it; what is held afterwards. A newer one stays: a replica
     * may have shown the one before it.
     */
    Held hold(Hostname hostname, Held next) {
        return Objects.requireNonNull(memory.asMap().compute(hostname, (_, before) -> {
            if (before == null || before.certificate() == next.certificate()) {
                return next;
            }
            if (isNewer(before.certificate(), next.certificate())) {
                next.certificate().release();
                return new Held(before.certificate(), next.route(), next.seen(), next.uses());
            }
            before.certificate().release();
            return next;
        }));
    }

    private boolean isNewer(ServableCertificate one, ServableCertificate other) {
        return one.notBefore().isAfter(other.notBefore()) && one.notAfter().isAfter(clock.instant());
    }

    /** Holds the same certificate with another route. */
    void reroute(Hostname hostname, Route route) {
        memory.asMap()
                .computeIfPresent(
                        hostname, (name, held) -> new Held(held.certificate(), route, held.seen(), held.uses()));
    }

    /** Forgets a name; false when there was nothing to forget. Connections that use its certificate keep working. */
    boolean drop(Hostname hostname) {
        Held dropped = memory.asMap().remove(hostname);
        if (dropped != null) {
            dropped.certificate().release();
        }
        return dropped != null;
    }

    /** Forgets all names. */
    @Override
    public void close() {
        memory.asMap().keySet().forEach(this::drop);
    }

    /** How many certificates are in memory, about. */
    public long count() {
        return memory.estimatedSize();
    }

    private static void released(@Nullable Hostname hostname, @Nullable Held held, RemovalCause cause) {
        if (held != null) {
            held.certificate().release();
        }
    }
}
