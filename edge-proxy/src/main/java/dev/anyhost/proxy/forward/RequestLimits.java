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
     * Counts a request; what one client has too many of takes nothing from its tenant.
     *
     * @param client empty for who isn't limited
     */
    Optional<Excess> excess(Optional<ClientNetwork> client, String tenant) {
        if (perClient.isPresent() && client.isPresent() && !perClient.get().tryTake(client.get())) {
            return Optional.of(excess(RequestError.CLIENT_LIMITED, perClient.get()));
        }
        if (perTenant.isPresent() && !perTenant.get().tryTake(tenant)) {
            return Optional.of(excess(RequestError.TENANT_LIMITED, perTenant.get()));
        }
        return Optional.empty();
    }

    private static Excess excess(RequestError error, RateLimiter<?> limiter) {
        return new Excess(error, limiter.limit().refill());
    }
}
