package dev.anyhost.proxy.certificate;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import dev.anyhost.proxy.certificate.CertificateAnswer.Cause;
import dev.anyhost.proxy.issuance.ChallengeChoice;
import dev.anyhost.proxy.issuance.IssuanceBudget;
import dev.anyhost.proxy.issuance.IssuanceOutcome;
import dev.anyhost.proxy.issuance.IssuanceRequest;
import dev.anyhost.proxy.issuance.IssuanceTime;
import dev.anyhost.proxy.issuance.Issuer;
import dev.anyhost.store.CertificateStore;
import dev.anyhost.store.ClaimResult;
import dev.anyhost.store.FindResult;
import dev.anyhost.store.IssuanceLeases;
import dev.anyhost.store.LastVerdict;
import dev.anyhost.store.Lease;
import dev.anyhost.store.LeaseWatch;
import dev.anyhost.store.NewCertificate;
import dev.anyhost.store.StoredCertificate;
import dev.anyhost.store.WriteResult;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One order for one name, whatever number of instances want it: claim the lease, look into the store again, order, write.
 * Who doesn't get the lease waits for the winner's certificate in the store, or takes over from a holder that died.
 */
public final class LeasedIssuance {

    private static final Logger LOG = LoggerFactory.getLogger(LeasedIssuance.class);
    private static final Duration LOOK_EVERY = Duration.ofMillis(300);
    private static final Duration SOON = Duration.ofSeconds(5);

    /** How long an order waits for its turn; then the next visitor tries. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final CertificateStore store;
    private final IssuanceLeases leases;
    private final Orders orders;
    private final Surroundings around;
    private final FailureMemory failures;

    /** The authority wants no orders until then. */
    private final AtomicReference<Instant> pausedUntil = new AtomicReference<>(Instant.EPOCH);

    /**
     * What an issuance needs of its process.
     *
     * @param owner names this start of this process in lease rows
     * @param timer renews leases; its tasks block for at most a store call
     */
    public record Surroundings(String owner, IssuanceTime time, ScheduledExecutorService timer) {}

    /**
     * Who takes orders, how many at a time, and by which challenges.
     *
     * @param issuer empty until tables, keys and account were seen: a mistyped key must not order the world anew
     */
    public record Orders(Supplier<Optional<Issuer>> issuer, IssuanceBudget budget, ChallengeChoice choice) {}

    public LeasedIssuance(CertificateStore store, IssuanceLeases leases, Orders orders, Surroundings around) {
        this.store = store;
        this.leases = leases;
        this.orders = orders;
        this.around = around;
        this.failures = new FailureMemory(around.time().clock());
    }

    /** How it ended. */
    sealed interface Outcome permits Obtained, Failed {}

    /** @param ownOrder whether this instance ordered it, rather than another one */
    record Obtained(StoredCertificate certificate, boolean ownOrder) implements Outcome {}

    record Failed(Cause cause, Instant retryAt) implements Outcome {}

    private record Wanted(Issuer issuer, Route route) {}

    static boolean isValid(StoredCertificate stored, Instant now) {
        return !stored.notBefore().isAfter(now) && stored.notAfter().isAfter(now);
    }

    /** Blocks until there is a certificate or a reason why there is none, at most about twice {@link Lease#LONGEST}. */
    Outcome obtain(Hostname hostname, Route route) {
        try {
            return obtainUnlessPaused(hostname, route);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return new Failed(Cause.ISSUING, soon());
        }
    }

    private Outcome obtainUnlessPaused(Hostname hostname, Route route) throws InterruptedException {
        Optional<Issuer> issuer = orders.issuer().get();
        if (issuer.isEmpty()) {
            return unreachable(hostname, "tables, keys or account not seen yet");
        }
        Instant resume = failures.pausedUntil(hostname).orElse(pausedUntil.get());
        if (resume.isAfter(around.time().clock().instant())) {
            return new Failed(Cause.ISSUANCE_FAILED, resume);
        }
        var wanted = new Wanted(issuer.get(), route);
        return switch (leases.claim(hostname, around.owner())) {
            case ClaimResult.Claimed(Lease lease) -> underLease(lease, wanted);
            case ClaimResult.HeldByOther(LeaseWatch watch) -> waitForWinner(watch, wanted);
            case ClaimResult.Unreachable(String reason) -> unreachable(hostname, reason);
        };
    }

    private Outcome waitForWinner(LeaseWatch first, Wanted wanted) throws InterruptedException {
        long deadline = around.time().nanos().getAsLong() + Lease.LONGEST.toNanos();
        LeaseWatch watch = first;
        while (around.time().nanos().getAsLong() - deadline < 0) {
            around.time().pause().pause(LOOK_EVERY);
            if (store.find(watch.hostname()) instanceof FindResult.Found(StoredCertificate winner)
                    && isValid(winner, around.time().clock().instant())) {
                return new Obtained(winner, false);
            }
            switch (leases.claimAfterWatching(watch, around.owner())) {
                case ClaimResult.Claimed(Lease lease) -> {
                    return underLease(lease, wanted);
                }
                case ClaimResult.HeldByOther(LeaseWatch later) -> watch = later;
                case ClaimResult.Unreachable(String reason) -> {
                    return unreachable(watch.hostname(), reason);
                }
            }
        }
        return new Failed(Cause.ISSUING, soon());
    }

    private Outcome underLease(Lease lease, Wanted wanted) throws InterruptedException {
        try (var kept = new KeptLease(leases, lease, around.time().nanos(), around.timer())) {
            return switch (store.findConsistent(lease.hostname())) {
                case FindResult.Found(StoredCertificate found) ->
                    isValid(found, around.time().clock().instant())
                            ? new Obtained(found, false)
                            : order(kept, wanted, found.version());
                case FindResult.Absent() -> order(kept, wanted, 0);
                case FindResult.Damaged(long version, String reason, LastVerdict _) -> {
                    LOG.atError()
                            .addKeyValue("hostname", lease.hostname())
                            .addKeyValue("reason", reason)
                            .log("stored certificate is damaged and is replaced");
                    yield order(kept, wanted, version);
                }
                case FindResult.KeyUnavailable(String keyId, String reason) -> {
                    LOG.atWarn()
                            .addKeyValue("hostname", lease.hostname())
                            .addKeyValue("reason", keyId + ": " + reason)
                            .log("stored certificate can't be decrypted now");
                    yield new Failed(Cause.KEY_UNAVAILABLE, soon());
                }
                case FindResult.Unreachable(String reason) -> unreachable(lease.hostname(), reason);
            };
        }
    }

    private Outcome order(KeptLease kept, Wanted wanted, long replaces) throws InterruptedException {
        Hostname hostname = kept.lease().hostname();
        Optional<IssuanceBudget.Token> token = orders.budget().tryTake(PATIENCE);
        if (token.isEmpty()) {
            return new Failed(Cause.OVERLOADED, soon());
        }
        IssuanceOutcome outcome;
        try (IssuanceBudget.Token _ = token.get()) {
            outcome = wanted.issuer().issue(request(kept, wanted.issuer().directory()));
        }
        orders.choice().learn(hostname, outcome);
        return outcome(kept, wanted.route(), replaces, outcome);
    }

    private IssuanceRequest request(KeptLease kept, String directory) {
        Hostname hostname = kept.lease().hostname();
        return new IssuanceRequest(
                hostname,
                orders.choice().next(hostname),
                kept.lease()
                        .order()
                        .filter(order -> order.issuer().equals(directory))
                        .map(Lease.PendingOrder::url),
                url -> kept.began(new Lease.PendingOrder(directory, url)),
                kept::isLost);
    }

    private Outcome outcome(KeptLease kept, Route route, long replaces, IssuanceOutcome outcome) {
        Hostname hostname = kept.lease().hostname();
        return switch (outcome) {
            case IssuanceOutcome.Issued issued -> {
                failures.succeeded(hostname);
                yield write(kept, route, replaces, issued);
            }
            case IssuanceOutcome.RateLimited limited -> {
                pausedUntil.accumulateAndGet(limited.retryAt(), (a, b) -> a.isAfter(b) ? a : b);
                yield failed(hostname, limited.retryAt());
            }
            case IssuanceOutcome.ChallengeFailed _, IssuanceOutcome.Rejected _ ->
                failed(hostname, failures.failed(hostname));
            case IssuanceOutcome.Unavailable unavailable -> unavailable(kept, unavailable);
        };
    }

    private Failed unavailable(KeptLease kept, IssuanceOutcome.Unavailable outcome) {
        Hostname hostname = kept.lease().hostname();
        return switch (outcome.cause()) {
            case UNREACHABLE, UNTRUSTED, AUTHORITY_FAILED, STORE_FAILED, STOPPED -> {
                kept.leaveUnfinished();
                yield failed(hostname, soon());
            }
            // The order may be finalized already, and its key is gone: the next try is a new order.
            case TIMED_OUT, UNUSABLE_ANSWER, WRONG_CERTIFICATE -> failed(hostname, failures.failed(hostname));
        };
    }

    private Outcome write(KeptLease kept, Route route, long replaces, IssuanceOutcome.Issued issued) {
        Hostname hostname = kept.lease().hostname();
        var next =
                new NewCertificate(hostname, issued.chain(), issued.key(), issued.issuer(), LastVerdict.allowed(route));
        return switch (store.put(next, replaces, kept.lease())) {
            case WriteResult.Written(long version) -> new Obtained(stored(next, version, kept.lease()), true);
            case WriteResult.Superseded(FindResult.Found(StoredCertificate winner)) -> new Obtained(winner, false);
            case WriteResult.Superseded _ -> new Failed(Cause.STORE_UNREACHABLE, soon());
            case WriteResult.Fenced(long byFence) -> lateWriter(hostname, byFence);
            case WriteResult.Unreachable(String reason) -> unreachable(hostname, reason);
        };
    }

    /** Somebody took over while this instance slept: theirs is the certificate that counts. */
    private Outcome lateWriter(Hostname hostname, long byFence) {
        LOG.atWarn()
                .addKeyValue("hostname", hostname)
                .addKeyValue("fence", byFence)
                .log("late write was fenced off");
        return store.findConsistent(hostname) instanceof FindResult.Found(StoredCertificate winner)
                ? new Obtained(winner, false)
                : new Failed(Cause.ISSUING, soon());
    }

    private static StoredCertificate stored(NewCertificate next, long version, Lease lease) {
        var leaf = next.chain().getFirst();
        return new StoredCertificate(
                next.hostname(),
                next.chain(),
                next.key(),
                leaf.getNotBefore().toInstant(),
                leaf.getNotAfter().toInstant(),
                next.issuer(),
                version,
                lease.token(),
                next.lastVerdict());
    }

    private Failed failed(Hostname hostname, Instant retryAt) {
        LOG.atWarn()
                .addKeyValue("hostname", hostname)
                .addKeyValue("retry_at", retryAt)
                .log("issuance failed");
        return new Failed(Cause.ISSUANCE_FAILED, retryAt);
    }

    private Failed unreachable(Hostname hostname, String reason) {
        LOG.atWarn()
                .addKeyValue("hostname", hostname)
                .addKeyValue("reason", reason)
                .log("store unreachable");
        return new Failed(Cause.STORE_UNREACHABLE, soon());
    }

    private Instant soon() {
        return around.time().clock().instant().plus(SOON);
    }
}
