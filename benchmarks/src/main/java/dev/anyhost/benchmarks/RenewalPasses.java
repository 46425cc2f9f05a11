package dev.anyhost.benchmarks;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import dev.anyhost.domain.Verdict;
import dev.anyhost.proxy.admission.Admission;
import dev.anyhost.proxy.admission.AskLimits;
import dev.anyhost.proxy.certificate.Acquisition;
import dev.anyhost.proxy.certificate.Announcements;
import dev.anyhost.proxy.certificate.FailureMemory;
import dev.anyhost.proxy.certificate.HeldCertificates;
import dev.anyhost.proxy.certificate.LeasedIssuance;
import dev.anyhost.proxy.certificate.NewNames;
import dev.anyhost.proxy.certificate.Renewer;
import dev.anyhost.proxy.certificate.TrafficNotes;
import dev.anyhost.proxy.challenge.ChallengeType;
import dev.anyhost.proxy.issuance.Authority;
import dev.anyhost.proxy.issuance.AuthorityBudget;
import dev.anyhost.proxy.issuance.ChallengeChoice;
import dev.anyhost.proxy.issuance.IssuanceBudget;
import dev.anyhost.proxy.issuance.IssuanceOutcome;
import dev.anyhost.proxy.issuance.IssuanceRequest;
import dev.anyhost.proxy.issuance.IssuanceTime;
import dev.anyhost.proxy.issuance.Issuer;
import dev.anyhost.proxy.issuance.OrderLimits;
import dev.anyhost.proxy.issuance.Pause;
import dev.anyhost.proxy.issuance.Permit;
import dev.anyhost.proxy.issuance.Suggestion;
import dev.anyhost.proxy.preflight.Preflight;
import dev.anyhost.proxy.renewal.Outcome;
import dev.anyhost.proxy.renewal.RenewalLoop;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.ClaimResult;
import dev.anyhost.store.LastVerdict;
import dev.anyhost.store.NewCertificate;
import dev.anyhost.testkit.FakeClock;
import dev.anyhost.testkit.ServerIdentity;
import dev.anyhost.testkit.TestCa;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;

/** The product's renewal of a single instance, pass by pass, with an authority in memory that issues at once. */
final class RenewalPasses implements AutoCloseable {

    private static final String DIRECTORY = "https://ca.test/dir";
    private static final Duration LIFE = Duration.ofDays(90);
    private static final int PLACES = 100;

    /** Nobody uses the names here, and all are renewed. */
    private static final Duration EVER = Duration.ofDays(10_000);

    private final CertificateTables tables;
    private final FakeClock clock;
    private final TestCa authority = TestCa.create("authority");
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
    private final HeldCertificates held;
    private final LeasedIssuance issuance;
    private final RenewalLoop loop;
    private final AtomicInteger ticks = new AtomicInteger();
    private final Map<Outcome, Integer> outcomes = Collections.synchronizedMap(new EnumMap<>(Outcome.class));

    RenewalPasses(CertificateTables tables, FakeClock clock) {
        this.tables = tables;
        this.clock = clock;
        this.held = new HeldCertificates(1_000, clock);
        var issuer = new InMemory();
        var known = List.of(new Authority(
                issuer,
                new AuthorityBudget(DIRECTORY, OrderLimits.NONE, clock),
                new ChallengeChoice(List.of(ChallengeType.HTTP_01))));
        var time = new IssuanceTime(clock, clock::nanos, Pause.REAL);
        this.issuance = new LeasedIssuance(
                new LeasedIssuance.Orders(
                        tables::orders,
                        () -> known,
                        new IssuanceBudget(PLACES),
                        new NewNames(Integer.MAX_VALUE, clock::nanos),
                        Preflight.NONE),
                new LeasedIssuance.Surroundings("bench", time, timer, new Announcements(tables.changes(), timer)));
        var acquisition = new Acquisition(
                new Admission(_ -> allowed(), AskLimits.DEFAULT, clock::nanos),
                new Acquisition.Certificates(
                        held,
                        tables.certificates(),
                        Acquisition.Strangers.bounded(clock::nanos),
                        new TrafficNotes(tables.traffic(), clock, new Random(), Runnable::run)),
                issuance,
                new FailureMemory(clock),
                clock,
                Runnable::run);
        this.loop = new RenewalLoop(
                new RenewalLoop.Store(tables.certificates(), tables.parts(), tables.late()),
                new Renewer(acquisition, issuance, clock),
                () -> List.of(issuer),
                EVER,
                new RenewalLoop.Surroundings(
                        "bench",
                        new IssuanceTime(clock, clock::nanos, this::once),
                        timer,
                        Runnable::run,
                        new Random(),
                        outcome -> outcomes.merge(outcome, 1, Integer::sum)));
    }

    private static Verdict allowed() {
        return new Verdict.Allowed(Route.UNNAMED, Duration.ofDays(1));
    }

    /** The loop looks between two pauses; the second one ends it. */
    private void once(Duration pause) throws InterruptedException {
        if (ticks.getAndIncrement() % 2 == 1) {
            throw new InterruptedException();
        }
    }

    /** Goes through all parts once; what came of it. */
    Map<Outcome, Integer> pass() {
        outcomes.clear();
        loop.run();
        var _ = Thread.interrupted();
        return Map.copyOf(outcomes);
    }

    /** Has a first certificate issued. */
    void issue(Hostname hostname) {
        var lease = ((ClaimResult.Claimed) tables.leases().claim(hostname, "bench")).lease();
        ServerIdentity identity = identity(hostname);
        var _ = tables.certificates()
                .put(
                        new NewCertificate(
                                hostname,
                                identity.chain(),
                                identity.privateKey(),
                                DIRECTORY,
                                LastVerdict.allowed(Route.UNNAMED),
                                clock.instant()),
                        0,
                        lease);
        var _ = tables.leases().release(lease);
    }

    private ServerIdentity identity(Hostname hostname) {
        Instant now = clock.instant();
        return authority.issue(List.of(hostname.value()), now.minus(Duration.ofHours(1)), now.plus(LIFE));
    }

    @Override
    public void close() {
        held.close();
        timer.shutdownNow();
    }

    private final class InMemory implements Issuer {

        @Override
        public String directory() {
            return DIRECTORY;
        }

        @Override
        public IssuanceOutcome issue(IssuanceRequest request) {
            return switch (request.permit().ask(request.replaces().isPresent())) {
                case Permit.Granted() -> {
                    ServerIdentity identity = identity(request.hostname());
                    yield new IssuanceOutcome.Issued(
                            identity.chain(), identity.privateKey(), DIRECTORY, request.preferred());
                }
                case Permit.Withheld why -> new IssuanceOutcome.NotOrdered(why);
                case Permit.Unreachable(String reason) ->
                    new IssuanceOutcome.Unavailable(IssuanceOutcome.Cause.STORE_FAILED, reason);
            };
        }

        @Override
        public Optional<Duration> clockAhead() {
            return Optional.of(Duration.ZERO);
        }

        @Override
        public Suggestion suggestion(X509Certificate certificate) {
            return new Suggestion.None();
        }
    }
}
