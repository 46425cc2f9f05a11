package dev.anyhost.proxy.certificate;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.concurrent.TokenBucket;
import dev.anyhost.proxy.issuance.RegisteredDomain;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How many names that never had a certificate are ordered for one registered domain in an hour: whoever points a wildcard
 * at us, and has a verifier that says yes to everything, spends no more than that of the authority's patience.
 */
public final class NewNames {

    private static final int DOMAINS_REMEMBERED = 100_000;
    private static final double SECONDS_AN_HOUR = 3600;

    private final int anHour;
    private final LongSupplier nanos;
    private final Cache<String, TokenBucket> byDomain;

    /**
     * Nothing taken yet.
     *
     * @param anHour from 1
     * @param nanos a monotonic clock
     */
    public NewNames(int anHour, LongSupplier nanos) {
        this.anHour = anHour;
        this.nanos = nanos;
        // A bucket that nobody took from for an hour is full again: as good as forgotten.
        this.byDomain = Caffeine.newBuilder()
                .maximumSize(DOMAINS_REMEMBERED)
                .expireAfterAccess(Duration.ofHours(1))
                .ticker(nanos::getAsLong)
                .build();
    }

    /** Whether one more new name may be ordered for this name's registered domain. */
    boolean tryTake(Hostname hostname) {
        return byDomain.get(
                        RegisteredDomain.of(hostname),
                        domain -> new TokenBucket(anHour / SECONDS_AN_HOUR, anHour, nanos))
                .tryTake();
    }

    /** How long until another one may be ordered, when there is none now. */
    Duration refill() {
        return Duration.ofHours(1).dividedBy(anHour);
    }
}
