package dev.anyhost.domain;

import java.time.Duration;
import java.util.Optional;

/**
 * How the requests of one hostname are treated, beside where they go.
 *
 * @param preserveHost whether the origin sees the customer's {@code Host}; empty for the proxy's own setting
 * @param httpsRedirect whether plain HTTP is answered with a redirect to https; otherwise it is refused
 * @param hsts the max-age of {@code Strict-Transport-Security} (RFC 6797) in whole seconds, up to {@link #LONGEST_HSTS};
 *     empty for none of ours
 */
public record Policy(Optional<Boolean> preserveHost, boolean httpsRedirect, Optional<Duration> hsts) {

    /** Two years, the most that preload lists ask for. */
    public static final Duration LONGEST_HSTS = Duration.ofDays(730);

    /** What a hostname has whose owner said nothing. */
    public static final Policy DEFAULT = new Policy(Optional.empty(), true, Optional.empty());

    /** @throws IllegalArgumentException when {@code hsts} is negative, too long or not in whole seconds */
    public Policy {
        if (hsts.filter(age -> !isHsts(age)).isPresent()) {
            throw new IllegalArgumentException("hsts: " + hsts.get());
        }
    }

    /** Whether this is a possible max-age. */
    public static boolean isHsts(Duration age) {
        return !age.isNegative() && age.compareTo(LONGEST_HSTS) <= 0 && age.toNanosPart() == 0;
    }
}
