package dev.anyhost.proxy.certificate;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import dev.anyhost.proxy.certificate.CertificateAnswer.Cause;
import dev.anyhost.proxy.certificate.CertificateAnswer.NotYet;
import dev.anyhost.proxy.certificate.LeasedIssuance.Failed;
import dev.anyhost.proxy.certificate.LeasedIssuance.Obtained;
import dev.anyhost.proxy.certificate.LeasedIssuance.Outcome;
import dev.anyhost.proxy.issuance.AcmeProblem;
import dev.anyhost.proxy.issuance.IssuanceBudget;
import dev.anyhost.proxy.issuance.IssuanceOutcome;
import dev.anyhost.proxy.issuance.Permit;
import dev.anyhost.proxy.preflight.PreflightResult;
import dev.anyhost.store.FindResult;
import dev.anyhost.store.IssuanceFailure;
import dev.anyhost.store.LastVerdict;
import dev.anyhost.store.Lease;
import dev.anyhost.store.NewCertificate;
import dev.anyhost.store.OrderPlace;
import dev.anyhost.store.StoredCertificate;
import dev.anyhost.store.Upkeep;
import dev.anyhost.store.WriteResult;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the holder of a lease does: look into the store again, take from the budgets, order, write, and say how it ended. */
final class OrderUnderLease {

    private static final Logger LOG = LoggerFactory.getLogger(OrderUnderLease.class);

    /** How long an order waits for its turn; then the next visitor tries. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** A certificate in hand is written when the store is back; the visitor hears after their ten seconds as always. */
    private static final int WRITES = 20;

    private static final Duration BETWEEN_WRITES = Duration.ofSeconds(1);

    private final OrderPlace place;
    private final KeptLease kept;
    private final LeasedIssuance.Orders orders;
    private final LeasedIssuance.Surroundings around;
    private final Hostname hostname;

    OrderUnderLease(
            OrderPlace place, KeptLease kept, LeasedIssuance.Orders orders, LeasedIssuance.Surroundings around) {
        this.place = place;
        this.kept = kept;
        this.orders = orders;
        this.around = around;
        this.hostname = kept.lease().hostname();
    }

    Outcome run(WantedCertificate wanted) throws InterruptedException {
        return switch (place.certificates().findConsistent(hostname)) {
            case FindResult.Found(StoredCertificate found) ->
                wanted.isMetBy(found, around.now())
                        ? obtained(found, false)
                        : order(wanted, found.version(), used(found));
            case FindResult.Absent() -> orderNew(wanted);
            case FindResult.Damaged(long version, String reason, LastVerdict _) -> {
                LOG.atError()
                        .addKeyValue("hostname", hostname)
                        .addKeyValue("reason", reason)
                        .log("stored certificate is damaged and is replaced");
                yield order(wanted, version, around.now());
            }
            case FindResult.KeyUnavailable(String keyId, String reason) ->
                failed(around.soon(Cause.KEY_UNAVAILABLE), keyId + ": " + reason);
            case FindResult.Unreachable(String reason) -> failed(around.soon(Cause.STORE_UNREACHABLE), reason);
        };
    }

    private Obtained obtained(StoredCertificate certificate, boolean ownOrder) {
        kept.succeeded();
        return new Obtained(certificate, ownOrder);
    }

    private Outcome orderNew(WantedCertificate wanted) throws InterruptedException {
        boolean tried =
                kept.lease().failure().isPresent() || kept.lease().order().isPresent();
        if (!tried && !orders.newNames().tryTake(hostname)) {
            Instant retryAt = around.now().plus(orders.newNames().refill());
            return failed(new NotYet(Cause.TOO_MANY_NEW_NAMES, retryAt), "the registered domain had its share");
        }
        return order(wanted, 0, around.now());
    }

    /** A visitor uses it now; who renews it has no news of that. */
    private Instant used(StoredCertificate former) {
        return LeasedIssuance.isValid(former, around.now()) ? former.upkeep().used() : around.now();
    }

    private Outcome order(WantedCertificate wanted, long replaces, Instant used) throws InterruptedException {
        PreflightResult look = orders.preflight().check(hostname, wanted.directories());
        if (look instanceof PreflightResult.Failed seen) {
            return failing(PreflightFailures.of(seen, kept.lease().failure(), wanted.route(), around.now()));
        }
        Optional<IssuanceBudget.Token> token = wanted.urgency().isPressing()
                ? orders.places().tryTake(PATIENCE)
                : orders.places().tryTakeSpare();
        if (token.isEmpty()) {
            return failed(around.soon(Cause.OVERLOADED), "too many orders under way");
        }
        AuthorityRound.Result result;
        try (IssuanceBudget.Token _ = token.get()) {
            result = new AuthorityRound(
                            place,
                            kept,
                            wanted.without(look.forbidden()),
                            around.time().clock())
                    .run();
        }
        return switch (result.outcome()) {
            case IssuanceOutcome.Issued issued -> write(wanted.route(), replaces, used, issued);
            case IssuanceOutcome.RateLimited limited -> limited(wanted.route(), limited, result.retryAt());
            case IssuanceOutcome.NotOrdered(Permit.Withheld why) -> notOrdered(why, result.retryAt());
            case IssuanceOutcome.ChallengeFailed failed ->
                backOff(wanted.route(), "challenge_failed", failed.problem().toJson(), Optional.of(failed.label()));
            case IssuanceOutcome.Rejected(AcmeProblem problem) ->
                backOff(wanted.route(), "rejected", problem.toJson(), Optional.empty());
            case IssuanceOutcome.Unavailable unavailable -> unavailable(wanted.route(), unavailable);
        };
    }

    /** A limit of this name's is this name's business; any other concerns the whole account, on all instances. */
    private Outcome limited(Route route, IssuanceOutcome.RateLimited limited, Optional<Instant> sooner) {
        String problem = limited.problem().toJson();
        Instant retryAt = sooner.orElse(limited.retryAt());
        if (limited.problem().isLimitOfOneName()) {
            int count = kept.lease().failure().map(IssuanceFailure::count).orElse(1);
            return failing(new IssuanceFailure(
                    count,
                    around.now(),
                    retryAt,
                    "rate_limited",
                    problem,
                    kept.lease().failure().flatMap(IssuanceFailure::challenge),
                    route));
        }
        return failed(new NotYet(Cause.AUTHORITY_PAUSED, retryAt), problem);
    }

    private Failed notOrdered(Permit.Withheld why, Optional<Instant> sooner) {
        Instant retryAt = sooner.orElse(why.until());
        return switch (why) {
            case Permit.Paused(Instant _, String problem) ->
                failed(new NotYet(Cause.AUTHORITY_PAUSED, retryAt), problem);
            case Permit.Spent(Instant _, String limit) -> failed(new NotYet(Cause.LIMIT_REACHED, retryAt), limit);
        };
    }

    private Outcome unavailable(Route route, IssuanceOutcome.Unavailable outcome) {
        return switch (outcome.cause()) {
            // The order, if there is one, stays open for the next try: nobody's fault, so nobody's back-off.
            case UNREACHABLE, UNTRUSTED, ACCOUNT_REFUSED, AUTHORITY_FAILED ->
                failed(around.soon(Cause.AUTHORITY_UNAVAILABLE), outcome.detail());
            case STORE_FAILED -> failed(around.soon(Cause.STORE_UNREACHABLE), outcome.detail());
            case STOPPED -> failed(around.soon(Cause.ISSUING), outcome.detail());
            case TIMED_OUT, UNUSABLE_ANSWER, WRONG_CERTIFICATE -> unfinished(route, outcome);
        };
    }

    /** The order may be finalized already, and its key is gone: the next try is a new order, so it must not come soon. */
    private Outcome unfinished(Route route, IssuanceOutcome.Unavailable outcome) {
        return kept.lease().order().isEmpty()
                ? failed(around.soon(Cause.AUTHORITY_UNAVAILABLE), outcome.detail())
                : backOff(route, outcome.cause().name().toLowerCase(Locale.ROOT), outcome.detail(), Optional.empty());
    }

    private Failed backOff(Route route, String cause, String problem, Optional<String> challenge) {
        int count = BackOff.count(kept.lease().failure());
        Instant now = around.now();
        return failing(
                new IssuanceFailure(count, now, now.plus(BackOff.pause(count)), cause, problem, challenge, route));
    }

    private Failed failing(IssuanceFailure failure) {
        kept.failed(failure);
        return failed(new NotYet(Cause.ISSUANCE_FAILED, failure.retryAt()), failure.cause() + ": " + failure.problem());
    }

    private Failed failed(NotYet answer, String reason) {
        LOG.atWarn()
                .addKeyValue("hostname", hostname)
                .addKeyValue("cause", answer.cause())
                .addKeyValue("retry_at", answer.retryAt())
                .addKeyValue("reason", reason)
                .log("no certificate");
        return new Failed(answer);
    }

    private Outcome write(Route route, long replaces, Instant used, IssuanceOutcome.Issued issued)
            throws InterruptedException {
        var next = new NewCertificate(
                hostname, issued.chain(), issued.key(), issued.issuer(), LastVerdict.allowed(route), used);
        WriteResult result = place.certificates().put(next, replaces, kept.lease());
        for (int writes = 1; result instanceof WriteResult.Unreachable && writes < WRITES && !kept.isLost(); writes++) {
            around.time().pause().pause(BETWEEN_WRITES);
            result = place.certificates().put(next, replaces, kept.lease());
        }
        return switch (result) {
            case WriteResult.Written(long version) -> obtained(stored(next, version, kept.lease()), true);
            case WriteResult.Superseded(FindResult.Found(StoredCertificate winner)) -> obtained(winner, false);
            case WriteResult.Superseded(FindResult other) ->
                failed(around.soon(Cause.STORE_UNREACHABLE), "replaced by what can't be read: " + other);
            case WriteResult.Fenced(long byFence) -> lateWriter(byFence);
            case WriteResult.Unreachable(String reason) -> failed(around.soon(Cause.STORE_UNREACHABLE), reason);
        };
    }

    /** Somebody took over while this instance slept: theirs is the certificate that counts. */
    private Outcome lateWriter(long byFence) {
        LOG.atWarn()
                .addKeyValue("hostname", hostname)
                .addKeyValue("fence", byFence)
                .log("late write was fenced off");
        return place.certificates().findConsistent(hostname) instanceof FindResult.Found(StoredCertificate winner)
                ? new Obtained(winner, false)
                : new Failed(around.soon(Cause.ISSUING));
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
                next.lastVerdict(),
                new Upkeep(leaf.getNotBefore().toInstant(), next.used(), Optional.empty()));
    }
}
