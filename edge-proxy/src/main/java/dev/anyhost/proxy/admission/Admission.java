package dev.anyhost.proxy.admission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Verdict;
import dev.anyhost.proxy.admission.Permission.Why;
import dev.anyhost.proxy.concurrent.TokenBucket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What is known of who may use this proxy. The verifier's silence is no verdict and replaces none: what was allowed
 * before goes on, for at most a day from when the silence began.
 *
 * <p>The verifier is protected: at most one ask under way for each name, so many a second in all, and one a second while
 * it is down. Only {@link #ask} and {@link #askAgain} block; the rest may be called on an event loop.
 */
public final class Admission {

    /** How long a verdict is good for after the verifier fell silent. */
    public static final Duration STALE_AT_MOST = Duration.ofHours(24);

    private final VerifierBreaker verifier;
    private final TokenBucket budget;
    private final AskLimits limits;
    private final LongSupplier nanos;
    private final Cache<Hostname, Remembered> memory;
    private final ConcurrentMap<Hostname, CompletableFuture<Permission>> underWay = new ConcurrentHashMap<>();

    /** @param nanos a monotonic clock */
    public Admission(Verifier verifier, AskLimits limits, LongSupplier nanos) {
        this.verifier = new VerifierBreaker(verifier, nanos);
        this.budget = new TokenBucket(limits.perSecond(), limits.burst() + limits.reserve(), nanos);
        this.limits = limits;
        this.nanos = nanos;
        this.memory = Caffeine.newBuilder()
                .maximumSize(limits.remembered())
                .executor(Runnable::run)
                .ticker(nanos::getAsLong)
                .expireAfter(Expiry.creating((Hostname hostname, Remembered remembered) -> remembered.kept()))
                .build();
    }

    /**
     * What is remembered of a name.
     *
     * @param fresh whether it may be relied on without asking
     * @param due whether the caller should see to {@link #askAgain}, in the background; one caller every few seconds is
     *     told so
     */
    public record Standing(Verdict verdict, boolean fresh, boolean due) {}

    /** What is remembered of a name; empty when nothing is, or nothing that still counts. */
    public Optional<Standing> standing(Hostname hostname) {
        Remembered remembered = memory.getIfPresent(hostname);
        if (remembered == null) {
            return Optional.empty();
        }
        long now = nanos.getAsLong();
        boolean fresh = remembered.isFresh(now);
        return fresh || reliesOnThePast()
                ? Optional.of(new Standing(remembered.verdict(), fresh, remembered.takeDue(now)))
                : Optional.empty();
    }

    /** Whether the verifier is known not to answer: who waits for it waits for a time-out. */
    public boolean isVerifierDown() {
        return verifier.isDown();
    }

    /** Whether what was allowed before may still be served without a fresh verdict. */
    public boolean reliesOnThePast() {
        return verifier.silentFor().compareTo(STALE_AT_MOST) < 0;
    }

    /** A permission from a fresh verdict, or by asking. */
    public Permission ask(Hostname hostname) {
        return fresh(hostname).orElseGet(() -> share(hostname, () -> fresh(hostname)));
    }

    /** A permission from a fresh verdict, if there is one. */
    public Optional<Permission> fresh(Hostname hostname) {
        Remembered remembered = memory.getIfPresent(hostname);
        return remembered != null && remembered.isFresh(nanos.getAsLong())
                ? Optional.of(permission(remembered.verdict(), false))
                : Optional.empty();
    }

    /** Asks, however fresh the last verdict is; shares an ask that is under way. */
    public Permission askAgain(Hostname hostname) {
        return share(hostname, Optional::empty);
    }

    /** @param answered what an ask that ended a moment ago may have left */
    private Permission share(Hostname hostname, Supplier<Optional<Permission>> answered) {
        var mine = new CompletableFuture<Permission>();
        var theirs = underWay.putIfAbsent(hostname, mine);
        if (theirs != null) {
            return theirs.join();
        }
        try {
            Permission permission = answered.get().orElseGet(() -> askNow(hostname));
            mine.complete(permission);
            return permission;
        } finally {
            underWay.remove(hostname, mine);
            // Only after a bug; whoever waits must not wait for ever.
            mine.complete(new Permission.Unknown(Why.VERIFIER_SILENT));
        }
    }

    /** Whether the verifier would not be asked for a name that nothing is remembered of, and isn't being asked. */
    public boolean isAskedTooMuchFor(Hostname hostname) {
        return memory.getIfPresent(hostname) == null
                && !underWay.containsKey(hostname)
                && !verifier.isOpen()
                && !budget.hasAbove(limits.reserve());
    }

    private Permission askNow(Hostname hostname) {
        if (verifier.isOpen()) {
            return new Permission.Unknown(Why.VERIFIER_SILENT);
        }
        Remembered before = memory.getIfPresent(hostname);
        boolean known = before != null && before.verdict() instanceof Verdict.Allowed;
        if (!budget.tryTakeAbove(known ? 0 : limits.reserve())) {
            return new Permission.Unknown(Why.TOO_MANY_ASKS);
        }
        Verdict verdict = verifier.ask(hostname);
        long now = nanos.getAsLong();
        switch (verdict) {
            case Verdict.Allowed allowed -> remember(hostname, Remembered.allowed(allowed, now));
            case Verdict.Refused refused -> remember(hostname, Remembered.refused(refused, before, now));
            case Verdict.Silent _ -> {}
        }
        return permission(verdict, before == null || known);
    }

    private static Permission permission(Verdict verdict, boolean news) {
        return switch (verdict) {
            case Verdict.Allowed allowed -> new Permission.Allowed(allowed.route());
            case Verdict.Refused _ -> new Permission.Refused(news);
            case Verdict.Silent _ -> new Permission.Unknown(Why.VERIFIER_SILENT);
        };
    }

    /** Whether the last verdict that is remembered, however old, is a refusal. */
    public boolean isLastRefused(Hostname hostname) {
        Remembered remembered = memory.getIfPresent(hostname);
        return remembered != null && remembered.verdict() instanceof Verdict.Refused;
    }

    /** Voids what is remembered: the name was activated, or its entry changed. */
    public void forget(Hostname hostname) {
        memory.invalidate(hostname);
    }

    /** Lets nobody rely on an earlier permission without asking; false when there was none. */
    public boolean doubt(Hostname hostname) {
        Remembered remembered = memory.getIfPresent(hostname);
        if (remembered == null || !(remembered.verdict() instanceof Verdict.Allowed)) {
            return false;
        }
        remember(hostname, remembered.stale(nanos.getAsLong()));
        return true;
    }

    private void remember(Hostname hostname, Remembered next) {
        // A new entry rather than an update, so that its life is counted from now.
        memory.asMap().remove(hostname);
        memory.put(hostname, next);
    }
}
