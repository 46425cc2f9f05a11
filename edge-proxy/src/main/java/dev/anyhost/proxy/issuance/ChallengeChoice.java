package dev.anyhost.proxy.issuance;

import dev.anyhost.proxy.challenge.ChallengeType;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * Which challenge type the next attempt uses at one authority. A failed challenge kills its order (RFC 8555 section
 * 7.1.6), so there is one type per attempt: first the one that last worked here, then the configured order; after a
 * failure another than the one that failed. Any thread may call any method.
 */
public final class ChallengeChoice {

    private final List<ChallengeType> configured;
    private final AtomicReference<Optional<ChallengeType>> lastWorked = new AtomicReference<>(Optional.empty());

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

    /**
     * The type for the next attempt at a hostname.
     *
     * @param failedLabel the type that failed last for this hostname, on whatever instance, as it is written in ACME
     */
    public ChallengeType next(Optional<String> failedLabel) {
        Optional<ChallengeType> failed = failedLabel.flatMap(ChallengeType::parse);
        List<ChallengeType> order = Stream.concat(lastWorked.get().stream(), configured.stream())
                .distinct()
                .toList();
        return order.stream()
                .filter(type -> !failed.equals(Optional.of(type)))
                .findFirst()
                .orElseGet(order::getFirst);
    }

    /**
     * The same where rows may not be shared by all regions: then http-01, whose answers need nothing but the account's key, goes
     * first in any case.
     */
    public ChallengeType next(Optional<String> failedLabel, boolean rowsAreShared) {
        return !rowsAreShared && configured.contains(ChallengeType.HTTP_01) ? ChallengeType.HTTP_01 : next(failedLabel);
    }

    /** Takes note of how an attempt ended. */
    public void learn(IssuanceOutcome outcome) {
        if (outcome instanceof IssuanceOutcome.Issued issued && configured.contains(issued.worked())) {
            lastWorked.set(Optional.of(issued.worked()));
        }
    }
}
