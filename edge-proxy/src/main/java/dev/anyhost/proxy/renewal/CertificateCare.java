package dev.anyhost.proxy.renewal;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.certificate.CertificateAnswer.Cause;
import dev.anyhost.proxy.certificate.Renewer;
import dev.anyhost.proxy.issuance.Issuer;
import dev.anyhost.proxy.issuance.Suggestion;
import dev.anyhost.proxy.issuance.Urgency;
import dev.anyhost.store.CertificateFacts;
import dev.anyhost.store.CertificateStore;
import dev.anyhost.store.FactsResult;
import dev.anyhost.store.LastVerdict;
import dev.anyhost.store.StoreEffect;
import dev.anyhost.store.SuggestedWindow;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after one certificate that is due: asks its authority when it should be renewed, renews it when it is time, and says
 * when it is to be looked after next. Blocks; for any number of threads.
 */
final class CertificateCare {

    private static final Logger LOG = LoggerFactory.getLogger(CertificateCare.class);

    /** When what isn't renewed for now is looked at again: it may be allowed, or used, again. */
    private static final Duration A_DAY = Duration.ofDays(1);

    /** When what has expired is looked at again. A visitor has it ordered anew sooner. */
    private static final Duration A_MONTH = Duration.ofDays(30);

    /** When an authority that didn't say is asked again. */
    private static final Duration AN_HOUR = Duration.ofHours(1);

    private final CertificateStore store;
    private final Renewer renewer;
    private final Duration unusedFor;
    private final InstantSource clock;
    private final RandomGenerator random;

    /** @param unusedFor what nobody used for so long isn't renewed */
    CertificateCare(
            CertificateStore store, Renewer renewer, Duration unusedFor, InstantSource clock, RandomGenerator random) {
        this.store = store;
        this.renewer = renewer;
        this.unusedFor = unusedFor;
        this.clock = clock;
        this.random = random;
    }

    /** Looks once. What can't be read, or has no place for its order, stays due. */
    Outcome look(Hostname hostname, List<Issuer> issuers, Lateness lateness) {
        Outcome outcome = outcome(hostname, issuers, lateness);
        if (outcome.settles()) {
            lateness.settled(hostname);
        }
        return outcome;
    }

    private Outcome outcome(Hostname hostname, List<Issuer> issuers, Lateness lateness) {
        return switch (store.facts(hostname)) {
            case FactsResult.Found(CertificateFacts found) -> look(found, issuers, lateness);
            case FactsResult.Damaged(long version, String reason) -> {
                // A visitor has it replaced, or nobody misses it.
                LOG.atError()
                        .addKeyValue("hostname", hostname)
                        .addKeyValue("reason", reason)
                        .log("stored certificate is damaged");
                yield scheduled(Outcome.UNREADABLE, store.postpone(hostname, version, in(A_DAY)));
            }
            case FactsResult.Absent() -> Outcome.GONE;
            case FactsResult.Unreachable(String reason) -> unreachable(hostname, reason);
        };
    }

    private Outcome look(CertificateFacts certificate, List<Issuer> issuers, Lateness lateness) {
        Instant now = clock.instant();
        if (!certificate.notAfter().isAfter(now)) {
            return next(certificate, Outcome.EXPIRED, in(A_MONTH), Optional.empty());
        }
        Word word = word(certificate, issuers, now);
        Optional<SuggestedWindow> window = word.window();
        Instant renewAt = RenewalPolicy.renewAt(certificate, window);
        if (now.isBefore(renewAt)) {
            return next(certificate, Outcome.WAITING, RenewalPolicy.earlier(renewAt, word.askAgain()), window);
        }
        if (certificate.upkeep().used().isBefore(now.minus(unusedFor))) {
            return next(certificate, Outcome.UNUSED, in(A_DAY), window);
        }
        return renewed(certificate, window, lateness);
    }

    /**
     * What the authority suggests.
     *
     * @param askAgain when to ask it again, if that comes before the renewal
     */
    private record Word(Optional<SuggestedWindow> window, Instant askAgain) {

        static final Word NONE = new Word(Optional.empty(), Instant.MAX);

        static Word of(SuggestedWindow window) {
            return new Word(Optional.of(window), window.askAgain());
        }
    }

    private Word word(CertificateFacts certificate, List<Issuer> issuers, Instant now) {
        Optional<SuggestedWindow> known = certificate.upkeep().window();
        Optional<Issuer> own = issuers.stream()
                .filter(issuer -> issuer.directory().equals(certificate.issuer()))
                .findFirst();
        if (own.isEmpty()) {
            return Word.NONE;
        }
        if (known.filter(window -> window.askAgain().isAfter(now)).isPresent()) {
            return Word.of(known.get());
        }
        return switch (own.get().suggestion(certificate.leaf())) {
            case Suggestion.Window suggested -> Word.of(RenewalPolicy.chosen(suggested, known, now, random));
            case Suggestion.None() -> Word.NONE;
            case Suggestion.Unavailable(String reason) -> {
                LOG.atWarn()
                        .addKeyValue("hostname", certificate.hostname())
                        .addKeyValue("reason", reason)
                        .log("no word on when to renew");
                yield new Word(known, in(AN_HOUR));
            }
        };
    }

    private Outcome renewed(CertificateFacts certificate, Optional<SuggestedWindow> window, Lateness lateness) {
        Instant now = clock.instant();
        Urgency urgency = now.isBefore(RenewalPolicy.emergencyAt(certificate)) ? Urgency.BULK : Urgency.NEAR_EXPIRY;
        return switch (renewer.renew(certificate, urgency)) {
            // The new one is due at once, and says itself when it is to be looked after.
            case Renewer.Result.Renewed(boolean ownOrder) -> ownOrder ? Outcome.RENEWED : Outcome.ELSEWHERE;
            case Renewer.Result.Refused() -> refused(certificate, window, now);
            case Renewer.Result.NotYet(Cause cause, Instant retryAt) -> {
                alarm(certificate, cause, retryAt, now);
                // That it has to wait for its turn is nothing to write down while there is time.
                if (cause != Cause.OVERLOADED || RenewalPolicy.alarm(certificate, now) != RenewalPolicy.Alarm.NONE) {
                    lateness.failed(certificate);
                }
                yield cause == Cause.OVERLOADED
                        ? Outcome.BUSY
                        : next(certificate, Outcome.FAILED, RenewalPolicy.earlier(retryAt, in(A_DAY)), window);
            }
        };
    }

    private Outcome refused(CertificateFacts certificate, Optional<SuggestedWindow> window, Instant now) {
        if (certificate.lastVerdict().refusedAt().isEmpty()) {
            var _ = store.recordVerdict(
                    certificate.hostname(),
                    new LastVerdict(certificate.lastVerdict().route(), Optional.of(now)));
        }
        return next(certificate, Outcome.REFUSED, in(A_DAY), window);
    }

    private void alarm(CertificateFacts certificate, Cause cause, Instant retryAt, Instant now) {
        RenewalPolicy.Alarm alarm = RenewalPolicy.alarm(certificate, now);
        if (alarm != RenewalPolicy.Alarm.NONE) {
            LOG.atError()
                    .addKeyValue("hostname", certificate.hostname())
                    .addKeyValue("not_after", certificate.notAfter())
                    .addKeyValue("alarm", alarm)
                    .addKeyValue("cause", cause)
                    .addKeyValue("retry_at", retryAt)
                    .log("certificate should have been renewed");
        }
    }

    private Outcome next(CertificateFacts certificate, Outcome outcome, Instant due, Optional<SuggestedWindow> window) {
        return scheduled(outcome, store.schedule(certificate, due, window));
    }

    private static Outcome scheduled(Outcome outcome, StoreEffect effect) {
        return switch (effect) {
            case StoreEffect.Done() -> outcome;
            case StoreEffect.Unreachable(String reason) -> {
                LOG.atWarn().addKeyValue("reason", reason).log("certificate stays due");
                yield Outcome.UNREACHABLE;
            }
        };
    }

    private static Outcome unreachable(Hostname hostname, String reason) {
        LOG.atWarn()
                .addKeyValue("hostname", hostname)
                .addKeyValue("reason", reason)
                .log("certificate stays due");
        return Outcome.UNREACHABLE;
    }

    private Instant in(Duration time) {
        return clock.instant().plus(time);
    }
}
