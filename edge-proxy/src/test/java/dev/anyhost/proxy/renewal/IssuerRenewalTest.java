package dev.anyhost.proxy.renewal;

import static dev.anyhost.proxy.certificate.Cluster.hostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Verdict;
import dev.anyhost.proxy.certificate.Cluster;
import dev.anyhost.proxy.certificate.OnACluster;
import dev.anyhost.proxy.issuance.Suggestion;
import dev.anyhost.store.FindResult;
import dev.anyhost.store.StoredCertificate;
import dev.anyhost.testkit.DynamoOperation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** All certificates of an issuer renewed, over a real table, by the loop that renews the others. */
class IssuerRenewalTest extends OnACluster {

    private static final int NAMES = 24;

    private final List<Outcome> results = Collections.synchronizedList(new ArrayList<>());
    private final List<Hostname> names = new ArrayList<>();

    /** Names, the busiest last, whose authority suggests a renewal in weeks and which were asked about just now. */
    private RenewalLoop loopOverNames() {
        Instant start = cluster.clock.instant().plus(Duration.ofDays(50));
        cluster.suggestion = _ -> new Suggestion.Window(
                start, start.plus(Duration.ofDays(2)), cluster.clock.instant().plus(Duration.ofHours(6)));
        Cluster.Instance instance = cluster.instance("a");
        for (int i = 0; i < NAMES; i++) {
            names.add(hostname("shop-" + i + ".example"));
            instance.visit(names.getLast());
            cluster.tables.traffic().add(names.getLast(), 100L * i);
        }
        RenewalLoop loop = cluster.renewals(instance, "a", results);
        pass(loop);
        cluster.orders.clear();
        cluster.clock.advance(PartRun.EVERY);
        return loop;
    }

    /** All parts: four at a time. */
    private void pass(RenewalLoop loop) {
        for (int i = 0; i < 4; i++) {
            loop.tick();
        }
    }

    private IssuerRenewal.Result.Done run(Instant issuedBefore, int perHour) throws InterruptedException {
        return (IssuerRenewal.Result.Done) new IssuerRenewal(cluster.tables.certificates(), cluster.tables.traffic())
                .run(new IssuerRenewal.Wanted(
                        Cluster.DIRECTORY::equals, issuedBefore, cluster.clock.instant(), perHour, false));
    }

    private StoredCertificate stored(Hostname hostname) {
        return ((FindResult.Found) cluster.tables.certificates().findConsistent(hostname)).certificate();
    }

    private List<Hostname> ordered() {
        return cluster.orders.stream().map(order -> order.hostname()).toList();
    }

    @Test
    void marked_areRenewedBusiestFirstAtThePaceThatWasWished() throws Exception {
        RenewalLoop loop = loopOverNames();
        Instant begun = cluster.clock.instant();
        cluster.dynamo.resetCalls();

        IssuerRenewal.Result.Done done = run(begun, 12);

        assertThat(cluster.dynamo.calls(DynamoOperation.SCAN)).isZero();
        assertThat(cluster.dynamo.calls(DynamoOperation.QUERY)).isEqualTo(16);
        assertThat(cluster.dynamo.calls(DynamoOperation.BATCH_GET_ITEM)).isEqualTo(1);
        assertThat(cluster.dynamo.calls(DynamoOperation.UPDATE_ITEM)).isEqualTo(NAMES);
        assertThat(done.marked()).isEqualTo(NAMES);
        assertThat(done.end()).isEqualTo(begun.plus(Duration.ofMinutes(5 * (NAMES - 1))));
        assertThat(cluster.orders).isEmpty();
        for (int i = 0; i < NAMES; i++) {
            pass(loop);
            assertThat(ordered()).hasSize(i + 1).last().isEqualTo(names.get(NAMES - 1 - i));
            cluster.clock.advance(Duration.ofMinutes(5));
        }
        assertThat(cluster.orders).allMatch(order -> order.replaces().isPresent());
        cluster.clock.advance(Duration.ofHours(7));
        pass(loop);
        assertThat(cluster.orders).hasSize(NAMES);
        assertThat(stored(names.getFirst()).upkeep().renewAt()).isEmpty();
        assertThat(stored(names.getFirst()).version()).isEqualTo(2);
    }

    @Test
    void markedForLater_isAskedAboutMeanwhileAndNotRenewedBefore() throws Exception {
        RenewalLoop loop = loopOverNames();
        run(cluster.clock.instant(), 1);
        cluster.clock.advance(Duration.ofHours(10).plusMinutes(1));
        results.clear();
        pass(loop);

        assertThat(ordered()).hasSize(11);
        assertThat(results)
                .contains(Outcome.WAITING)
                .filteredOn(Outcome.RENEWED::equals)
                .hasSize(11);
        StoredCertificate quiet = stored(names.getFirst());
        assertThat(quiet.upkeep().renewAt())
                .contains(cluster.clock.instant().plus(Duration.ofHours(13)).minusSeconds(60));
        assertThat(quiet.upkeep().due()).isEqualTo(cluster.clock.instant().plus(Duration.ofHours(6)));
    }

    @Test
    void repeated_renewsOnlyWhatIsLeft() throws Exception {
        RenewalLoop loop = loopOverNames();
        cluster.clock.advance(Duration.ofHours(2));
        Instant incident = cluster.clock.instant();
        cluster.authority = request -> request.hostname().equals(names.getFirst())
                ? Cluster.challengeFailed(request)
                : cluster.issued(request);
        run(incident, 3_600);
        cluster.clock.advance(Duration.ofHours(2));
        pass(loop);
        assertThat(stored(names.getFirst()).version()).isEqualTo(1);

        IssuerRenewal.Result.Done again = run(incident, 3_600);
        assertThat(again.found()).isEqualTo(NAMES);
        assertThat(again.marked()).isEqualTo(1);
        assertThat(again.superseded()).isEqualTo(NAMES - 1);
        cluster.authority = cluster::issued;
        cluster.clock.advance(Duration.ofHours(2));
        pass(loop);
        assertThat(names).allMatch(name -> stored(name).version() == 2);
    }

    @Test
    void refusedOrUnused_isLeftOutAllTheSame() throws Exception {
        RenewalLoop loop = loopOverNames();
        cluster.verifier = _ -> new Verdict.Refused(Verdict.Refused.Reason.KNOWN);
        run(cluster.clock.instant(), 3_600);
        cluster.clock.advance(Duration.ofHours(1));
        pass(loop);
        assertThat(cluster.orders).isEmpty();
        assertThat(results).contains(Outcome.REFUSED);
    }

    @Test
    void storeAway_marksNothing() throws Exception {
        loopOverNames();
        cluster.dynamo.becomeUnreachable();
        assertThat(new IssuerRenewal(cluster.tables.certificates(), cluster.tables.traffic())
                        .run(new IssuerRenewal.Wanted(_ -> true, Instant.MAX, cluster.clock.instant(), 1, false)))
                .isInstanceOf(IssuerRenewal.Result.Unreachable.class);
        cluster.dynamo.restore();
        assertThat(stored(names.getFirst()).upkeep().renewAt()).isEmpty();
    }
}
