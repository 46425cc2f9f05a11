package dev.anyhost.proxy.certificate;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import dev.anyhost.domain.Verdict;
import dev.anyhost.proxy.admission.Admission;
import dev.anyhost.proxy.admission.Permission;
import dev.anyhost.proxy.certificate.CertificateAnswer.Cause;
import dev.anyhost.proxy.certificate.CertificateAnswer.NotAllowed;
import dev.anyhost.proxy.certificate.CertificateAnswer.NotYet;
import dev.anyhost.proxy.certificate.CertificateAnswer.Serve;
import dev.anyhost.proxy.certificate.CertificateAnswer.Source;
import dev.anyhost.proxy.certificate.HeldCertificates.Held;
import dev.anyhost.proxy.concurrent.Handoff;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Answers a handshake's question for a certificate: at once from memory, or by way of an acquisition that is shared by
 * all who wait for the same name. Nobody waits longer than the deadline, and only so many wait; the acquisition goes on
 * without them. Its methods are for event loops and never block.
 */
public final class CertificateDirectory {

    /** How long a visitor waits at most for a certificate. */
    public static final Duration DEADLINE = Duration.ofSeconds(10);

    private static final Duration SOON = Duration.ofSeconds(5);

    private final Memory memory;
    private final Acquisition acquisition;
    private final WaitingRoom waitingRoom;
    private final Handoff handoff;
    private final Executor background;
    private final InstantSource clock;
    private final Flights flights = new Flights();

    /** What needs no waiting. */
    public record Memory(Admission admission, HeldCertificates held, FailureMemory failures) {}

    /**
     * Who waits, and how blocking work is done.
     *
     * @param background runs blocking work that nobody waits for
     */
    public record Waiting(WaitingRoom room, Handoff handoff, Executor background) {}

    public CertificateDirectory(Memory memory, Acquisition acquisition, Waiting waiting, InstantSource clock) {
        this.memory = memory;
        this.acquisition = acquisition;
        this.waitingRoom = waiting.room();
        this.handoff = waiting.handoff();
        this.background = waiting.background();
        this.clock = clock;
    }

    /** The answer for a hostname, already complete when memory has it; completes on {@code loop}. */
    public Future<CertificateAnswer> answer(Hostname hostname, InetAddress client, EventExecutor loop) {
        return fromMemory(hostname)
                .or(() -> oneTooMany(hostname))
                .map(loop::newSucceededFuture)
                .orElseGet(() -> waiting(
                        hostname,
                        client,
                        loop,
                        new Work<>(
                                () -> flights.join(
                                        hostname, acquisition::acquire, DEADLINE, () -> notYet(Cause.DEADLINE)),
                                () -> notYet(Cause.DEADLINE),
                                () -> notYet(Cause.OVERLOADED))));
    }

    /** Whether a hostname may be served, for who needs no certificate; completes on {@code loop}. */
    public Future<Permission> permission(Hostname hostname, InetAddress client, EventExecutor loop) {
        Optional<Permission> fresh = memory.admission().fresh(hostname);
        return fresh.map(loop::newSucceededFuture)
                .orElseGet(() -> waiting(
                        hostname,
                        client,
                        loop,
                        new Work<>(
                                () -> memory.admission().ask(hostname),
                                () -> new Permission.Unknown(Permission.Why.VERIFIER_SILENT),
                                () -> new Permission.Unknown(Permission.Why.TOO_MANY_ASKS))));
    }

    private record Work<T>(Callable<T> body, Supplier<T> late, Supplier<T> overloaded) {}

    private <T> Future<T> waiting(Hostname hostname, InetAddress client, EventExecutor loop, Work<T> work) {
        Optional<WaitingRoom.Seat> seat = waitingRoom.enter(hostname, client);
        if (seat.isEmpty()) {
            return loop.newSucceededFuture(work.overloaded().get());
        }
        Future<T> answer = handoff.run(loop, work.body(), DEADLINE, work.late(), work.overloaded(), tooLate -> {});
        return answer.addListener(answered -> seat.get().leave());
    }

    private Optional<CertificateAnswer> oneTooMany(Hostname hostname) {
        return flights.isUnderWay(hostname)
                ? Optional.empty()
                : acquisition.oneTooMany(hostname).map(CertificateAnswer.class::cast);
    }

    private Optional<CertificateAnswer> fromMemory(Hostname hostname) {
        Optional<Admission.Standing> standing = memory.admission().standing(hostname);
        if (standing.isEmpty()) {
            return Optional.empty();
        }
        if (!standing.get().fresh()) {
            return memory.admission().isVerifierDown() ? fromThePast(hostname, standing.get()) : Optional.empty();
        }
        refreshIfDue(hostname, standing.get());
        return switch (standing.get().verdict()) {
            case Verdict.Refused _ -> Optional.of(new NotAllowed());
            case Verdict.Silent _ -> Optional.empty();
            case Verdict.Allowed(Route route, Duration _) -> {
                Optional<Held> held = memory.held().find(hostname);
                held.ifPresent(found -> found.uses().one());
                yield held.isPresent()
                        ? Optional.of(new Serve(held.get().certificate(), Source.MEMORY))
                        : memory.failures().find(hostname, route).map(CertificateAnswer.class::cast);
            }
        };
    }

    /** Of a verifier that hangs every ask takes its whole time-out, and all visitors of the name would wait for it. */
    private Optional<CertificateAnswer> fromThePast(Hostname hostname, Admission.Standing standing) {
        if (!(standing.verdict() instanceof Verdict.Allowed)) {
            return Optional.empty();
        }
        Optional<Held> held = memory.held().find(hostname);
        held.ifPresent(found -> {
            found.uses().one();
            refreshIfDue(hostname, standing);
        });
        return held.map(found -> new Serve(found.certificate(), Source.MEMORY));
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
        Optional<Admission.Standing> standing = memory.admission().standing(hostname);
        if (standing.isPresent()) {
            refreshIfDue(hostname, standing.get());
            return switch (standing.get().verdict()) {
                case Verdict.Allowed(Route route, Duration _) -> new Routing.Known(route);
                case Verdict.Refused _ -> new Routing.Withdrawn();
                case Verdict.Silent _ -> new Routing.Unknown();
            };
        }
        return memory.admission().reliesOnThePast()
                ? memory.held()
                        .find(hostname)
                        .<Routing>map(held -> new Routing.Known(held.route()))
                        .orElseGet(Routing.Unknown::new)
                : new Routing.Unknown();
    }

    /** Whom limits count a hostname for: who owns it, as far as is known; else it is by itself. */
    public String tenant(Hostname hostname) {
        return routing(hostname) instanceof Routing.Known(Route route)
                ? route.tenant().orElse(hostname.value())
                : hostname.value();
    }

    private void refreshIfDue(Hostname hostname, Admission.Standing standing) {
        if (standing.due()) {
            background.execute(() -> acquisition.refresh(hostname));
        }
    }

    private NotYet notYet(Cause cause) {
        return new NotYet(cause, clock.instant().plus(SOON));
    }
}
