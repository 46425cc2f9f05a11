package dev.anyhost.proxy.certificate;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.certificate.CertificateAnswer.Cause;
import dev.anyhost.proxy.certificate.CertificateAnswer.NotAllowed;
import dev.anyhost.proxy.certificate.CertificateAnswer.NotYet;
import dev.anyhost.proxy.certificate.CertificateAnswer.Serve;
import dev.anyhost.proxy.certificate.CertificateAnswer.Source;
import dev.anyhost.proxy.issuance.IssuanceBudget;
import dev.anyhost.proxy.issuance.IssuanceTime;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Obtains certificates before their first visitor comes. All instances hear of an activated name; each waits for a random
 * while, so that one of them orders and most of the others then find the certificate in the store and do no more. What is
 * dropped, refused a place, or left to an instance that dies is obtained for its first visitor, as ever.
 *
 * <p>Visitors go first: it begins nothing while they use half of the places for orders, and takes no place from that half.
 */
public final class EarlyCertificates {

    /** How long a name waits at most, beside {@link #FIRST}. */
    static final Duration SPREAD = Duration.ofSeconds(10);

    /** How long a name waits at least: a failure in the second of its activation would be forgiven with those before. */
    static final Duration FIRST = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(EarlyCertificates.class);
    private static final Duration EVERY = Duration.ofSeconds(1);

    private final Acquisition acquisition;
    private final IssuanceBudget budget;
    private final Limits limits;
    private final Surroundings around;

    /** When each name's turn comes, on the monotonic clock. */
    private final Map<Hostname, Long> waiting = new LinkedHashMap<>();

    private int underWay;

    /**
     * @param underWay names at a time; 0 leaves all certificates to the first visitors
     * @param waiting names to come; a further one is dropped
     */
    public record Limits(int underWay, int waiting) {

        public static final Limits DEFAULT = new Limits(4, 1_000);
    }

    /**
     * @param background runs blocking work
     * @param spread makes the instances differ
     * @param results hears of every name's end
     */
    public record Surroundings(
            IssuanceTime time, Executor background, RandomGenerator spread, Consumer<Result> results) {}

    /** What became of a name. */
    public enum Result {
        /** This instance ordered its certificate. */
        ISSUED,
        /** It had one. */
        PRESENT,
        /** Another instance, or a visitor's order, is at it. */
        ELSEWHERE,
        /** The verifier says no. */
        REFUSED,
        /** There is none for now. */
        FAILED,
        /** Too many others were waiting. */
        DROPPED
    }

    public EarlyCertificates(Acquisition acquisition, IssuanceBudget budget, Limits limits, Surroundings around) {
        this.acquisition = acquisition;
        this.budget = budget;
        this.limits = limits;
        this.around = around;
    }

    /** Has a name's certificate obtained some seconds from now, unless too many are waiting. Never blocks. */
    void want(Hostname hostname) {
        if (limits.underWay() > 0 && !queued(hostname)) {
            LOG.atWarn().addKeyValue("hostname", hostname).log("certificate is left to the first visitor");
            around.results().accept(Result.DROPPED);
        }
    }

    private synchronized boolean queued(Hostname hostname) {
        if (waiting.size() >= limits.waiting() && !waiting.containsKey(hostname)) {
            return false;
        }
        long turn = now() + FIRST.toNanos() + around.spread().nextLong(SPREAD.toNanos());
        waiting.putIfAbsent(hostname, turn);
        return true;
    }

    private long now() {
        return around.time().nanos().getAsLong();
    }

    /** Blocks until the thread is interrupted. */
    public void run() {
        try {
            while (true) {
                around.time().pause().pause(EVERY);
                begin();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Begins with those whose turn it is, as many as there are places to spare: at most a few a second. */
    void begin() {
        for (int begun = 0; begun < limits.underWay(); begun++) {
            Optional<Hostname> next = budget.hasSpare() ? next() : Optional.empty();
            if (next.isEmpty()) {
                return;
            }
            around.background().execute(() -> obtain(next.get()));
        }
    }

    private synchronized Optional<Hostname> next() {
        if (underWay >= limits.underWay()) {
            return Optional.empty();
        }
        long now = now();
        Optional<Hostname> first = waiting.entrySet().stream()
                .filter(turn -> turn.getValue() - now <= 0)
                .min((a, b) -> Long.signum(a.getValue() - b.getValue()))
                .map(Map.Entry::getKey);
        first.ifPresent(hostname -> {
            waiting.remove(hostname);
            underWay++;
        });
        return first;
    }

    private void obtain(Hostname hostname) {
        try {
            Optional<CertificateAnswer> answer = acquisition.acquireAhead(hostname);
            if (answer.isPresent() && answer.get() instanceof NotYet(Cause cause, var _) && cause == Cause.OVERLOADED) {
                want(hostname); // Visitors came meanwhile.
                return;
            }
            Result result = answer.map(EarlyCertificates::result).orElse(Result.PRESENT);
            LOG.atInfo()
                    .addKeyValue("hostname", hostname)
                    .addKeyValue("result", result)
                    .log("certificate ahead of visitors");
            around.results().accept(result);
        } finally {
            ended();
        }
    }

    private synchronized void ended() {
        underWay--;
    }

    private static Result result(CertificateAnswer answer) {
        return switch (answer) {
            case Serve(var _, Source source) ->
                switch (source) {
                    case ISSUED -> Result.ISSUED;
                    case MEMORY, STORE, WAITED -> Result.PRESENT;
                };
            case NotAllowed() -> Result.REFUSED;
            case NotYet(Cause cause, var _) -> cause == Cause.ISSUING ? Result.ELSEWHERE : Result.FAILED;
        };
    }
}
