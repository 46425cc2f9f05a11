package dev.anyhost.proxy.certificate;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.anyhost.domain.Hostname;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Which issuances failed, and when each may be tried again: after 1, 10 and 100 minutes, then daily, as Let's Encrypt
 * recommends, so that a hostname which is allowed but points elsewhere fails at most three times in its first hour (the
 * CA allows five). Any thread may call any method.
 */
final class FailureMemory {

    private static final List<Duration> BACK_OFF =
            List.of(Duration.ofMinutes(1), Duration.ofMinutes(10), Duration.ofMinutes(100), Duration.ofDays(1));
    private static final int CAPACITY = 100_000;

    private final InstantSource clock;
    private final Cache<Hostname, Failed> memory =
            Caffeine.newBuilder().maximumSize(CAPACITY).build();

    FailureMemory(InstantSource clock) {
        this.clock = clock;
    }

    /** Until when nothing is tried for this name, if its last attempt failed. */
    Optional<Instant> pausedUntil(Hostname hostname) {
        return Optional.ofNullable(memory.getIfPresent(hostname))
                .map(Failed::retryAt)
                .filter(retryAt -> retryAt.isAfter(clock.instant()));
    }

    /** @return when it may be tried again */
    Instant failed(Hostname hostname) {
        return memory.asMap()
                .compute(hostname, (name, before) -> {
                    int failures = before == null ? 0 : before.failures();
                    Duration pause = BACK_OFF.get(Math.min(failures, BACK_OFF.size() - 1));
                    return new Failed(failures + 1, clock.instant().plus(pause));
                })
                .retryAt();
    }

    void succeeded(Hostname hostname) {
        memory.invalidate(hostname);
    }

    private record Failed(int failures, Instant retryAt) {}
}
