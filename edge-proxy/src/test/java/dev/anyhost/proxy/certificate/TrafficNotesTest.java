package dev.anyhost.proxy.certificate;

import static dev.anyhost.proxy.certificate.Cluster.hostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.store.HostTraffic.TrafficResult;
import dev.anyhost.testkit.DynamoOperation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How busy names are, as instances tell the store. */
class TrafficNotesTest extends OnACluster {

    private static final Hostname BUSY = hostname("busy.example");
    private static final Hostname QUIET = hostname("quiet.example");

    private Map<Hostname, Double> known() {
        return ((TrafficResult.Known) cluster.tables.traffic().find(List.of(BUSY, QUIET))).perDay();
    }

    private double perDay(Hostname hostname) {
        return known().getOrDefault(hostname, 0.0);
    }

    private static void visit(Cluster.Instance instance, int busy) {
        for (int i = 0; i < busy; i++) {
            instance.visit(BUSY);
        }
        instance.visit(QUIET);
    }

    @Test
    void handshakesOfAllInstances_areAddedUp() {
        Cluster.Instance one = cluster.instance("a");
        Cluster.Instance other = cluster.instance("b");
        for (int day = 0; day < 4; day++) {
            visit(one, 5);
            visit(other, 4);
            cluster.clock.advance(Duration.ofDays(1));
        }
        visit(one, 1);
        visit(other, 1);
        assertThat(known()).containsOnlyKeys(BUSY, QUIET);
        assertThat(perDay(BUSY)).isGreaterThan(3 * perDay(QUIET));
    }

    @Test
    void aName_isNotedOnceADayByAnInstance() {
        Cluster.Instance instance = cluster.instance("a");
        visit(instance, 1);
        for (int day = 0; day < 3; day++) {
            cluster.clock.advance(Duration.ofDays(1));
            visit(instance, 1);
            cluster.dynamo.resetCalls();
            visit(instance, 50);
            cluster.clock.advance(Duration.ofHours(23));
            visit(instance, 50);
            assertThat(cluster.dynamo.calls(DynamoOperation.UPDATE_ITEM)).isZero();
            cluster.clock.advance(Duration.ofHours(1));
            visit(instance, 1);
            assertThat(cluster.dynamo.calls(DynamoOperation.UPDATE_ITEM)).isEqualTo(2);
        }
    }

    @Test
    void instancesThatLiveForLessThanADay_noteAllTheSame() {
        for (int i = 0; i < 20; i++) {
            Cluster.Instance instance = cluster.instance("instance-" + i);
            visit(instance, 10);
            cluster.clock.advance(Duration.ofHours(12));
            visit(instance, 10);
        }
        assertThat(perDay(BUSY)).isGreaterThan(3 * perDay(QUIET));
    }

    @Test
    void newCertificate_keepsTheCount() {
        Cluster.Instance instance = cluster.instance("a");
        visit(instance, 30);
        instance.acquisition().renewed(BUSY);
        cluster.clock.advance(Duration.ofDays(1));
        visit(instance, 1);
        assertThat(perDay(BUSY)).isGreaterThan(10 * perDay(QUIET));
    }
}
