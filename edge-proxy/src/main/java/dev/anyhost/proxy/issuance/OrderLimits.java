package dev.anyhost.proxy.issuance;

import dev.anyhost.store.TokenLimit;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * What an authority allows one account, as far as it is known; empty for no limit. Renewals that say what they replace are
 * exempt from all of it at Let's Encrypt (letsencrypt.org/docs/rate-limits).
 *
 * @param orders new orders of the account
 * @param domain certificates of one registered domain
 * @param names certificates of one exact set of names, which here is one hostname
 * @param failures failed authorizations of one hostname
 * @param consecutiveFailures the same over the years, after which the authority pauses the hostname
 */
public record OrderLimits(
        Optional<TokenLimit> orders,
        Optional<TokenLimit> domain,
        Optional<TokenLimit> names,
        Optional<TokenLimit> failures,
        Optional<TokenLimit> consecutiveFailures) {

    /** How many regions may order on their own at the same time without exceeding the limits together. */
    private static final int REGIONS = 3;

    /** A test or private authority's. */
    public static final OrderLimits NONE =
            new OrderLimits(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** Let's Encrypt's, in production, in November 2026. */
    public static final OrderLimits LETS_ENCRYPT = new OrderLimits(
            Optional.of(TokenLimit.of(300, Duration.ofHours(3))),
            Optional.of(TokenLimit.of(50, Duration.ofDays(7))),
            Optional.of(TokenLimit.of(5, Duration.ofDays(7))),
            Optional.of(TokenLimit.of(5, Duration.ofHours(1))),
            Optional.of(new TokenLimit(1_152, Duration.ofDays(1))));

    /** What a region takes for itself while its home region is away, and with it everything that is counted there. */
    public OrderLimits ofOneRegion() {
        return new OrderLimits(
                orders.map(OrderLimits::share),
                domain.map(OrderLimits::share),
                names.map(OrderLimits::share),
                failures.map(OrderLimits::share),
                consecutiveFailures.map(OrderLimits::share));
    }

    private static TokenLimit share(TokenLimit whole) {
        return new TokenLimit(
                Math.max(1, whole.capacity() / REGIONS), whole.refill().multipliedBy(REGIONS));
    }

    /** What holds at a directory unless the operator says otherwise. */
    public static OrderLimits of(URI directory) {
        return "acme-v02.api.letsencrypt.org".equals(directory.getHost()) ? LETS_ENCRYPT : NONE;
    }
}
