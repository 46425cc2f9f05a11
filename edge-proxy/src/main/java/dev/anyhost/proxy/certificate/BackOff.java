package dev.anyhost.proxy.certificate;

import dev.anyhost.store.IssuanceFailure;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * When a failed issuance is tried again: after 1, 10 and 100 minutes, then daily, as Let's Encrypt recommends
 * (letsencrypt.org/docs/integration-guide). A hostname that is allowed but points elsewhere fails three times in its first
 * hour at most, where the authority allows five.
 */
final class BackOff {

    private static final List<Duration> PAUSES =
            List.of(Duration.ofMinutes(1), Duration.ofMinutes(10), Duration.ofMinutes(100), Duration.ofDays(1));

    private BackOff() {}

    static int count(Optional<IssuanceFailure> before) {
        return before.map(IssuanceFailure::count).orElse(0) + 1;
    }

    /** @param count how many attempts in a row have failed, from 1 */
    static Duration pause(int count) {
        return PAUSES.get(Math.min(count, PAUSES.size()) - 1);
    }
}
