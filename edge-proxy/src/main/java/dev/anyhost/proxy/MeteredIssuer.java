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
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Counts orders where they end.
 *
 * @param isHomeAway whether they are this region's own
 */
record MeteredIssuer(Issuer issuer, Metrics metrics, LongSupplier nanos, BooleanSupplier isHomeAway) implements Issuer {

    @Override
    public String directory() {
        return issuer.directory();
    }

    @Override
    public IssuanceOutcome issue(IssuanceRequest request) {
        boolean alone = isHomeAway.getAsBoolean();
        long begun = nanos.getAsLong();
        IssuanceOutcome outcome = issuer.issue(request);
        Duration took = Duration.ofNanos(nanos.getAsLong() - begun);
        if (alone && !(outcome instanceof IssuanceOutcome.NotOrdered)) {
            metrics.orderedInRegion();
        }
        switch (outcome) {
            case IssuanceOutcome.Issued _ -> metrics.ordered(directory(), "issued", took);
            case IssuanceOutcome.ChallengeFailed _ -> metrics.ordered(directory(), "challenge_failed", took);
            case IssuanceOutcome.RateLimited _ -> metrics.ordered(directory(), "rate_limited", took);
            case IssuanceOutcome.Rejected _, IssuanceOutcome.Unavailable _ ->
                metrics.ordered(directory(), "error", took);
            case IssuanceOutcome.NotOrdered(Permit.Paused _) -> metrics.orderWithheld(directory(), "paused");
            case IssuanceOutcome.NotOrdered(Permit.Spent _) -> metrics.orderWithheld(directory(), "limit");
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
}
