package dev.anyhost.proxy.simulation;

import dev.anyhost.proxy.certificate.CertificateAnswer;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.ClaimResult;
import dev.anyhost.store.LastVerdict;
import dev.anyhost.store.Lease;
import dev.anyhost.store.NewCertificate;
import dev.anyhost.store.TablesCheck;
import dev.anyhost.store.WriteResult;
import dev.anyhost.store.encryption.KeyEncryption;
import dev.anyhost.testkit.ServerIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * Some proxies, one hostname, one store, and a schedule of steps and faults that a seed stands for. The code for leases,
 * fences, certificates and orders is the product's; the database is in memory, the authority in this process.
 *
 * <p>What is held against each schedule:
 *
 * <ul>
 *   <li>Orders: one, and one more for each order that somebody left unfinished, who died, stood still for longer than a
 *       lease or lost touch with the store after making it or going on with it. Its URL may not have been noted, or it was
 *       finalized and its key is gone; else the successor goes on with it. So a single crash costs at most two (F11), and
 *       where nothing goes wrong but answers that the SDK asks for again, it is one (F12).
 *       A region whose processes can't reach home may order one of its own.
 *   <li>Nothing older is stored over anything newer, by version and by fence (F13), and nobody serves an older certificate
 *       after a newer one.
 *   <li>Within twice a lease's term of the last fault somebody has the certificate (F11). Where calls were only repeated,
 *       no lease is taken over, and who ordered knows that it did.
 *   <li>In the end all who are left serve the certificate that is stored, and where nothing but the way home was cut, what was
 *       ordered meanwhile is there.
 * </ul>
 */
public final class Simulation {

    private static final Duration TERM = Lease.TERM;

    /** Beside the leases' terms: what steps of the authority and pauses between tries take at most. */
    private static final Duration WORK = Duration.ofSeconds(60);

    private final World world;
    private final KeyEncryption keys;
    private final boolean renewing;
    private final List<SimulatedInstance> started = new ArrayList<>();
    private final List<SimulatedInstance> alive = new ArrayList<>();
    private Optional<Duration> firstServed = Optional.empty();
    private boolean ordererKnows;

    private Simulation(long seed, KeyEncryption keys) {
        // Neighbouring seeds of a Random begin alike.
        var random = new Random(new SplittableRandom(seed).nextLong());
        Faults.Profile[] profiles = Faults.Profile.values();
        this.world = new World(profiles[Math.floorMod(seed, profiles.length)], random);
        // What is spoilt isn't renewed: the next visitor after its expiry has it replaced.
        this.renewing = random.nextInt(3) == 0 && !world.faults.spoils();
        this.keys = keys;
    }

    /** The first of so many schedules, counted up from a seed, in which a promise is broken, and how; empty: none is. */
    public static String firstViolation(long seed, int schedules) {
        try (KeyEncryption keys = key()) {
            return LongStream.range(seed, seed + schedules)
                    .parallel()
                    .mapToObj(each -> violation(each, keys))
                    .flatMap(Optional::stream)
                    .findFirst()
                    .orElse("");
        }
    }

    private static Optional<String> violation(long seed, KeyEncryption keys) {
        var simulation = new Simulation(seed, keys);
        try {
            simulation.run();
            return Optional.empty();
        } catch (AssertionError violated) {
            return Optional.of("seed " + seed + " (" + simulation.world.faults.profile()
                    + (simulation.renewing ? ", renewing" : "") + "): " + violated.getMessage());
        }
    }

    private static KeyEncryption key() {
        try {
            Path folder = Files.createTempDirectory("simulation");
            Files.writeString(folder.resolve("key"), Base64.getEncoder().encodeToString(new byte[32]));
            return ((KeyEncryption.Configured.Usable) KeyEncryption.of(List.of("file:key"), folder)).encryption();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void run() {
        prepare();
        if (world.faults.cutsRegionsOff()) {
            world.geography.loseTouch();
        }
        List<String> regions = world.geography.regions();
        int instances = Math.max(regions.size(), 2 + world.random.nextInt(3));
        for (int i = 0; i < instances; i++) {
            start("proxy-" + i, regions.get(i % regions.size()), Duration.ofMillis(world.random.nextInt(2_000)));
        }
        try {
            world.schedule.run();
        } finally {
            started.forEach(SimulatedInstance::close);
        }
        if (alive.isEmpty()) {
            return; // Nobody is left to promise anything; what was stored was looked at.
        }
        check(firstServed.isPresent(), "nobody has a certificate");
        check(
                !world.faults.cutsRegionsOff() || world.isEverythingBroughtHome(),
                "a certificate of a region on its own wasn't brought home");
        Duration late = firstServed.get().minus(world.lastFault());
        check(
                late.compareTo(TERM.multipliedBy(2).plus(WORK)) <= 0,
                "the first certificate came " + late + " after the last fault");
        int orders = world.authority.orders();
        check(
                orders <= 1 + world.furtherOrders(),
                orders + " orders (expected: at most " + (1 + world.furtherOrders()) + ")");
        if (world.faults.onlyRepeats()) {
            check(renewing || ordererKnows, "whoever ordered the certificate takes it for another's");
            // Whose replica was behind takes the lease to look once more, and a token with it.
            check(
                    world.fence() == wanted() || world.geography.regions().size() > 1,
                    "a lease was taken over from a living holder: fence " + world.fence());
        }
    }

    private static void check(boolean holds, String violation) {
        if (!holds) {
            throw new AssertionError(violation);
        }
    }

    /** The tables, and where a renewal is what is looked at, the certificate that is due. */
    private void prepare() {
        DynamoDbClient home = world.geography.in(Geography.HOME);
        for (String region :
                world.geography.regions().subList(1, world.geography.regions().size())) {
            CertificateTables.Clients clients = new CertificateTables.Clients(world.geography.in(region), home);
            try (var tables = new CertificateTables(
                    SimulatedInstance.settings(region), clients, keys, world.schedule::instant, () -> 0)) {
                check(tables.check() instanceof TablesCheck.Ready, "the tables aren't ready");
            }
        }
        try (var tables = new CertificateTables(
                SimulatedInstance.settings(Geography.HOME),
                new CertificateTables.Clients(home, home),
                keys,
                world.schedule::instant,
                () -> 0)) {
            check(tables.check() instanceof TablesCheck.Ready, "the tables aren't ready");
            if (renewing) {
                Instant now = world.schedule.instant();
                ServerIdentity due =
                        world.authority.signed(now.minus(Duration.ofDays(89)), now.plus(Duration.ofDays(1)));
                Lease lease = ((ClaimResult.Claimed) tables.leases().claim(World.HOSTNAME, "before")).lease();
                var first = new NewCertificate(
                        World.HOSTNAME,
                        due.chain(),
                        due.privateKey(),
                        SimulatedAuthority.DIRECTORY,
                        LastVerdict.allowed(SimulatedInstance.ROUTE),
                        now);
                check(tables.certificates().put(first, 0, lease) instanceof WriteResult.Written, "nothing to renew");
                var _ = tables.leases().release(lease);
                world.observe();
            }
        }
    }

    private void start(String name, String region, Duration in) {
        var instance = new SimulatedInstance(world, name, region, keys);
        alive.add(instance);
        started.add(instance);
        world.schedule.start(in, () -> {
            try {
                live(instance);
            } catch (SimulatedProcess.Died died) {
                alive.remove(instance);
                if (world.random.nextBoolean()) {
                    start(name + "'", region, Duration.ofMillis(500 + world.random.nextInt(20_000)));
                }
            }
        });
    }

    private void live(SimulatedInstance instance) {
        Duration longest = TERM.multipliedBy(2).plus(WORK);
        long seen = 0;
        while (seen < wanted()) {
            if (renewing) {
                instance.renew(1);
            }
            seen = served(instance, seen);
            check(
                    seen >= wanted()
                            || world.schedule.now().minus(world.lastFault()).compareTo(longest) < 0,
                    instance.process.name + " has no certificate " + longest + " after the last fault");
            instance.process.pause(Duration.ofMillis(100 + world.random.nextInt(4_000)));
        }
        firstServed = Optional.of(firstServed.orElse(world.schedule.now()));
        instance.process.pause(atTheEnd().minus(world.schedule.now()));
        instance.hear();
        var _ = served(instance, seen);
        check(
                world.isSpoilt()
                        || world.storedSerial()
                                .equals(instance.visit()
                                        .orElseThrow()
                                        .certificate()
                                        .serial()),
                instance.process.name + " serves another certificate than the stored one");
    }

    /** How many certificates there are when all is done. */
    private long wanted() {
        return renewing ? 2 : 1;
    }

    /** When whatever could go wrong is over. */
    private Duration atTheEnd() {
        Duration end = Faults.UNTIL.plus(WORK).plus(TERM.multipliedBy(2));
        return end.compareTo(world.schedule.now()) < 0 ? world.schedule.now() : end;
    }

    /** A visitor's look, which may not show anything older than the one before: the place of what is served. */
    private long served(SimulatedInstance instance, long seen) {
        Optional<CertificateAnswer.Serve> answer = instance.visit();
        if (answer.isEmpty()) {
            return seen;
        }
        long rank = world.rank(answer.get().certificate().serial());
        check(!world.isOlder(rank, seen), "an older certificate is served after a newer one");
        ordererKnows |= answer.get().source() == CertificateAnswer.Source.ISSUED;
        return rank;
    }
}
