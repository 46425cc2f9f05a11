package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.concurrent.RateLimit;
import dev.anyhost.proxy.concurrent.RateLimiter;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** How many requests are taken from one client and for one tenant. Any thread may ask. */
public final class RequestLimits {

    /** As many as come. */
    public static final RequestLimits NONE = new RequestLimits(Optional.empty(), Optional.empty(), () -> 0);

    private static final Duration A_MOMENT = Duration.ofSeconds(5);

    private final Optional<RateLimiter<ClientNetwork>> perClient;
    private final Optional<RateLimiter<String>> perTenant;

    private final BooleanSupplier shedding;

    /** As many as these, whatever memory is left. */
    public RequestLimits(Optional<RateLimit> perClient, Optional<RateLimit> perTenant, LongSupplier nanos) {
        this(perClient, perTenant, nanos, () -> false);
    }

    /**
     * @param nanos a monotonic clock
     * @param shedding whether none is taken now
     */
    public RequestLimits(
            Optional<RateLimit> perClient,
            Optional<RateLimit> perTenant,
            LongSupplier nanos,
            BooleanSupplier shedding) {
        this.shedding = shedding;
        this.perClient = perClient.map(limit -> new RateLimiter<>(limit, nanos));
        this.perTenant = perTenant.map(limit -> new RateLimiter<>(limit, nanos));
    }

    /**
     * A request that is too many.
     *
     * @param retryAfter when the next one is taken, if nobody else comes
     */
    record Excess(RequestError error, Duration retryAfter) {}

    /** Whatever comes is too many while memory is short; counts nothing. */
    Optional<Excess> ofProcess() {
        return shedding.getAsBoolean()
                ? Optional.of(new Excess(RequestError.MEMORY_SHORT, A_MOMENT))
                : Optional.empty();
    }

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
