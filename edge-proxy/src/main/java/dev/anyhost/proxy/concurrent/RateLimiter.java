package dev.anyhost.proxy.concurrent;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.function.LongSupplier;

/**
 * One rate limit for each of many. Who has been away for long enough to have everything back is forgotten, and so is
 * somebody when there are more than are remembered. Any thread may call any method; different keys share no lock.
 */
public final class RateLimiter<K> {

    private static final int REMEMBERED = 100_000;

    private final RateLimit limit;
    private final LongSupplier nanos;
    private final Cache<K, TokenBucket> buckets;

    /** @param nanos a monotonic clock */
    public RateLimiter(RateLimit limit, LongSupplier nanos) {
        this.limit = limit;
        this.nanos = nanos;
        this.buckets = Caffeine.newBuilder()
                .maximumSize(REMEMBERED)
                .expireAfterAccess(limit.period())
                .ticker(nanos::getAsLong)
                .executor(Runnable::run)
                .build();
    }

    /** Takes one of what the key has left, if there is one. */
    public boolean tryTake(K key) {
        return buckets.get(key, any -> new TokenBucket(limit.perSecond(), limit.count(), nanos))
                .tryTake();
    }

    public RateLimit limit() {
        return limit;
    }

    /** How many are remembered now. */
    long remembered() {
        buckets.cleanUp();
        return buckets.estimatedSize();
    }
}
