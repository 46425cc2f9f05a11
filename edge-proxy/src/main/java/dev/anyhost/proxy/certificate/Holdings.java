package dev.anyhost.proxy.certificate;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import dev.anyhost.proxy.certificate.CertificateAnswer.NotAllowed;
import dev.anyhost.proxy.certificate.CertificateAnswer.Serve;
import dev.anyhost.proxy.certificate.CertificateAnswer.Source;
import dev.anyhost.proxy.certificate.HeldCertificates.Held;
import dev.anyhost.store.FindResult;
import dev.anyhost.store.LastVerdict;
import dev.anyhost.store.StoredCertificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** Keeps what this process holds in step with the store and with what the verifier says. */
final class Holdings {

    /** How exactly it is remembered when a name was last used. */
    private static final Duration USE_NOTED = Duration.ofDays(1);

    /** How long the store's word on a certificate in use is good for. */
    private static final Duration SEEN_DAILY = Duration.ofDays(1);

    private final Acquisition.Certificates certificates;
    private final FailureMemory failures;
    private final InstantSource clock;
    private final Executor afterwards;

    /** @param afterwards runs blocking work that no visitor needs to wait for */
    Holdings(Acquisition.Certificates certificates, FailureMemory failures, InstantSource clock, Executor afterwards) {
        this.certificates = certificates;
        this.failures = failures;
        this.clock = clock;
        this.afterwards = afterwards;
    }

    /** From memory, for a name that is allowed; empty when it isn't there. Never blocks. */
    Optional<Serve> serve(Hostname hostname, Route route) {
        Optional<Held> held = certificates.held().find(hostname);
        held.ifPresent(use -> {
            use.uses().one();
            allowed(hostname, use, route);
        });
        return held.map(use -> new Serve(use.certificate(), Source.MEMORY));
    }

    private void allowed(Hostname hostname, Held held, Route route) {
        certificates.traffic().note(hostname, held.uses());
        if (!held.route().equals(route)) {
            certificates.held().reroute(hostname, route);
            record(hostname, LastVerdict.allowed(route));
        }
    }

    /** Takes one from the store that is allowed and valid. */
    Serve take(StoredCertificate found, Route route) {
        if (!found.lastVerdict().equals(LastVerdict.allowed(route))) {
            record(found.hostname(), LastVerdict.allowed(route));
        }
        recordUse(found);
        return hold(found, route, Source.STORE);
    }

    /** Holds a certificate, unless a newer one is held. */
    Serve hold(StoredCertificate stored, Route route, Source source) {
        var certificate = ServableCertificate.of(stored.hostname(), stored.chain(), stored.privateKey());
        Uses uses =
                certificates.held().find(stored.hostname()).map(Held::uses).orElseGet(certificates.traffic()::begin);
        Held held = certificates.held().hold(stored.hostname(), new Held(certificate, route, clock.instant(), uses));
        failures.forget(stored.hostname());
        return new Serve(held.certificate(), source);
    }

    /** Drops what is held for a name that may not be served. */
    NotAllowed refuse(Hostname hostname, boolean news) {
        boolean wasHeld = certificates.held().drop(hostname);
        if (news && (wasHeld || certificates.strangers().refused().tryTake())) {
            // The item must say so before the verifier next falls silent; the visitor needn't wait for that.
            record(hostname, new LastVerdict(Route.UNNAMED, Optional.of(clock.instant())));
        }
        return new NotAllowed();
    }

    /** A name in use is still allowed; what is held for it is looked up in the store again once a day. Blocks. */
    void refresh(Hostname hostname, Route route) {
        Optional<Held> held = certificates.held().find(hostname);
        held.ifPresent(use -> allowed(hostname, use, route));
        if (held.filter(use -> use.seen().isBefore(clock.instant().minus(SEEN_DAILY)))
                .isPresent()) {
            reload(hostname, certificates.store()::find).ifPresent(this::recordUse);
        }
    }

    /** Takes what was written last, or what there is nearby when that can't be had. Blocks. */
    void renewed(Hostname hostname) {
        if (reload(hostname, certificates.store()::findConsistent).isEmpty()) {
            var _ = reload(hostname, certificates.store()::find);
        }
    }

    /** Takes a certificate that is in memory from the store again: there may be a newer one. Empty when it didn't. */
    private Optional<StoredCertificate> reload(Hostname hostname, Function<Hostname, FindResult> look) {
        Optional<Held> held = certificates.held().find(hostname);
        if (held.isPresent()
                && look.apply(hostname) instanceof FindResult.Found(StoredCertificate found)
                && LeasedIssuance.isValid(found, clock.instant())) {
            var _ = hold(found, held.get().route(), Source.STORE);
            return Optional.of(found);
        }
        return Optional.empty();
    }

    /** Renewals go by it: what nobody uses isn't renewed for ever. */
    private void recordUse(StoredCertificate found) {
        Instant now = clock.instant();
        if (found.upkeep().used().isBefore(now.minus(USE_NOTED))) {
            afterwards.execute(() -> certificates.store().recordUse(found.hostname(), now));
        }
    }

    private void record(Hostname hostname, LastVerdict verdict) {
        afterwards.execute(() -> certificates.store().recordVerdict(hostname, verdict));
    }
}
