package dev.anyhost.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.EdgeProxy;
import dev.anyhost.store.FindResult;
import dev.anyhost.store.StoredCertificate;
import dev.anyhost.testkit.AcmeRequests;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.FaultRelay;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Two proxies in two regions, each with its own database, and the way home between them that breaks. */
class RegionTest {

    private static final String KNOWN = "known.customer.example";
    private static final String NEW = "new.customer.example";
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    @Test
    void homeRegionGoesAndComesBack_regionServesOrdersAloneAndBringsItHome() throws Exception {
        try (var system = new TestSystem(folder);
                DynamoDbLocal replica = DynamoDbLocal.start();
                FaultRelay wayHome = FaultRelay.to(system.database.endpoint().getPort());
                EdgeProxy home = system.anotherProxy()) {
            Map<String, String> remoteSettings =
                    Map.of("endpoint: " + system.store.uri(), """
                    endpoint: %s
                      region: eu-west-1
                      coordination: {region: us-east-1, endpoint: "http://127.0.0.1:%d"}\
                    """.formatted(replica.endpoint(), wayHome.port()));
            try (EdgeProxy remote = system.proxy(remoteSettings)) {
                system.allow(KNOWN);
                system.allow(NEW);
                BigInteger known = system.untilServed(TestSystem.httpsPort(remote), KNOWN);
                assertThat(serial(system, KNOWN)).isEqualTo(known);
                assertThat(system.untilServed(TestSystem.httpsPort(home), KNOWN))
                        .isEqualTo(known);
                assertThat(TestSystem.metric(remote, "anyhost_home_reachable")).isEqualTo(1);
                replicate(system, replica);

                wayHome.reset();
                until(() -> TestSystem.metric(remote, "anyhost_home_reachable") == 0);
                assertThat(system.untilServed(TestSystem.httpsPort(remote), KNOWN))
                        .isEqualTo(known);
                BigInteger own = system.untilServed(TestSystem.httpsPort(remote), NEW);
                assertThat(TestSystem.metric(remote, "anyhost_regional_orders_total"))
                        .isEqualTo(1);
                assertThat(system.stored(NEW)).isEqualTo(new FindResult.Absent());

                try (EdgeProxy started = TestSystem.ready(system.start(system.origin.uri(), 0, 0, remoteSettings))) {
                    assertThat(system.untilServed(TestSystem.httpsPort(started), KNOWN))
                            .isEqualTo(known);
                    assertThat(system.untilServed(TestSystem.httpsPort(started), NEW))
                            .isEqualTo(own);
                }

                wayHome.forward();
                until(() -> TestSystem.metric(remote, "anyhost_brought_home_total{result=\"written\"}") == 1);
                assertThat(serial(system, NEW)).isEqualTo(own);
                assertThat(system.untilServed(TestSystem.httpsPort(home), NEW)).isEqualTo(own);
                assertThat(TestSystem.metric(remote, "anyhost_home_reachable")).isEqualTo(1);
                assertThat(system.authority.exchanges(AcmeRequests.newOrder(KNOWN)))
                        .hasSize(1);
                assertThat(system.authority.exchanges(AcmeRequests.newOrder(NEW)))
                        .hasSize(1);
            }
        }
    }

    /** What DynamoDB does all the time. */
    private static void replicate(TestSystem system, DynamoDbLocal replica) {
        try (DynamoDbClient from = system.database.client();
                DynamoDbClient to = replica.client()) {
            from.scanPaginator(scan -> scan.tableName(TestSystem.CERTIFICATES))
                    .items()
                    .forEach(item -> to.putItem(
                            put -> put.tableName(TestSystem.CERTIFICATES).item(item)));
        }
    }

    private static BigInteger serial(TestSystem system, String host) {
        StoredCertificate stored = ((FindResult.Found) system.stored(host)).certificate();
        return stored.chain().getFirst().getSerialNumber();
    }

    private static void until(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime() - deadline).as("time left").isNegative();
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        }
    }
}
