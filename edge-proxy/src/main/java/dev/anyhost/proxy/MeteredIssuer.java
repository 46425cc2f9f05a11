package dev.anyhost.proxy;

import dev.anyhost.proxy.issuance.IssuanceOutcome;
import dev.anyhost.proxy.issuance.IssuanceRequest;
import dev.anyhost.proxy.issuance.Issuer;
import dev.anyhost.proxy.issuance.Permit;
import dev.anyhost.proxy.issuance.Suggestion;
import dev.anyhost.proxy.ops.Metrics;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Counts orders where they end. */
record MeteredIssuer(Issuer issuer, Metrics metrics, LongSupplier nanos) implements Issuer {

    @Override
    public String directory() {
        return issuer.directory();
    }

    @Override
    public IssuanceOutcome issue(IssuanceRequest request) {
        long begun = nanos.getAsLong();
        IssuanceOutcome outcome = issuer.issue(request);
        if (outcome instanceof IssuanceOutcome.NotOrdered(Permit.Withheld why)) {
            metrics.orderWithheld(directory(), why instanceof Permit.Paused ? "paused" : "limit");
        } else {
            metrics.ordered(directory(), result(outcome), Duration.ofNanos(nanos.getAsLong() - begun));
        }
        return outcome;
    }

    @Override
    public Optional<Duration> clockAhead() {
        return issuer.clockAhead();
    }

    @Override
    public Suggestion suggestion(X509Certificate certificate) {
        return issuer.suggestion(certificate);
    }

    private static String result(IssuanceOutcome outcome) {
        return switch (outcome) {
            case IssuanceOutcome.Issued _ -> "issued";
            case IssuanceOutcome.ChallengeFailed _ -> "challenge_failed";
            case IssuanceOutcome.RateLimited _ -> "rate_limited";
            case IssuanceOutcome.Rejected _, IssuanceOutcome.Unavailable _, IssuanceOutcome.NotOrdered _ -> "error";
        };
    }
}
