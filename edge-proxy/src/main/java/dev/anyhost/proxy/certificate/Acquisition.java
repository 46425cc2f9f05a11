package dev.anyhost.proxy.certificate;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import dev.anyhost.proxy.admission.Admission;
import dev.anyhost.proxy.admission.Permission;
import dev.anyhost.proxy.admission.Permission.Why;
import dev.anyhost.proxy.certificate.CertificateAnswer.Cause;
import dev.anyhost.proxy.certificate.CertificateAnswer.NotYet;
import dev.anyhost.proxy.certificate.CertificateAnswer.Serve;
import dev.anyhost.proxy.certificate.CertificateAnswer.Source;
import dev.anyhost.proxy.certificate.HeldCertificates.Held;
import dev.anyhost.proxy.concurrent.TokenBucket;
import dev.anyhost.proxy.issuance.Urgency;
import dev.anyhost.store.CertificateStore;
import dev.anyhost.store.FindResult;
import dev.anyhost.store.IssuanceFailure;
import dev.anyhost.store.StoredCertificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cold path of a handshake: permission first, then memory, then the store, then an order. Runs on a virtual thread,
 * once at a time for each name, and goes on when the visitor who caused it has left.
 */
public final class Acquisition {

    private static final Logger LOG = LoggerFactory.getLogger(Acquisition.class);
    private static final Duration SOON = Duration.ofSeconds(5);

    private final Admission admission;
    private final Certificates certificates;
    private final LeasedIssuance issuance;
    private final FailureMemory failures;
    private final InstantSource clock;
    private final Holdings holdings;

    /**
     * Where certificates are.
     *
     * @param strangers bounds the store's part in names that may be strangers'
     * @param traffic hears how busy names are
     */
    public record Certificates(
            HeldCertificates held, CertificateStore store, Strangers strangers, TrafficNotes traffic) {}

    /**
     * What strangers' names may cost the store. A look-up that finds a certificate costs nothing: its name is a
     * customer's, and after a start they all come at once.
     *
     * @param silent look-ups while the verifier is silent
     * @param unasked look-ups for names that are too many to ask for
     * @param refused notes that a name is refused which this process holds no certificate for
     */
    public record Strangers(TokenBucket silent, TokenBucket unasked, TokenBucket refused) {

        /** 200, 20 and 5 a second, and as many at once. */
        public static Strangers bounded(LongSupplier nanos) {
            return new Strangers(
                    new TokenBucket(200, 200, nanos), new TokenBucket(20, 20, nanos), new TokenBucket(5, 5, nanos));
        }
    }

    /** @param afterwards runs blocking work that no visitor needs to wait for */
    public Acquisition(
            Admission admission,
            Certificates certificates,
            LeasedIssuance issuance,
            FailureMemory failures,
            InstantSource clock,
            Executor afterwards) {
        this.admission = admission;
        this.certificates = certificates;
        this.issuance = issuance;
        this.failures = failures;
        this.clock = clock;
        this.holdings = new Holdings(certificates, failures, clock, afterwards);
    }

    /** The certificate for a name, or why there is none. */
    CertificateAnswer acquire(Hostname hostname) {
        return switch (admission.ask(hostname)) {
            case Permission.Refused(boolean news) -> holdings.refuse(hostname, news);
            case Permission.Unknown(Why why) -> withoutVerdict(hostname, why);
            case Permission.Allowed(Route route) -> allowed(hostname, route);
        };
    }

    /**
     * The same for nobody who waits: takes up no memory for a certificate that is there already, leaves to other instances
     * what they are at, and visitors their places for orders. A name that has a certificate costs one look into the store;
     * the verifier is asked before an order only.
     *
     * @return empty when there is a certificate already
     */
    Optional<CertificateAnswer> acquireAhead(Hostname hostname) {
        if (certificates.held().find(hostname).isPresent()) {
            return Optional.empty();
        }
        return switch (certificates.store().find(hostname)) {
            case FindResult.Found(StoredCertificate found) when isValid(found) -> Optional.empty();
            case FindResult.Found _, FindResult.Absent _, FindResult.Damaged _ -> Optional.of(orderAhead(hostname));
            case FindResult.KeyUnavailable(String keyId, String reason) ->
                Optional.of(notYet(hostname, Cause.KEY_UNAVAILABLE, keyId + ": " + reason));
            case FindResult.Unreachable(String reason) ->
                Optional.of(notYet(hostname, Cause.STORE_UNREACHABLE, reason));
        };
    }

    private CertificateAnswer orderAhead(Hostname hostname) {
        return switch (admission.ask(hostname)) {
            case Permission.Refused(boolean news) -> holdings.refuse(hostname, news);
            case Permission.Unknown(Why why) -> notYet(hostname, cause(why), "no verdict");
            case Permission.Allowed(Route route) ->
                failures.find(hostname, route)
                        .<CertificateAnswer>map(failed -> failed)
                        .orElseGet(() -> issue(hostname, route, Urgency.WARM_UP));
        };
    }

    /**
     * The answer for a name that nothing is known of and that nothing can be learned of at the moment, so that a crowd of
     * strangers isn't worth a thread. Never blocks.
     */
    Optional<NotYet> oneTooMany(Hostname hostname) {
        return admission.isAskedTooMuchFor(hostname)
                        && !certificates.strangers().unasked().hasAbove(0)
                        && certificates.held().find(hostname).isEmpty()
                ? Optional.of(notYet(hostname, Cause.TOO_MANY_ASKS, "no verdict"))
                : Optional.empty();
    }

    /** Hears the verifier anew about a name that is in use, and looks after its certificate. Issues nothing. */
    void refresh(Hostname hostname) {
        switch (admission.askAgain(hostname)) {
            case Permission.Refused(boolean news) -> {
                var _ = holdings.refuse(hostname, news);
            }
            case Permission.Allowed(Route route) -> holdings.refresh(hostname, route);
            case Permission.Unknown _ -> {
                // What is known goes on.
            }
        }
    }

    /** A newer certificate than the one in memory was written a moment ago, and may not have reached every replica. */
    void renewed(Hostname hostname) {
        holdings.renewed(hostname);
    }

    private CertificateAnswer allowed(Hostname hostname, Route route) {
        Optional<Serve> inMemory = holdings.serve(hostname, route);
        if (inMemory.isPresent()) {
            return inMemory.get();
        }
        Optional<NotYet> failed = failures.find(hostname, route);
        if (failed.isPresent()) {
            return failed.get();
        }
        return switch (certificates.store().find(hostname)) {
            case FindResult.Found(StoredCertificate found) when isValid(found) -> holdings.take(found, route);
            case FindResult.Found _, FindResult.Absent _, FindResult.Damaged _ ->
                issue(hostname, route, Urgency.SOMEBODY_WAITS);
            case FindResult.KeyUnavailable(String keyId, String reason) ->
                notYet(hostname, Cause.KEY_UNAVAILABLE, keyId + ": " + reason);
            case FindResult.Unreachable(String reason) -> notYet(hostname, Cause.STORE_UNREACHABLE, reason);
        };
    }

    private CertificateAnswer issue(Hostname hostname, Route route, Urgency urgency) {
        LeasedIssuance.Outcome outcome = issuance.obtain(hostname, route, urgency);
        return outcome instanceof LeasedIssuance.PutOff(IssuanceFailure failure)
                        && !failure.route().leadsWhere(route)
                ? issueAgain(hostname, failure, urgency)
                : answer(hostname, route, outcome);
    }

    /** It failed under another route: only a verdict that is newer than the failure can say that the entry was changed. */
    private CertificateAnswer issueAgain(Hostname hostname, IssuanceFailure failure, Urgency urgency) {
        Optional<Route> now = routeSince(hostname, failure);
        if (now.isEmpty()) {
            return new NotYet(Cause.ISSUANCE_FAILED, failure.retryAt());
        }
        issuance.forgive(hostname, failure);
        return answer(hostname, now.get(), issuance.obtain(hostname, now.get(), urgency));
    }

    /** Where a hostname leads by a verdict that is newer than a failure; empty when that is where it led then. */
    Optional<Route> routeSince(Hostname hostname, IssuanceFailure failure) {
        return admission.askAgain(hostname) instanceof Permission.Allowed(Route now)
                        && !failure.route().leadsWhere(now)
                ? Optional.of(now)
                : Optional.empty();
    }

    /** Whether a hostname that has a certificate may have another; a refusal takes effect at once. */
    Permission permission(Hostname hostname) {
        Permission permission = admission.ask(hostname);
        if (permission instanceof Permission.Refused(boolean news)) {
            var _ = holdings.refuse(hostname, news);
        }
        return permission;
    }

    private CertificateAnswer answer(Hostname hostname, Route route, LeasedIssuance.Outcome outcome) {
        return switch (outcome) {
            case LeasedIssuance.Obtained(StoredCertificate stored, boolean ownOrder) ->
                holdings.hold(stored, route, ownOrder ? Source.ISSUED : Source.WAITED);
            case LeasedIssuance.Failed(NotYet answer) -> noted(hostname, route, answer);
            case LeasedIssuance.PutOff(IssuanceFailure failure) ->
                noted(hostname, route, new NotYet(Cause.ISSUANCE_FAILED, failure.retryAt()));
        };
    }

    /** What will be so for a while is remembered; what may be over by the next visitor isn't. */
    private NotYet noted(Hostname hostname, Route route, NotYet answer) {
        switch (answer.cause()) {
            case ISSUANCE_FAILED, AUTHORITY_PAUSED, LIMIT_REACHED, AUTHORITY_UNAVAILABLE, TOO_MANY_NEW_NAMES ->
                failures.note(hostname, route, answer);
            case VERIFIER_SILENT,
                    TOO_MANY_ASKS,
                    STORE_UNREACHABLE,
                    KEY_UNAVAILABLE,
                    ISSUING,
                    OVERLOADED,
                    TENANT_CONNECTIONS,
                    DEADLINE -> {}
        }
        return answer;
    }

    /** No verdict: what was allowed before is served with the route it had, and nothing is issued. */
    private CertificateAnswer withoutVerdict(Hostname hostname, Why why) {
        Cause cause = cause(why);
        TokenBucket lookUps = switch (why) {
            case VERIFIER_SILENT -> certificates.strangers().silent();
            case TOO_MANY_ASKS -> certificates.strangers().unasked();
        };
        if (!admission.reliesOnThePast()) {
            return notYet(hostname, cause, "silent for longer than " + Admission.STALE_AT_MOST);
        }
        Optional<Held> inMemory = certificates.held().find(hostname);
        if (inMemory.isPresent()) {
            return new Serve(inMemory.get().certificate(), Source.MEMORY);
        }
        if (admission.isLastRefused(hostname) || !lookUps.tryTake()) {
            return notYet(hostname, cause, "no verdict");
        }
        return switch (certificates.store().find(hostname)) {
            case FindResult.Found(StoredCertificate found)
            when isValid(found) && found.lastVerdict().refusedAt().isEmpty() -> {
                lookUps.giveBack();
                yield holdings.hold(found, found.lastVerdict().route(), Source.STORE);
            }
            case FindResult.Found _,
                    FindResult.Absent _,
                    FindResult.Damaged _,
                    FindResult.KeyUnavailable _,
                    FindResult.Unreachable _ -> notYet(hostname, cause, "no verdict");
        };
    }

    private static Cause cause(Why why) {
        return switch (why) {
            case VERIFIER_SILENT -> Cause.VERIFIER_SILENT;
            case TOO_MANY_ASKS -> Cause.TOO_MANY_ASKS;
        };
    }

    private boolean isValid(StoredCertificate stored) {
        return LeasedIssuance.isValid(stored, clock.instant());
    }

    private NotYet notYet(Hostname hostname, Cause cause, String reason) {
        LOG.atDebug()
                .addKeyValue("hostname", hostname)
                .addKeyValue("cause", cause)
                .addKeyValue("reason", reason)
                .log("not ready to serve");
        return new NotYet(cause, clock.instant().plus(SOON));
    }
}
