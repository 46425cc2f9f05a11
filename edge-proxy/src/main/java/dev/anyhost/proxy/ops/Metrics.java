package dev.anyhost.proxy.ops;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The process's counters and histograms, in Prometheus text format. Names are part of the product's contract: each has
 * its one method here, so that a label can't be spelt in two ways. Any thread may call any method.
 */
public final class Metrics {

    private static final Duration[] WAITS = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(25),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(2),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
    };

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Timer ask = timer("anyhost.ask", "");
    private final Timer order = timer("anyhost.order", "");
    private final Timer request = timer("anyhost.request", "");
    private final Map<String, Counter> handshakes = new ConcurrentHashMap<>();
    private final Map<String, Timer> handshakeWaits = new ConcurrentHashMap<>();
    private final Map<Integer, Counter> requests = new ConcurrentHashMap<>();

    public Metrics() {
        for (String result : new String[] {"served", "refused", "not_ready", "failed"}) {
            handshake(result);
        }
        for (String result : new String[] {"allowed", "refused", "silent"}) {
            askCounter(result);
        }
        for (String result : new String[] {"issued", "present", "elsewhere", "refused", "failed", "dropped"}) {
            warmUp(result);
        }
        for (String result : new String[] {"renewed", "elsewhere", "failed", "refused", "unused", "expired"}) {
            renewal(result);
        }
        for (String result : new String[] {"passed", "failed", "unknown"}) {
            preflight(result);
        }
        for (String result : new String[] {"current", "rotated", "failed"}) {
            ticketKeys(result);
        }
        for (String limit : new String[] {
            "allow-from",
            "connections",
            "memory",
            "connections-per-client",
            "connections-per-tenant",
            "new-connections-per-client",
            "requests-per-client",
            "requests-per-tenant"
        }) {
            limitCounter(limit);
        }
        acceptFailures();
        regionalOrders();
        for (String result : new String[] {"written", "removed", "later"}) {
            broughtHomeCounter(result);
        }
    }

    /** A request to the verifier ended. {@code result}: allowed, refused or silent. */
    public void asked(String result, Duration took) {
        askCounter(result).increment();
        ask.record(took);
    }

    /** An order ended. {@code result}: issued, challenge_failed, rate_limited or error. */
    public void ordered(String issuer, String result, Duration took) {
        registry.counter("anyhost.orders", "issuer", issuer, "result", result).increment();
        order.record(took);
    }

    /** An order was wanted and not made. {@code reason}: paused, by the authority's word, or limit. */
    public void orderWithheld(String issuer, String reason) {
        registry.counter("anyhost.orders.withheld", "issuer", issuer, "reason", reason)
                .increment();
    }

    /** A handshake ended. {@code result}: served, refused, not_ready or failed. */
    public void handshakeEnded(String result) {
        handshake(result).increment();
    }

    /**
     * An attempt ended to have a certificate before its first visitor. {@code result}: issued, present, elsewhere, refused,
     * failed or dropped.
     */
    public void warmedUp(String result) {
        warmUp(result).increment();
    }

    /**
     * A certificate that was due was looked after. {@code result}: renewed, elsewhere, waiting, refused, unused, expired,
     * failed, unreadable, gone, busy or unreachable.
     */
    public void lookedAfter(String result) {
        renewal(result).increment();
    }

    /** Something was looked at before an order. {@code result}: passed, failed or unknown. */
    public void preflighted(String result) {
        preflight(result).increment();
    }

    /** How long a served handshake waited for its certificate. {@code cause}: memory, store, issued or waited. */
    public void handshakeWaited(String cause, Duration waited) {
        handshakeWaits
                .computeIfAbsent(cause, c -> timer("anyhost.handshake.wait", c))
                .record(waited);
    }

    /** A response went out to a client (or the connection was cut: 499). */
    public void requestEnded(int code, Duration took) {
        requests.computeIfAbsent(code, c -> registry.counter("anyhost.requests", "code", Integer.toString(c)))
                .increment();
        request.record(took);
    }

    /** Something was too much. {@code limit}: the configuration's key that said so. */
    public void limited(String limit) {
        limitCounter(limit).increment();
    }

    /** Connections that are open now. {@code listener}: https or http. */
    public void connections(String listener, Supplier<Number> open) {
        Gauge.builder("anyhost.connections", open).tag("listener", listener).register(registry);
    }

    /** What is used of direct memory and heap, as shares; and 1 while what is new is turned away for it, else 0. */
    public void memory(MemoryUse use, BooleanSupplier shedding) {
        Gauge.builder("anyhost.memory.used", use::direct).tag("of", "direct").register(registry);
        Gauge.builder("anyhost.memory.used", use::heap).tag("of", "heap").register(registry);
        Gauge.builder("anyhost.shedding", () -> shedding.getAsBoolean() ? 1 : 0).register(registry);
    }

    /** Log events that were lost, which no log tells while the disk is full. */
    public void logLost(LongSupplier lost) {
        FunctionCounter.builder("anyhost.log.lost", this, any -> lost.getAsLong())
                .register(registry);
    }

    /** No connection could be accepted, for want of a file descriptor or of memory in the kernel. */
    public void acceptFailed() {
        acceptFailures().increment();
    }

    /** A call to the certificate store's database ended. */
    public void storeCalled(String operation, String result) {
        registry.counter("anyhost.store.calls", "operation", operation, "result", result)
                .increment();
    }

    public void certificatesHeld(Supplier<Number> held) {
        Gauge.builder("anyhost.certificates.held", held).register(registry);
    }

    /** The shared keys of session tickets were read again, or should have been. {@code result}: current, rotated or failed. */
    public void ticketKeysRefreshed(String result) {
        ticketKeys(result).increment();
    }

    /** Seconds for which the key that encrypts session tickets has been due to do so: over 12 hours, nobody rotates. */
    public void ticketKeyAge(Supplier<Number> seconds) {
        Gauge.builder("anyhost.ticket.key.age.seconds", seconds).register(registry);
    }

    /**
     * Certificates that should have been renewed, in the parts that this process went through last: summed over all
     * processes each counts once. {@code share} of their life that is left at most: sixth (a quarter of a life under ten
     * days) or twelfth (a tenth).
     */
    public void certificatesOverdue(String share, Supplier<Number> overdue) {
        Gauge.builder("anyhost.certificates.overdue", overdue)
                .tag("share", share)
                .register(registry);
    }

    /** 1 while the home region can be reached, 0 while this region is on its own. */
    public void homeReachable(Supplier<Number> reachable) {
        Gauge.builder("anyhost.home.reachable", reachable).register(registry);
    }

    /** An order was made in this region's own rows, since the home region was away. */
    public void orderedInRegion() {
        regionalOrders().increment();
    }

    /** A certificate of such an order was to be brought home. {@code result}: written, removed or later. */
    public void broughtHome(String result) {
        broughtHomeCounter(result).increment();
    }

    /** How many wait for a verdict or a certificate. */
    public void waiting(Supplier<Number> waiting) {
        Gauge.builder("anyhost.waiting", waiting).register(registry);
    }

    /** Everything in Prometheus text exposition format 0.0.4. */
    public String scrape() {
        return registry.scrape();
    }

    private Counter acceptFailures() {
        return registry.counter("anyhost.accept.failures");
    }

    private Counter limitCounter(String limit) {
        return registry.counter("anyhost.limited", "limit", limit);
    }

    private Counter regionalOrders() {
        return registry.counter("anyhost.regional.orders");
    }

    private Counter broughtHomeCounter(String result) {
        return registry.counter("anyhost.brought.home", "result", result);
    }

    private Counter askCounter(String result) {
        return registry.counter("anyhost.ask", "result", result);
    }

    private Counter warmUp(String result) {
        return registry.counter("anyhost.warm.ups", "result", result);
    }

    private Counter renewal(String result) {
        return registry.counter("anyhost.renewals", "result", result);
    }

    private Counter preflight(String result) {
        return registry.counter("anyhost.preflight", "result", result);
    }

    private Counter ticketKeys(String result) {
        return registry.counter("anyhost.ticket.key.refreshes", "result", result);
    }

    private Counter handshake(String result) {
        return handshakes.computeIfAbsent(result, r -> registry.counter("anyhost.handshakes", "result", r));
    }

    private Timer timer(String name, String cause) {
        var builder = Timer.builder(name).serviceLevelObjectives(WAITS);
        return (cause.isEmpty() ? builder : builder.tag("cause", cause)).register(registry);
    }
}
