package dev.anyhost.proxy.certificate;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import dev.anyhost.proxy.certificate.CertificateAnswer.Cause;
import dev.anyhost.proxy.certificate.CertificateAnswer.NotYet;
import dev.anyhost.proxy.issuance.Authority;
import dev.anyhost.proxy.issuance.IssuanceBudget;
import dev.anyhost.proxy.issuance.IssuanceTime;
import dev.anyhost.proxy.issuance.Permit;
import dev.anyhost.proxy.issuance.Urgency;
import dev.anyhost.proxy.preflight.Preflight;
import dev.anyhost.store.CertificateFacts;
import dev.anyhost.store.ClaimResult;
import dev.anyhost.store.FindResult;
import dev.anyhost.store.IssuanceFailure;
import dev.anyhost.store.Lease;
import dev.anyhost.store.LeaseWatch;
import dev.anyhost.store.OrderPlace;
import dev.anyhost.store.StoredCertificate;
import dev.anyhost.store.changes.Change;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One order for one name, whatever number of instances want it: whoever gets the lease orders, the others wait for the
 * winner's certificate in the store, or take over from a holder that died.
 */
public final class LeasedIssuance {

    private static final Logger LOG = LoggerFactory.getLogger(LeasedIssuance.class);
    private static final Duration LOOK_EVERY = Duration.ofMillis(300);
    private static final int WATCHED = 10_000;
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final Duration FOR_NOW = Duration.ofSeconds(30);

    private final Orders orders;
    private final Surroundings around;

    /** Others' leases that nobody waited for here: when nobody waits anywhere, a dead holder's must be taken over as well. */
    private final Cache<Hostname, LeaseWatch> inTheWay;

    /**
     * What an issuance needs of its process.
     *
     * @param owner names this start of this process in lease rows
     * @param timer renews leases; its tasks block for at most a store call
     * @param announcements hears what became of orders, when the store has it
     */
    public record Surroundings(
            String owner, IssuanceTime time, ScheduledExecutorService timer, Announcements announcements) {

        Instant now() {
            return time.clock().instant();
        }

        NotYet soon(Cause cause) {
            return new NotYet(cause, now().plus(SOON));
        }
    }

    /**
     * Who takes orders, and how many at a time.
     *
     * @param place where an order that begins now is coordinated
     * @param authorities the first is asked first; empty until tables, keys and account were seen: a mistyped key must not
     *     order the world anew
     * @param preflight what is looked at before each order
     */
    public record Orders(
            Supplier<OrderPlace> place,
            Supplier<List<Authority>> authorities,
            IssuanceBudget places,
            NewNames newNames,
            Preflight preflight) {}

    public LeasedIssuance(Orders orders, Surroundings around) {
        this.orders = orders;
        this.around = around;
        this.inTheWay = Caffeine.newBuilder()
                .maximumSize(WATCHED)
                .expireAfterWrite(Duration.ofHours(1))
                .ticker(around.time().nanos()::getAsLong)
                .build();
    }

    /** How it ended. */
    sealed interface Outcome permits Obtained, Failed, PutOff {}

    /** @param ownOrder whether this instance ordered it, rather than another one */
    record Obtained(StoredCertificate certificate, boolean ownOrder) implements Outcome {}

    record Failed(NotYet answer) implements Outcome {}

    /** Nothing was tried: an earlier failure's back-off isn't over. */
    record PutOff(IssuanceFailure failure) implements Outcome {}

    static boolean isValid(StoredCertificate stored, Instant now) {
        return !stored.notBefore().isAfter(now) && stored.notAfter().isAfter(now);
    }

    /** Obtains for somebody who waits. */
    Outcome obtain(Hostname hostname, Route route) {
        return obtain(hostname, route, Urgency.SOMEBODY_WAITS);
    }

    /** Blocks until there is a certificate or a reason why there is none, at most about twice {@link Lease#LONGEST}. */
    Outcome obtain(Hostname hostname, Route route, Urgency urgency) {
        return obtain(hostname, route, urgency, Optional.empty());
    }

    /** Obtains a certificate in place of one that there is; the same in all other respects. */
    Outcome renew(CertificateFacts former, Route route, Urgency urgency) {
        return obtain(former.hostname(), route, urgency, Optional.of(former));
    }

    private Outcome obtain(Hostname hostname, Route route, Urgency urgency, Optional<CertificateFacts> former) {
        List<Authority> authorities = orders.authorities().get();
        if (authorities.isEmpty()) {
            return unreachable(hostname, "tables, keys or account not seen yet");
        }
        Optional<Instant> paused = paused(authorities);
        if (paused.isPresent()) {
            return new Failed(new NotYet(Cause.AUTHORITY_PAUSED, paused.get()));
        }
        try {
            OrderPlace place = orders.place().get();
            // What is counted at home can't be counted now: only whoever waits is worth an order on our own.
            if (!place.isHome() && urgency != Urgency.SOMEBODY_WAITS) {
                return unreachable(hostname, "the home region is away");
            }
            var wanted = new WantedCertificate(authorities, route, urgency, former);
            Outcome outcome = new Attempt(place).claim(hostname, wanted);
            return place.isHome() ? outcome : forNow(outcome, route);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return new Failed(around.soon(Cause.ISSUING));
        }
    }

    /** What holds for a region on its own is over when home is back, which may be any moment. */
    private Outcome forNow(Outcome outcome, Route route) {
        return switch (outcome) {
            case Obtained _ -> outcome;
            case Failed(NotYet answer) -> new Failed(new NotYet(answer.cause(), sooner(answer.retryAt())));
            case PutOff(IssuanceFailure failure) ->
                failure.route().leadsWhere(route)
                        ? new Failed(new NotYet(Cause.ISSUANCE_FAILED, sooner(failure.retryAt())))
                        : outcome;
        };
    }

    private Instant sooner(Instant retryAt) {
        Instant soon = around.now().plus(FOR_NOW);
        return retryAt.isBefore(soon) ? retryAt : soon;
    }

    /** Until when no authority wants orders, as far as this process knows: that costs no call. */
    private static Optional<Instant> paused(List<Authority> authorities) {
        List<Instant> ends = authorities.stream()
                .flatMap(authority -> authority.budget().knownPause().stream())
                .map(Permit.Paused::until)
                .toList();
        return ends.size() < authorities.size()
                ? Optional.empty()
                : ends.stream().min(Comparator.naturalOrder());
    }

    /** Lets the next visitor's order be made in spite of a failure, unless there was a later one. */
    void forgive(Hostname hostname, IssuanceFailure failure) {
        var forgiven = orders.place().get().leases().forgive(hostname, failure.failedAt());
        LOG.atInfo()
                .addKeyValue("hostname", hostname)
                .addKeyValue("result", forgiven)
                .log("failure forgiven");
    }

    /** One attempt, of which everything is coordinated in one place. */
    private final class Attempt {

        private final OrderPlace place;

        private Attempt(OrderPlace place) {
            this.place = place;
        }

        Outcome claim(Hostname hostname, WantedCertificate wanted) throws InterruptedException {
            return switch (claim(hostname)) {
                case ClaimResult.Claimed(Lease lease) -> underLease(lease, wanted);
                case ClaimResult.HeldByOther(LeaseWatch watch) ->
                    switch (wanted.urgency()) {
                        case SOMEBODY_WAITS -> waitForWinner(watch, wanted);
                        case NEAR_EXPIRY, WARM_UP, BULK -> comeBack(watch);
                    };
                case ClaimResult.PutOff(IssuanceFailure failure) -> new PutOff(failure);
                case ClaimResult.Unreachable(String reason) -> unreachable(hostname, reason);
            };
        }

        /** From a holder that showed no sign of life since the last try, as well. */
        private ClaimResult claim(Hostname hostname) {
            LeaseWatch seen = place.isHome() ? inTheWay.asMap().remove(hostname) : null;
            return seen == null
                    ? place.leases().claim(hostname, around.owner())
                    : place.leases().claimAfterWatching(seen, around.owner());
        }

        private Failed comeBack(LeaseWatch watch) {
            inTheWay.put(watch.hostname(), watch);
            return new Failed(around.soon(Cause.ISSUING));
        }

        private Outcome waitForWinner(LeaseWatch first, WantedCertificate wanted) throws InterruptedException {
            long deadline = around.time().nanos().getAsLong() + Lease.LONGEST.toNanos();
            LeaseWatch watch = first;
            while (around.time().nanos().getAsLong() - deadline < 0) {
                around.time().pause().pause(LOOK_EVERY);
                if (place.certificates().find(watch.hostname()) instanceof FindResult.Found(StoredCertificate winner)
                        && isValid(winner, around.now())) {
                    return new Obtained(winner, false);
                }
                switch (place.leases().claimAfterWatching(watch, around.owner())) {
                    case ClaimResult.Claimed(Lease lease) -> {
                        return underLease(lease, wanted);
                    }
                    case ClaimResult.HeldByOther(LeaseWatch later) -> watch = later;
                    case ClaimResult.PutOff(IssuanceFailure failure) -> {
                        return new PutOff(failure);
                    }
                    case ClaimResult.Unreachable(String reason) -> {
                        return unreachable(watch.hostname(), reason);
                    }
                }
            }
            return new Failed(around.soon(Cause.ISSUING));
        }

        private Outcome underLease(Lease lease, WantedCertificate wanted) throws InterruptedException {
            Outcome outcome;
            Optional<IssuanceFailure> failure;
            try (var kept = new KeptLease(place.leases(), lease, around.time().nanos(), around.timer())) {
                outcome = new OrderUnderLease(place, kept, orders, around).run(wanted);
                failure = kept.failure();
            }
            Optional<Change.Cause> cause = failure.flatMap(
                    known -> PreflightFailures.cause(known, wanted.former().isPresent()));
            // Nobody can be told while home is away; what is brought there is told of then.
            announced(outcome)
                    .filter(_ -> place.isHome())
                    .ifPresent(kind -> around.announcements().tell(new Change(kind, lease.hostname(), cause)));
            return outcome;
        }
    }

    /** What readers of the change log should hear of. */
    private static Optional<Change.Kind> announced(Outcome outcome) {
        return switch (outcome) {
            case Obtained(StoredCertificate certificate, boolean ownOrder) ->
                ownOrder
                        ? Optional.of(certificate.version() == 1 ? Change.Kind.ISSUED : Change.Kind.RENEWED)
                        : Optional.empty();
            case Failed(NotYet answer) ->
                answer.cause() == Cause.ISSUANCE_FAILED ? Optional.of(Change.Kind.ISSUANCE_FAILED) : Optional.empty();
            case PutOff _ -> Optional.empty();
        };
    }

    private Failed unreachable(Hostname hostname, String reason) {
        LOG.atWarn()
                .addKeyValue("hostname", hostname)
                .addKeyValue("reason", reason)
                .log("store unreachable");
        return new Failed(around.soon(Cause.STORE_UNREACHABLE));
    }
}
