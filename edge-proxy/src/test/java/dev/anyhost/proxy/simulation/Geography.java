package dev.anyhost.proxy.simulation;

import dev.anyhost.testkit.memory.MemoryDynamoDb;
import dev.anyhost.testkit.replication.GlobalTable;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * The regions of one schedule: a database each, and certificates that get from one to the others in their own time and order.
 */
final class Geography {

    static final String HOME = "home";

    private final World world;
    private final List<String> regions;
    private final GlobalTable certificates;

    /** Whose way home is cut. */
    private final Set<String> away = new HashSet<>();

    /** Where some process was on its own at any time. */
    private final Set<String> alone = new HashSet<>();

    /** @param remote how many there are beside home */
    Geography(World world, int remote) {
        this.world = world;
        this.regions = Stream.concat(Stream.of(HOME), IntStream.range(0, remote).mapToObj(i -> "remote-" + i))
                .toList();
        Map<String, DynamoDbClient> databases = new HashMap<>();
        regions.forEach(region -> databases.put(region, new MemoryDynamoDb()));
        this.certificates = new GlobalTable(World.CERTIFICATES, "hostname", databases);
        certificates.onChange(delivery -> world.schedule.start(world.faults.replication(), delivery));
    }

    List<String> regions() {
        return regions;
    }

    /** A region's database, as its processes reach it when all is well. */
    DynamoDbClient in(String region) {
        return certificates.in(region);
    }

    boolean isCutOff(String region) {
        return away.contains(region);
    }

    /** A process of this region takes home to be away: the region's way there is cut, or the process's own. */
    void alone(String region) {
        alone.add(region);
    }

    /** In how many regions some process was on its own at any time. */
    int everAlone() {
        return alone.size();
    }

    /** Cuts each remote region off from home with an even chance, some for longer than it takes to notice. */
    void loseTouch() {
        for (String region : regions.subList(1, regions.size())) {
            if (world.random.nextBoolean()) {
                Duration from = Duration.ofMillis(world.random.nextInt(10_000));
                Duration until = from.plus(world.faults.awayFromHome());
                world.schedule.start(from, () -> cut(region, until));
                world.schedule.start(until, () -> join(region));
            }
        }
    }

    private void cut(String region, Duration until) {
        away.add(region);
        certificates.cut(HOME, region);
        world.outageUntil(until);
    }

    private void join(String region) {
        away.remove(region);
        certificates.join(HOME, region);
    }
}
