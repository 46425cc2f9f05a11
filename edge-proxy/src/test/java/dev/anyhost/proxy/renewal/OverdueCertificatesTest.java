package dev.anyhost.proxy.renewal;

import static dev.anyhost.proxy.certificate.Cluster.hostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Verdict;
import dev.anyhost.proxy.certificate.Cluster;
import dev.anyhost.proxy.certificate.OnACluster;
import dev.anyhost.proxy.issuance.IssuanceBudget;
import dev.anyhost.store.FindResult;
import dev.anyhost.store.LateRenewals;
import dev.anyhost.store.PartLeases;
import dev.anyhost.store.StoredCertificate;
import dev.anyhost.testkit.DynamoOperation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How many certificates should have been renewed, over a real table, with a clock that the test moves. */
class OverdueCertificatesTest extends OnACluster {

    private static final Hostname SHOP = hostname("shop.example");

    private final List<Outcome> results = Collections.synchronizedList(new ArrayList<>());

    private RenewalLoop loopAfterVisit() {
        Cluster.Instance instance = cluster.instance("a");
        instance.visit(SHOP);
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

    @Test
    void renewalThatFailsForDays_isCountedOnceWhoeverLooksAfterIt() {
        RenewalLoop one = loopAfterVisit();
        RenewalLoop other = cluster.renewals(cluster.instance("b"), "b", results);
        Instant notAfter = stored().notAfter();
        cluster.authority = Cluster::challengeFailed;
        assertThat(outcomesOf(one, Duration.ofDays(61))).containsExactly(Outcome.FAILED);
        assertThat(counts(one)).containsExactly(0, 0);

        Instant late =
                notAfter.minus(Duration.between(stored().notBefore(), notAfter).dividedBy(6));
        outcomesOf(one, Duration.between(cluster.clock.instant(), late).minusSeconds(1));
        assertThat(counts(one)).containsExactly(0, 0);
        outcomesOf(one, PartRun.EVERY);
        assertThat(counts(one)).containsExactly(1, 0);

        outcomesOf(other, PartRun.EVERY);
        assertThat(counts(other)).containsExactly(1, 0);
        one.tick();
        assertThat(counts(one)).containsExactly(0, 0);

        outcomesOf(other, Duration.ofDays(8));
        assertThat(counts(other)).containsExactly(1, 1);
        cluster.authority = cluster::issued;
        assertThat(outcomesOf(one, Duration.ofDays(2))).containsExactly(Outcome.RENEWED, Outcome.WAITING);
        other.tick();
        assertThat(counts(one)).containsExactly(0, 0);
        assertThat(counts(other)).containsExactly(0, 0);
        assertThat(lateOnes()).isEmpty();
    }

    private static List<Integer> counts(RenewalLoop loop) {
        return List.of((int) loop.overdue().late(), (int) loop.overdue().almostExpired());
    }

    private List<LateRenewals.LateRenewal> lateOnes() {
        return PartLeases.PARTS.stream()
                .flatMap(part ->
                        ((LateRenewals.LateResult.Late) cluster.tables.late().of(part)).renewals().stream())
                .toList();
    }

    @Test
    void renewalThatFails_isWrittenDownOnceAndAfterItIsRefusedNoMore() {
        RenewalLoop loop = loopAfterVisit();
        cluster.authority = Cluster::challengeFailed;
        outcomesOf(loop, Duration.ofDays(61));
        assertThat(lateOnes()).hasSize(1);
        cluster.dynamo.resetCalls();
        assertThat(outcomesOf(loop, Duration.ofDays(1))).containsExactly(Outcome.FAILED);
        assertThat(cluster.dynamo.calls(DynamoOperation.PUT_ITEM)).isZero();

        cluster.verifier = _ -> new Verdict.Refused(Verdict.Refused.Reason.KNOWN);
        assertThat(outcomesOf(loop, Duration.ofDays(1))).containsExactly(Outcome.REFUSED);
        assertThat(lateOnes()).isEmpty();
    }

    @Test
    void noPlaceForItsOrder_isCountedWhenThatIsAlarming() {
        Cluster.Instance instance = cluster.instance("a");
        instance.visit(SHOP);
        RenewalLoop loop = cluster.renewals(instance, "a", results);
        loop.tick();
        List<IssuanceBudget.Token> taken = Stream.generate(instance.budget()::tryTakeSpare)
                .takeWhile(Optional::isPresent)
                .map(Optional::orElseThrow)
                .toList();
        assertThat(taken).isNotEmpty();
        assertThat(outcomesOf(loop, Duration.ofDays(61))).containsExactly(Outcome.BUSY);
        assertThat(lateOnes()).isEmpty();
        assertThat(outcomesOf(loop, Duration.ofDays(15))).containsExactly(Outcome.BUSY);
        assertThat(counts(loop)).containsExactly(1, 0);
    }

    @Test
    void clockThatCantBeTrusted_countsNothing() {
        RenewalLoop loop = loopAfterVisit();
        cluster.authority = Cluster::challengeFailed;
        outcomesOf(loop, Duration.ofDays(61));
        outcomesOf(loop, Duration.ofDays(16));
        assertThat(counts(loop)).containsExactly(1, 0);
        cluster.clockAhead = Optional.empty();
        outcomesOf(loop, PartRun.EVERY);
        assertThat(counts(loop)).containsExactly(0, 0);
    }
}
