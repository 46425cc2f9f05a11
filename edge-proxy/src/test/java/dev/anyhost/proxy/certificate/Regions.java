package dev.anyhost.proxy.certificate;

import dev.anyhost.proxy.issuance.IssuanceTime;
import dev.anyhost.store.BroughtHome;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.TablesCheck;
import dev.anyhost.testkit.ConsumedCapacity;
import dev.anyhost.testkit.CountingDynamoDb;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.replication.GlobalTable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** A home region and others: a database each, certificates that reach the others when the test says so, links it can cut. */
final class Regions implements AutoCloseable {

    /** Everything at home, and what proxies know there. */
    final Cluster home;

    final GlobalTable certificates;
    private final Map<String, DynamoDbClient> databases = new HashMap<>();
    private final List<Region> opened = new ArrayList<>();

    /**
     * A region beside home.
     *
     * @param replica its own database
     * @param link what its processes reach home by
     */
    record Region(String name, CertificateTables tables, CountingDynamoDb replica, CountingDynamoDb link) {}

    /** @param byRegion home's among them */
    Regions(Map<String, DynamoDbLocal> byRegion, Path folder) throws IOException {
        byRegion.forEach((region, database) -> databases.put(region, database.client()));
        String run = UUID.randomUUID().toString();
        certificates = new GlobalTable("certificates-" + run, "hostname", databases);
        home = new Cluster(certificates.in(Cluster.HOME), folder, new ConsumedCapacity(), run);
    }

    /** As a process that was just started sees it. */
    Region region(String name) {
        var replica = new CountingDynamoDb(certificates.in(name));
        var link = new CountingDynamoDb(certificates.in(Cluster.HOME));
        var region = new Region(name, home.tables(name, new CertificateTables.Clients(replica, link)), replica, link);
        opened.add(region);
        return region;
    }

    /** The same with its tables seen. */
    Region readyRegion(String name) {
        Region region = region(name);
        if (region.tables().check() instanceof TablesCheck.NotReady(String reason)) {
            throw new AssertionError(reason);
        }
        region.replica().resetCalls();
        region.link().resetCalls();
        return region;
    }

    Cluster.Instance instance(String owner, Region region) {
        return home.instance(owner, region.tables());
    }

    /** What an instance does in the background of its region. */
    RegionLoop loop(String owner, Region region, Cluster.Instance instance, List<BroughtHome> results) {
        return new RegionLoop(
                region.tables().remote().orElseThrow(),
                region.tables().home(),
                home.authorities(),
                new RegionLoop.Surroundings(
                        owner,
                        new IssuanceTime(home.clock, home.clock::nanos, home.clock::advance),
                        instance.announcements(),
                        new Random(1),
                        results::add));
    }

    /** Home is gone for this region, until every process has noticed. */
    void cutOff(Region region) {
        certificates.cut(region.name(), Cluster.HOME);
        region.link().becomeUnreachable();
        for (int i = 0; i < 3; i++) {
            look(region);
            home.clock.advance(Duration.ofSeconds(5));
        }
    }

    /** It is back, and this region's processes have noticed; what was written meanwhile isn't delivered yet. */
    void join(Region region) {
        certificates.join(region.name(), Cluster.HOME);
        region.link().restore();
        look(region);
    }

    private static void look(Region region) {
        region.tables().remote().orElseThrow().home().look();
    }

    @Override
    public void close() {
        opened.forEach(region -> region.tables().close());
        home.close();
        databases.values().forEach(DynamoDbClient::close);
    }
}
