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
import dev.anyhost.proxy.concurrent.Handoff;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * Answers a handshake's question for a certificate: at once from memory, or by way of an acquisition that is shared by
 * all who wait for the same name. Nobody waits longer than the deadline; the acquisition goes on without them.
 */
public final class CertificateDirectory {

    /** How long a visitor waits at most for a certificate. */
    public static final Duration DEADLINE = Duration.ofSeconds(10);

    private static final Duration SOON = Duration.ofSeconds(5);

    private final Admission admission;
    private final HeldCertificates held;
    private final Acquisition acquisition;
    private final Handoff handoff;
    private final InstantSource clock;
    private final Executor background;
    private final Flights flights = new Flights();

    /** At most the names of open connections, each at most once. */
    private final Set<Hostname> refreshing = ConcurrentHashMap.newKeySet();

    public CertificateDirectory(
            Admission admission,
            HeldCertificates held,
            Acquisition acquisition,
            Handoff handoff,
            Executor background,
            InstantSource clock) {
        this.admission = admission;
        this.held = held;
        this.acquisition = acquisition;
        this.handoff = handoff;
        this.background = background;
        this.clock = clock;
    }

    /** The answer for a hostname, already complete when memory has it. For event loops; never blocks. */
    public Future<CertificateAnswer> answer(Hostname hostname, EventExecutor loop) {
        return fromMemory(hostname)
                .map(loop::newSucceededFuture)
                .orElseGet(() -> handoff.run(
                        loop,
                        () -> flights.join(hostname, acquisition::acquire, DEADLINE, () -> notYet(Cause.DEADLINE)),
                        DEADLINE,
                        () -> notYet(Cause.DEADLINE),
                        () -> notYet(Cause.OVERLOADED)));
    }

    private Optional<CertificateAnswer> fromMemory(Hostname hostname) {
        Optional<Verdict> verdict = admission.fresh(hostname);
        if (verdict.isEmpty()) {
            return Optional.empty();
        }
        return switch (verdict.get()) {
            case Verdict.Refused _ -> Optional.of(new NotAllowed());
            case Verdict.Silent _ -> Optional.empty();
            case Verdict.Allowed _ -> held.find(hostname).map(found -> new Serve(found.certificate(), Source.MEMORY));
        };
    }

    /** What is known, without blocking, of where a hostname's requests go. */
    public sealed interface Routing {

        record Known(Route route) implements Routing {}

        /** It was refused meanwhile. */
        record Withdrawn() implements Routing {}

        /** Nobody has said where to. */
        record Unknown() implements Routing {}
    }

    /**
     * Where the requests of an open connection go, by the last verdict, or by the store's word in its absence. A verdict
     * that is no longer fresh is asked for again in the background, so that a refusal reaches open connections too.
     */
    public Routing routing(Hostname hostname) {
        Optional<Verdict> last = admission.last(hostname);
        if (admission.fresh(hostname).isEmpty()) {
            refresh(hostname);
        }
        if (last.isPresent() && last.get() instanceof Verdict.Allowed(Route route, Duration _)) {
            return new Routing.Known(route);
        }
        if (last.isPresent() && last.get() instanceof Verdict.Refused) {
            return new Routing.Withdrawn();
        }
        return held.find(hostname)
                .<Routing>map((Held found) -> new Routing.Known(found.route()))
                .orElseGet(Routing.Unknown::new);
    }

    private void refresh(Hostname hostname) {
        if (refreshing.add(hostname)) {
            background.execute(() -> {
                try {
                    var _ = flights.join(hostname, acquisition::acquire, DEADLINE, () -> notYet(Cause.DEADLINE));
                } catch (InterruptedException stopped) {
                    Thread.currentThread().interrupt();
                } finally {
                    refreshing.remove(hostname);
                }
            });
        }
    }

    private NotYet notYet(Cause cause) {
        return new NotYet(cause, clock.instant().plus(SOON));
    }
}
