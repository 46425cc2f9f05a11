package dev.anyhost.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.testkit.AcmeRequests;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many visitors at once, several proxies on one table, and an authority that rejects good nonces. */
class HerdTest {

    private static final int NAMES = 50;

    @TempDir
    Path folder;

    @Test
    void twoHundredVisitorsOfOneNameAtThreeProxies_causeOneOrder() throws Exception {
        try (TestSystem system = new TestSystem(folder, 30);
                Fleet fleet = Fleet.start(system, 3)) {
            system.allow("crowd.example");

            List<BigInteger> serials = Visitors.allAtOnce(
                    200,
                    visitor -> () -> system.client(fleet.port(visitor % 3))
                            .handshake("crowd.example")
                            .serial());

            assertThat(serials).hasSize(200);
            assertThat(new HashSet<>(serials)).hasSize(1);
            assertThat(AcmeRequests.orders(system.authority, "crowd.example")).isEqualTo(1);
            assertThat(system.pebble.orders()).isEqualTo(1);
            assertThat(system.pebble.certificates()).isEqualTo(1);
            assertThat(system.asks()).isEqualTo(3);
        }
    }

    @Test
    void fiftyNewNamesAtOnce_areServedWithOneOrderEachThoughHalfOfAllNoncesAreRejected() throws Exception {
        try (TestSystem system = new TestSystem(folder, 50);
                Fleet fleet = Fleet.start(system, 1)) {
            for (int name = 0; name < NAMES; name++) {
                system.allow("new" + name + ".example");
            }

            List<BigInteger> serials = Visitors.allAtOnce(
                    NAMES, name -> () -> system.untilServed(fleet.port(0), "new" + name + ".example"));

            assertThat(new HashSet<>(serials)).hasSize(NAMES);
            assertThat(system.pebble.orders()).isEqualTo(NAMES);
            assertThat(system.pebble.certificates()).isEqualTo(NAMES);
        }
    }
}
