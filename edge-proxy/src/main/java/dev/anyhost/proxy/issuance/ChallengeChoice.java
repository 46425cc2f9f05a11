package dev.anyhost.proxy.issuance;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.challenge.ChallengeType;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * Which challenge type the next attempt uses at one authority. A failed challenge kills its order (RFC 8555 section
 * 7.1.6), so there is one type per attempt: first the one that last worked here, then the configured order; after a
 * failure another than the one that failed. In memory only. Any thread may call any method.
 */
public final class ChallengeChoice {

    private static final int CAPACITY = 100_000;

    private final List<ChallengeType> configured;
    private final AtomicReference<Optional<ChallengeType>> lastWorked = new AtomicReference<>(Optional.empty());
    private final Cache<Hostname, ChallengeType> lastFailed =
            Caffeine.newBuilder().maximumSize(CAPACITY).build();

    /**
     * With nothing learnt yet.
     *
     * @param configured the types that may be used, the preferred one first; not empty
     */
    public ChallengeChoice(List<ChallengeType> configured) {
        if (configured.isEmpty()) {
            throw new IllegalArgumentException("challenges: [] (expected: " + ChallengeType.EXPECTED + ")");
        }
        this.configured = List.copyOf(configured);
    }

    /** The type for the next attempt at this hostname. */
    public ChallengeType next(Hostname hostname) {
        Optional<ChallengeType> failed = Optional.ofNullable(lastFailed.getIfPresent(hostname));
        List<ChallengeType> order = Stream.concat(lastWorked.get().stream(), configured.stream())
                .distinct()
                .toList();
        return order.stream()
                .filter(type -> !failed.equals(Optional.of(type)))
                .findFirst()
                .orElseGet(order::getFirst);
    }

    /** Takes note of how an attempt ended. */
    public void learn(Hostname hostname, IssuanceOutcome outcome) {
        switch (outcome) {
            case IssuanceOutcome.Issued issued -> {
                lastFailed.invalidate(hostname);
                if (configured.contains(issued.worked())) {
                    lastWorked.set(Optional.of(issued.worked()));
                }
            }
            case IssuanceOutcome.ChallengeFailed failed -> lastFailed.put(hostname, failed.type());
            case IssuanceOutcome.RateLimited _, IssuanceOutcome.Rejected _, IssuanceOutcome.Unavailable _ -> {
                // They say nothing of the challenge.
            }
        }
    }
}
