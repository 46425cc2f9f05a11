package dev.anyhost.proxy.simulation;

import dev.anyhost.domain.Route;
import dev.anyhost.domain.Verdict;
import dev.anyhost.proxy.admission.Admission;
import dev.anyhost.proxy.admission.AskLimits;
import dev.anyhost.proxy.certificate.Acquisition;
import dev.anyhost.proxy.certificate.Announcements;
import dev.anyhost.proxy.certificate.CertificateAnswer;
import dev.anyhost.proxy.certificate.ColdPath;
import dev.anyhost.proxy.certificate.FailureMemory;
import dev.anyhost.proxy.certificate.HeldCertificates;
import dev.anyhost.proxy.certificate.LeasedIssuance;
import dev.anyhost.proxy.certificate.NewNames;
import dev.anyhost.proxy.certificate.RegionLoop;
import dev.anyhost.proxy.certificate.Renewer;
import dev.anyhost.proxy.certificate.TrafficNotes;
import dev.anyhost.proxy.challenge.ChallengeType;
import dev.anyhost.proxy.issuance.Authority;
import dev.anyhost.proxy.issuance.AuthorityBudget;
import dev.anyhost.proxy.issuance.ChallengeChoice;
import dev.anyhost.proxy.issuance.IssuanceBudget;
import dev.anyhost.proxy.issuance.IssuanceTime;
import dev.anyhost.proxy.issuance.OrderLimits;
import dev.anyhost.proxy.issuance.Urgency;
import dev.anyhost.proxy.preflight.Preflight;
import dev.anyhost.store.CertificateFacts;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.FindResult;
import dev.anyhost.store.HomeWatch;
import dev.anyhost.store.RemoteRegion;
import dev.anyhost.store.StoreSettings;
import dev.anyhost.store.StoredCertificate;
import dev.anyhost.store.encryption.KeyEncryption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** A proxy's own code for certificates, in one simulated process. */
final class SimulatedInstance implements AutoCloseable {

    static final Route ROUTE = new Route(Optional.of("acme"), Optional.empty());

    final SimulatedProcess process;
    final CertificateTables tables;

    private final World world;
    private final HeldCertificates held;
    private final Acquisition acquisition;
    private final Renewer renewer;

    SimulatedInstance(World world, String name, String region, KeyEncryption keys) {
        this.world = world;
        this.process = new SimulatedProcess(world, name, region);
        Duration skew = Duration.ofSeconds(world.random.nextInt(240) - 120);
        InstantSource clock = () -> world.schedule.instant().plus(skew);
        long origin = world.random.nextLong();
        LongSupplier nanos = () -> origin + world.schedule.now().toNanos();
        this.tables = new CertificateTables(
                settings(region), new CertificateTables.Clients(process.replica, process.home), keys, clock, nanos);
        var time = new IssuanceTime(clock, nanos, process::pause);
        var announcements = new Announcements(tables.changes(), process.timer);
        var issuance = new LeasedIssuance(
                new LeasedIssuance.Orders(
                        tables::orders,
                        () -> List.of(authority(clock)),
                        new IssuanceBudget(10),
                        new NewNames(1_000_000, nanos),
                        Preflight.NONE),
                new LeasedIssuance.Surroundings(name, time, process.timer, announcements));
        this.held = new HeldCertificates(10, clock);
        this.acquisition = new Acquisition(
                new Admission(_ -> new Verdict.Allowed(ROUTE, Duration.ofMinutes(5)), AskLimits.DEFAULT, nanos),
                new Acquisition.Certificates(
                        held,
                        tables.certificates(),
                        Acquisition.Strangers.bounded(nanos),
                        new TrafficNotes(tables.traffic(), clock, new Random(origin), Runnable::run)),
                issuance,
                new FailureMemory(clock),
                clock,
                Runnable::run);
        this.renewer = new Renewer(acquisition, issuance, clock);
        tables.remote()
                .ifPresent(remote -> follow(
                        remote,
                        new RegionLoop(
                                remote,
                                tables.home(),
                                () -> List.of(authority(clock)),
                                new RegionLoop.Surroundings(name, time, announcements, new Random(origin), _ -> {}))));
    }

    private void follow(RemoteRegion remote, RegionLoop loop) {
        long every = HomeWatch.EVERY.toMillis();
        process.timer.scheduleAtFixedRate(remote.home()::look, every, every, TimeUnit.MILLISECONDS);
        process.timer.scheduleAtFixedRate(() -> ColdPath.bringHome(loop), every, every, TimeUnit.MILLISECONDS);
    }

    static StoreSettings settings(String region) {
        return new StoreSettings(
                new StoreSettings.Table(region, Optional.empty(), World.CERTIFICATES),
                new StoreSettings.Table(Geography.HOME, Optional.empty(), World.COORDINATION),
                true);
    }

    private Authority authority(InstantSource clock) {
        return new Authority(
                world.authority.as(process.name, process::pause),
                new AuthorityBudget(SimulatedAuthority.DIRECTORY, OrderLimits.NONE, clock),
                new ChallengeChoice(List.of(ChallengeType.HTTP_01)));
    }

    /** A visitor comes. */
    Optional<CertificateAnswer.Serve> visit() {
        if (tables.isHomeAway()) {
            world.geography.alone(process.region);
        }
        return ColdPath.visit(acquisition, World.HOSTNAME) instanceof CertificateAnswer.Serve serve
                ? Optional.of(serve)
                : Optional.empty();
    }

    /** The certificate's time has come, as the renewal loop sees it; or another instance was faster, as change rows say. */
    void renew(long fromVersion) {
        if (!(tables.certificates().find(World.HOSTNAME) instanceof FindResult.Found(StoredCertificate found))) {
            return;
        }
        if (found.version() <= fromVersion) {
            var _ = renewer.renew(CertificateFacts.of(found), Urgency.NEAR_EXPIRY);
        } else {
            hear();
        }
    }

    /** A change row says that there is a newer one. */
    void hear() {
        ColdPath.hear(acquisition, World.HOSTNAME);
    }

    /** What a process holds in native memory outlives its simulated death. */
    @Override
    public void close() {
        held.close();
    }
}
