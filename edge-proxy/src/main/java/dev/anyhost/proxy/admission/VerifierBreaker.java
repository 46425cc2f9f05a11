package dev.anyhost.proxy.admission;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Verdict;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * A circuit breaker: a verifier that is down gets one ask a second, and everybody else hears of the silence at once. Down
 * means three silences in a row, or that asks are under way and none was answered for a second: waiting for the first
 * time-out would let five seconds of asks pile up on a verifier that hangs.
 */
final class VerifierBreaker implements Verifier {

    private static final int OPENS_AFTER = 3;
    private static final long PROBE_INTERVAL = Duration.ofSeconds(1).toNanos();
    private static final long HANGS_AFTER = Duration.ofSeconds(1).toNanos();

    private final Verifier verifier;
    private final LongSupplier nanos;
    private int silences;
    private int underWay;
    private long silentSince;
    private long answeredAt;
    private long nextProbe;

    VerifierBreaker(Verifier verifier, LongSupplier nanos) {
        this.verifier = verifier;
        this.nanos = nanos;
        this.nextProbe = nanos.getAsLong();
    }

    @Override
    public Verdict ask(Hostname hostname) {
        long begun = nanos.getAsLong();
        if (!begin(begun)) {
            return new Verdict.Silent("not asked: the verifier is down");
        }
        boolean answered = false;
        try {
            Verdict verdict = verifier.ask(hostname);
            answered = !(verdict instanceof Verdict.Silent);
            return verdict;
        } finally {
            end(begun, answered);
        }
    }

    /** Whether an ask would only hear that the verifier is down. */
    synchronized boolean isOpen() {
        long now = nanos.getAsLong();
        return isDown(now) && now - nextProbe < 0;
    }

    /** Whether it doesn't answer, as far as the last asks tell. */
    synchronized boolean isDown() {
        return isDown(nanos.getAsLong());
    }

    private boolean isDown(long now) {
        return silences >= OPENS_AFTER || (underWay > 0 && now - answeredAt >= HANGS_AFTER);
    }

    private synchronized boolean begin(long now) {
        if (isDown(now)) {
            if (now - nextProbe < 0) {
                return false;
            }
            nextProbe = now + PROBE_INTERVAL;
        }
        if (underWay++ == 0) {
            answeredAt = now;
        }
        return true;
    }

    private synchronized void end(long begun, boolean answered) {
        underWay--;
        if (answered) {
            silences = 0;
            answeredAt = nanos.getAsLong();
        } else if (silences++ == 0) {
            silentSince = begun;
            nextProbe = nanos.getAsLong() + PROBE_INTERVAL;
        }
    }

    /** How long the verifier has been silent; zero while it answers. */
    synchronized Duration silentFor() {
        return silences == 0 ? Duration.ZERO : Duration.ofNanos(nanos.getAsLong() - silentSince);
    }
}
