package dev.anyhost.proxy.renewal;

import static dev.anyhost.proxy.certificate.Cluster.ROUTE;
import static dev.anyhost.proxy.certificate.Cluster.hostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Verdict;
import dev.anyhost.proxy.certificate.CertificateAnswer;
import dev.anyhost.proxy.certificate.Cluster;
import dev.anyhost.proxy.certificate.OnACluster;
import dev.anyhost.proxy.issuance.Suggestion;
import dev.anyhost.store.FindResult;
import dev.anyhost.store.PartLeases;
import dev.anyhost.store.StoredCertificate;
import dev.anyhost.testkit.DynamoOperation;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Renewal over a real table, with a clock that the test moves. */
class RenewalLoopTest extends OnACluster {

    private static final Hostname SHOP = hostname("shop.example");

    private final List<Outcome> results = Collections.synchronizedList(new ArrayList<>());

    private RenewalLoop loop(String owner) {
        return cluster.renewals(cluster.instance(owner), owner, results);
    }

    private RenewalLoop loopAfterVisit() {
        Cluster.Instance instance = cluster.instance("a");
        assertThat(instance.visit(SHOP)).isInstanceOf(CertificateAnswer.Serve.class);
        RenewalLoop loop = cluster.renewals(instance, "a", results);
        loop.tick();
        return loop;
    }

    private StoredCertificate stored() {
        return ((FindResult.Found) cluster.tables.certificates().findConsistent(SHOP)).certificate();
    }

    private List<Outcome> outcomesOf(RenewalLoop loop, Duration later) {
        cluster.clock.advance(later);
        results.clear();
        loop.tick();
        return List.copyOf(results);
    }

    private static Verdict allowed() {
        return new Verdict.Allowed(ROUTE, Duration.ofMinutes(5));
    }

    @Test
    void withoutSuggestion_renewedOnceWithAThirdOfItsLifeLeft() {
        RenewalLoop loop = loopAfterVisit();
        assertThat(results).containsExactly(Outcome.WAITING);
        Instant due = stored().upkeep().due();
        assertThat(due)
                .isBetween(
                        cluster.clock.instant().plus(Duration.ofDays(50)),
                        cluster.clock.instant().plus(Duration.ofDays(60)));

        assertThat(outcomesOf(loop, Duration.ofDays(50))).isEmpty();
        assertThat(outcomesOf(loop, Duration.between(cluster.clock.instant(), due)))
                .containsExactly(Outcome.RENEWED, Outcome.WAITING);
        assertThat(cluster.orders).hasSize(2);
        assertThat(stored().version()).isEqualTo(2);
        assertThat(outcomesOf(loop, Duration.ofDays(1))).isEmpty();
    }

    @Test
    void renewed_isServedAtOnceByWhoHadTheFormerInMemory() {
        Cluster.Instance instance = cluster.instance("a");
        instance.visit(SHOP);
        RenewalLoop loop = cluster.renewals(instance, "a", results);
        cluster.clock.advance(Duration.ofDays(61));
        loop.tick();

        var served = (CertificateAnswer.Serve) instance.visit(SHOP);
        assertThat(served.certificate().notAfter()).isEqualTo(stored().notAfter());
        assertThat(stored().version()).isEqualTo(2);
        assertThat(cluster.orders).hasSize(2);
    }

    @Test
    void manyInstances_oneOrderForEachName() {
        List<Hostname> names = new ArrayList<>();
        Cluster.Instance first = cluster.instance("a");
        for (int i = 0; i < 20; i++) {
            names.add(hostname("shop-" + i + ".example"));
            first.visit(names.getLast());
        }
        cluster.orders.clear();
        cluster.clock.advance(Duration.ofDays(61));
        List<RenewalLoop> loops = List.of(loop("b"), loop("c"), loop("d"));
        loops.parallelStream().forEach(RenewalLoop::tick);
        cluster.clock.advance(PartRun.EVERY);
        loops.parallelStream().forEach(RenewalLoop::tick);

        assertThat(cluster.orders.stream().map(order -> order.hostname())).containsExactlyInAnyOrderElementsOf(names);
        assertThat(results.stream().filter(Outcome.RENEWED::equals)).hasSize(20);
    }

    @Test
    void suggestedWindow_renewedInItAndReplacesSaid() {
        Instant start = cluster.clock.instant().plus(Duration.ofDays(20));
        Instant end = start.plus(Duration.ofDays(2));
        cluster.suggestion =
                _ -> new Suggestion.Window(start, end, cluster.clock.instant().plus(Duration.ofHours(6)));
        RenewalLoop loop = loopAfterVisit();
        X509Certificate former = stored().chain().getFirst();
        Instant chosen = stored().upkeep().window().orElseThrow().chosen();
        assertThat(chosen).isBetween(start, end);
        assertThat(stored().upkeep().due()).isEqualTo(cluster.clock.instant().plus(Duration.ofHours(6)));

        assertThat(outcomesOf(loop, Duration.ofDays(19))).containsExactly(Outcome.WAITING);
        assertThat(stored().upkeep().window().orElseThrow().chosen()).isEqualTo(chosen);
        assertThat(cluster.orders).hasSize(1);

        assertThat(outcomesOf(loop, Duration.between(cluster.clock.instant(), chosen)))
                .containsExactly(Outcome.RENEWED, Outcome.WAITING);
        assertThat(cluster.orders.getLast().replaces()).contains(former);
    }

    @Test
    void windowMovedIntoThePast_renewedAtOnce() {
        Instant now = cluster.clock.instant();
        cluster.suggestion = _ -> new Suggestion.Window(
                now.plus(Duration.ofDays(60)),
                now.plus(Duration.ofDays(61)),
                cluster.clock.instant().plus(Duration.ofHours(6)));
        RenewalLoop loop = loopAfterVisit();
        cluster.suggestion = _ -> new Suggestion.Window(
                now.minus(Duration.ofDays(2)),
                now.minus(Duration.ofDays(1)),
                cluster.clock.instant().plus(Duration.ofHours(6)));
        cluster.orders.clear();
        cluster.clock.advance(Duration.ofHours(7));
        cluster.authority = request -> {
            cluster.suggestion = _ -> new Suggestion.None();
            return cluster.issued(request);
        };
        results.clear();
        loop.tick();
        assertThat(results).containsExactly(Outcome.RENEWED, Outcome.WAITING);
        assertThat(cluster.orders).hasSize(1);
    }

    @Test
    void authorityThatDoesntSay_renewedInTimeAllTheSame() {
        RenewalLoop loop = loopAfterVisit();
        cluster.suggestion = _ -> new Suggestion.Unavailable("away");
        assertThat(outcomesOf(loop, Duration.ofDays(61))).contains(Outcome.RENEWED);
    }

    @Test
    void lastTwentieth_renewedWhateverIsSuggested() {
        Instant far = cluster.clock.instant().plus(Duration.ofDays(1_000));
        cluster.suggestion = _ -> new Suggestion.Window(
                far, far.plusSeconds(60), cluster.clock.instant().plus(Duration.ofHours(12)));
        RenewalLoop loop = loopAfterVisit();
        assertThat(outcomesOf(loop, Duration.ofDays(85))).containsExactly(Outcome.WAITING);
        assertThat(outcomesOf(loop, Duration.ofDays(1))).contains(Outcome.RENEWED);
    }

    @Test
    void refused_notRenewedUntilAllowedAgain() {
        RenewalLoop loop = loopAfterVisit();
        cluster.verifier = _ -> new Verdict.Refused(Verdict.Refused.Reason.KNOWN);
        assertThat(outcomesOf(loop, Duration.ofDays(61))).containsExactly(Outcome.REFUSED);
        assertThat(stored().lastVerdict().refusedAt()).isPresent();
        assertThat(outcomesOf(loop, Duration.ofHours(23))).isEmpty();
        assertThat(cluster.orders).hasSize(1);

        cluster.verifier = _ -> allowed();
        assertThat(outcomesOf(loop, Duration.ofHours(2))).contains(Outcome.RENEWED);
    }

    @Test
    void verifierSilent_nothingIsOrdered() {
        RenewalLoop loop = loopAfterVisit();
        cluster.verifier = _ -> new Verdict.Silent("away");
        assertThat(outcomesOf(loop, Duration.ofDays(61))).containsExactly(Outcome.FAILED);
        assertThat(cluster.orders).hasSize(1);
        cluster.verifier = _ -> allowed();
        assertThat(outcomesOf(loop, Duration.ofMinutes(11))).contains(Outcome.RENEWED);
    }

    @Test
    void unused_notRenewedUntilUsedAgain() {
        cluster.life = Duration.ofDays(365);
        RenewalLoop loop = loopAfterVisit();
        assertThat(outcomesOf(loop, Duration.ofDays(250))).containsExactly(Outcome.UNUSED);
        assertThat(cluster.orders).hasSize(1);

        cluster.instance("b").visit(SHOP);
        assertThat(stored().upkeep().used()).isEqualTo(cluster.clock.instant());
        assertThat(outcomesOf(loop, Duration.ofHours(25))).contains(Outcome.RENEWED);
        assertThat(stored().upkeep().used()).isBefore(cluster.clock.instant());
    }

    @Test
    void failure_backsOffAndTheFormerIsServed() {
        RenewalLoop loop = loopAfterVisit();
        cluster.authority = Cluster::challengeFailed;
        assertThat(outcomesOf(loop, Duration.ofDays(61))).containsExactly(Outcome.FAILED);
        assertThat(outcomesOf(loop, Duration.ofSeconds(50))).isEmpty();
        assertThat(cluster.orders).hasSize(2);
        assertThat(cluster.instance("b").visit(SHOP)).isInstanceOf(CertificateAnswer.Serve.class);

        assertThat(outcomesOf(loop, Duration.ofSeconds(80))).containsExactly(Outcome.FAILED);
        assertThat(outcomesOf(loop, Duration.ofMinutes(9))).isEmpty();
        assertThat(cluster.orders).hasSize(3);
        cluster.authority = cluster::issued;
        assertThat(outcomesOf(loop, Duration.ofMinutes(3))).contains(Outcome.RENEWED);
    }

    @Test
    void clockThatJumps_renewsNothing() {
        RenewalLoop loop = loopAfterVisit();
        cluster.clockAhead = Optional.of(Duration.ofDays(365));
        assertThat(outcomesOf(loop, Duration.ofDays(80))).isEmpty();
        cluster.clockAhead = Optional.empty();
        assertThat(outcomesOf(loop, Duration.ofHours(1))).isEmpty();
        assertThat(cluster.orders).hasSize(1);
        cluster.clockAhead = Optional.of(Duration.ofMinutes(-2));
        assertThat(outcomesOf(loop, Duration.ofMinutes(1))).contains(Outcome.RENEWED);
    }

    @Test
    void holderThatDied_isTakenOverFrom() {
        loopAfterVisit();
        cluster.clock.advance(Duration.ofDays(61));
        var parts = (PartLeases.PartsResult.Parts) cluster.tables.parts().look();
        parts.states()
                .forEach(state -> assertThat(cluster.tables.parts().claim(state, "dead"))
                        .isInstanceOf(PartLeases.PartClaim.Claimed.class));

        RenewalLoop other = loop("b");
        assertThat(outcomesOf(other, Duration.ZERO)).isEmpty();
        assertThat(outcomesOf(other, Duration.ofSeconds(14))).isEmpty();
        assertThat(outcomesOf(other, Duration.ofSeconds(2))).contains(Outcome.RENEWED);
    }

    @Test
    void holderThatLives_keepsItsPart() {
        loopAfterVisit();
        cluster.clock.advance(Duration.ofDays(61));
        var parts = (PartLeases.PartsResult.Parts) cluster.tables.parts().look();
        List<PartLeases.PartLease> leases = parts.states().stream()
                .map(state ->
                        ((PartLeases.PartClaim.Claimed) cluster.tables.parts().claim(state, "alive")).lease())
                .toList();
        RenewalLoop other = loop("b");
        for (int i = 0; i < 5; i++) {
            assertThat(outcomesOf(other, Duration.ofSeconds(10))).isEmpty();
            leases.forEach(
                    lease -> assertThat(cluster.tables.parts().renew(lease)).isTrue());
        }
    }

    @Test
    void expired_isLeftToItsVisitor() {
        RenewalLoop loop = loopAfterVisit();
        assertThat(outcomesOf(loop, Duration.ofDays(100))).containsExactly(Outcome.EXPIRED);
        assertThat(cluster.orders).hasSize(1);
        assertThat(cluster.instance("b").visit(SHOP)).isInstanceOf(CertificateAnswer.Serve.class);
        assertThat(stored().version()).isEqualTo(2);
        assertThat(outcomesOf(loop, PartRun.EVERY)).containsExactly(Outcome.WAITING);
    }

    @Test
    void nothingDue_isFourCallsForAPartAndNoScan() {
        RenewalLoop loop = loopAfterVisit();
        cluster.dynamo.resetCalls();
        assertThat(outcomesOf(loop, PartRun.EVERY)).isEmpty();
        assertThat(cluster.dynamo.calls()).isEqualTo(1 + 4 * PartLeases.PARTS.size());
        assertThat(cluster.dynamo.calls(DynamoOperation.SCAN)).isZero();
        cluster.dynamo.resetCalls();
        assertThat(outcomesOf(loop, Duration.ofSeconds(10))).isEmpty();
        assertThat(cluster.dynamo.calls()).isEqualTo(1);
    }
}
