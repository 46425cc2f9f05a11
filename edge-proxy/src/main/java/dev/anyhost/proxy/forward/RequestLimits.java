package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.concurrent.RateLimit;
import dev.anyhost.proxy.concurrent.RateLimiter;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/** How many requests are taken from one client and for one tenant. Any thread may ask. */
public final class RequestLimits {

    /** As many as come. */
    public static final RequestLimits NONE = new RequestLimits(Optional.empty(), Optional.empty(), () -> 0);

    private final Optional<RateLimiter<ClientNetwork>> perClient;
    private final Optional<RateLimiter<String>> perTenant;

    /** @param nanos a monotonic clock */
    public RequestLimits(Optional<RateLimit> perClient, Optional<RateLimit> perTenant, LongSupplier nanos) {
        this.perClient = perClient.map(limit -> new RateLimiter<>(limit, nanos));
        this.perTenant = perTenant.map(limit -> new RateLimiter<>(limit, nanos));
    }

    /**
     * A request that is too many.
     *
     * @param retryAfter when the next one is taken, if nobody else comes
     */
    record Excess(RequestError error, Duration retryAfter) {}

    /**
     * Counts a request, whatever becomes of it; what one client has too many of is to take nothing from its tenant, so
     * this is asked first.
     *
     * @param client empty for who isn't limited
     */
    Optional<Excess> ofClient(Optional<ClientNetwork> client) {
        return perClient.flatMap(limiter ->
                client.filter(one -> !limiter.tryTake(one)).map(over -> excess(RequestError.CLIENT_LIMITED, limiter)));
    }

    /** Counts a request that would go to the tenant's origin. */
    Optional<Excess> ofTenant(String tenant) {
        return perTenant
                .filter(limiter -> !limiter.tryTake(tenant))
                .map(limiter -> excess(RequestError.TENANT_LIMITED, limiter));
    }

    private static Excess excess(RequestError error, RateLimiter<?> limiter) {
        return new Excess(error, limiter.limit().refill());
    }
}
