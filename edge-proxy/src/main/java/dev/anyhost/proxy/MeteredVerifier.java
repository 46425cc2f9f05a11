package dev.anyhost.proxy;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Verdict;
import dev.anyhost.proxy.admission.Verifier;
import dev.anyhost.proxy.ops.Metrics;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Counts asks where they end. */
record MeteredVerifier(Verifier verifier, Metrics metrics, LongSupplier nanos) implements Verifier {

    @Override
    public Verdict ask(Hostname hostname) {
        long begun = nanos.getAsLong();
        Verdict verdict = verifier.ask(hostname);
        String result = switch (verdict) {
            case Verdict.Allowed _ -> "allowed";
            case Verdict.Refused _ -> "refused";
            case Verdict.Silent _ -> "silent";
        };
        metrics.asked(result, Duration.ofNanos(nanos.getAsLong() - begun));
        return verdict;
    }
}
