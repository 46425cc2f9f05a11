package dev.anyhost.store;

import dev.anyhost.domain.Route;
import java.time.Instant;
import java.util.Optional;

/**
 * What the verifier last said about a hostname: the guide while the verifier is silent.
 *
 * @param route where the hostname's requests go and how they are treated; of no account while it is refused
 * @param refusedAt since when the hostname is refused; empty while it is allowed. The first refusal's time stays until
 *     the hostname is allowed again
 */
public record LastVerdict(Route route, Optional<Instant> refusedAt) {

    /** Stands for a verdict that can't be read: as good as refused until the verifier speaks. */
    public static final LastVerdict UNKNOWN = new LastVerdict(Route.UNNAMED, Optional.of(Instant.EPOCH));

    /** The verdict of a hostname that is allowed. */
    public static LastVerdict allowed(Route route) {
        return new LastVerdict(route, Optional.empty());
    }
}
