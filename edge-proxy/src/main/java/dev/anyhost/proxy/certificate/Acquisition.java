package dev.anyhost.proxy.certificate;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import dev.anyhost.domain.Verdict;
import dev.anyhost.proxy.admission.Admission;
import dev.anyhost.proxy.certificate.CertificateAnswer.Cause;
import dev.anyhost.proxy.certificate.CertificateAnswer.NotAllowed;
import dev.anyhost.proxy.certificate.CertificateAnswer.NotYet;
import dev.anyhost.proxy.certificate.CertificateAnswer.Serve;
import dev.anyhost.proxy.certificate.CertificateAnswer.Source;
import dev.anyhost.proxy.certificate.HeldCertificates.Held;
import dev.anyhost.store.CertificateStore;
import dev.anyhost.store.FindResult;
import dev.anyhost.store.LastVerdict;
import dev.anyhost.store.StoredCertificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executor;
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
    private final HeldCertificates held;
    private final CertificateStore store;
    private final LeasedIssuance issuance;
    private final InstantSource clock;
    private final Executor afterwards;

    /** @param afterwards runs blocking work that no visitor needs to wait for */
    public Acquisition(
            Admission admission,
            HeldCertificates held,
            CertificateStore store,
            LeasedIssuance issuance,
            InstantSource clock,
            Executor afterwards) {
        this.admission = admission;
        this.held = held;
        this.store = store;
        this.issuance = issuance;
        this.clock = clock;
        this.afterwards = afterwards;
    }

    /** The certificate for a name, or why there is none. */
    CertificateAnswer acquire(Hostname hostname) {
        return switch (admission.ask(hostname)) {
            case Verdict.Refused _ -> refuse(hostname);
            case Verdict.Silent _ -> withoutVerdict(hostname);
            case Verdict.Allowed(Route route, Duration _) -> allowed(hostname, route);
        };
    }

    private CertificateAnswer refuse(Hostname hostname) {
        held.drop(hostname);
        // The item must say so before the verifier next falls silent; the visitor needn't wait for that.
        afterwards.execute(
                () -> store.recordVerdict(hostname, new LastVerdict(Route.UNNAMED, Optional.of(clock.instant()))));
        return new NotAllowed();
    }

    private CertificateAnswer allowed(Hostname hostname, Route route) {
        Optional<Held> inMemory = held.find(hostname);
        if (inMemory.isPresent()) {
            held.reroute(hostname, route);
            return new Serve(inMemory.get().certificate(), Source.MEMORY);
        }
        return switch (store.find(hostname)) {
            case FindResult.Found(StoredCertificate found)
            when isValid(found) -> {
                recordAllowed(hostname, found.lastVerdict(), route);
                yield hold(found, route, Source.STORE);
            }
            case FindResult.Found _, FindResult.Absent _, FindResult.Damaged _ -> issue(hostname, route);
            case FindResult.KeyUnavailable(String keyId, String reason) ->
                notYet(hostname, Cause.KEY_UNAVAILABLE, keyId + ": " + reason);
            case FindResult.Unreachable(String reason) -> notYet(hostname, Cause.STORE_UNREACHABLE, reason);
        };
    }

    private CertificateAnswer issue(Hostname hostname, Route route) {
        return switch (issuance.obtain(hostname, route)) {
            case LeasedIssuance.Obtained(StoredCertificate stored, boolean ownOrder) ->
                hold(stored, route, ownOrder ? Source.ISSUED : Source.WAITED);
            case LeasedIssuance.Failed(Cause cause, Instant retryAt) -> new NotYet(cause, retryAt);
        };
    }

    /** The verifier is silent: what was allowed before is served with the route it had, and nothing is issued. */
    private CertificateAnswer withoutVerdict(Hostname hostname) {
        Optional<Held> inMemory = held.find(hostname);
        if (inMemory.isPresent()) {
            return new Serve(inMemory.get().certificate(), Source.MEMORY);
        }
        return switch (store.find(hostname)) {
            case FindResult.Found(StoredCertificate found)
            when isValid(found) && found.lastVerdict().refusedAt().isEmpty() ->
                hold(found, found.lastVerdict().route(), Source.STORE);
            case FindResult.Found _,
                    FindResult.Absent _,
                    FindResult.Damaged _,
                    FindResult.KeyUnavailable _,
                    FindResult.Unreachable _ -> notYet(hostname, Cause.VERIFIER_SILENT, "no verdict");
        };
    }

    private void recordAllowed(Hostname hostname, LastVerdict before, Route route) {
        LastVerdict now = LastVerdict.allowed(route);
        if (!before.equals(now)) {
            afterwards.execute(() -> store.recordVerdict(hostname, now));
        }
    }

    private CertificateAnswer hold(StoredCertificate stored, Route route, Source source) {
        var certificate = ServableCertificate.of(stored.hostname(), stored.chain(), stored.privateKey());
        held.hold(stored.hostname(), new Held(certificate, route));
        return new Serve(certificate, source);
    }

    private boolean isValid(StoredCertificate stored) {
        return LeasedIssuance.isValid(stored, clock.instant());
    }

    private NotYet notYet(Hostname hostname, Cause cause, String reason) {
        LOG.atWarn()
                .addKeyValue("hostname", hostname)
                .addKeyValue("cause", cause)
                .addKeyValue("reason", reason)
                .log("not ready to serve");
        return new NotYet(cause, clock.instant().plus(SOON));
    }
}
