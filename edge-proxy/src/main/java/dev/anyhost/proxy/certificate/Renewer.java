package dev.anyhost.proxy.certificate;

import dev.anyhost.domain.Route;
import dev.anyhost.proxy.admission.Permission;
import dev.anyhost.proxy.certificate.CertificateAnswer.Cause;
import dev.anyhost.proxy.issuance.Urgency;
import dev.anyhost.store.CertificateFacts;
import dev.anyhost.store.IssuanceFailure;
import dev.anyhost.store.StoredCertificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** Gets a newer certificate for a hostname that has one: the path of a first one, without a visitor. Blocks. */
public final class Renewer {

    private static final Duration SILENCE = Duration.ofMinutes(10);

    private final Acquisition acquisition;
    private final LeasedIssuance issuance;
    private final InstantSource clock;

    public Renewer(Acquisition acquisition, LeasedIssuance issuance, InstantSource clock) {
        this.acquisition = acquisition;
        this.issuance = issuance;
        this.clock = clock;
    }

    /** How it ended. */
    public sealed interface Result {

        /** There is a newer one now. */
        record Renewed(boolean ownOrder) implements Result {}

        /** The hostname is no longer allowed. */
        record Refused() implements Result {}

        /** Not now. */
        record NotYet(Cause cause, Instant retryAt) implements Result {}
    }

    /** Asks whether the hostname is still allowed, then orders. */
    public Result renew(CertificateFacts former, Urgency urgency) {
        return switch (acquisition.permission(former.hostname())) {
            case Permission.Refused _ -> new Result.Refused();
            case Permission.Unknown _ ->
                new Result.NotYet(Cause.VERIFIER_SILENT, clock.instant().plus(SILENCE));
            case Permission.Allowed(Route route) -> result(former, obtained(former, route, urgency));
        };
    }

    /** What failed under another route is tried again under this one. */
    private LeasedIssuance.Outcome obtained(CertificateFacts former, Route route, Urgency urgency) {
        LeasedIssuance.Outcome outcome = issuance.renew(former, route, urgency);
        if (!(outcome instanceof LeasedIssuance.PutOff(IssuanceFailure failure))
                || failure.route().leadsWhere(route)) {
            return outcome;
        }
        Optional<Route> now = acquisition.routeSince(former.hostname(), failure);
        now.ifPresent(_ -> issuance.forgive(former.hostname(), failure));
        return now.map(leads -> issuance.renew(former, leads, urgency)).orElse(outcome);
    }

    private Result result(CertificateFacts former, LeasedIssuance.Outcome outcome) {
        return switch (outcome) {
            case LeasedIssuance.Obtained(StoredCertificate _, boolean ownOrder) -> {
                acquisition.renewed(former.hostname());
                yield new Result.Renewed(ownOrder);
            }
            case LeasedIssuance.Failed(CertificateAnswer.NotYet answer) -> notYet(answer);
            case LeasedIssuance.PutOff(IssuanceFailure failure) ->
                new Result.NotYet(Cause.ISSUANCE_FAILED, failure.retryAt());
        };
    }

    private static Result notYet(CertificateAnswer.NotYet answer) {
        return new Result.NotYet(answer.cause(), answer.retryAt());
    }
}
