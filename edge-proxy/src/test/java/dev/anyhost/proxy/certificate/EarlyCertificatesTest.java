package dev.anyhost.proxy.certificate;

import static dev.anyhost.proxy.certificate.Cluster.hostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Verdict;
import dev.anyhost.proxy.certificate.CertificateAnswer.Cause;
import dev.anyhost.proxy.certificate.CertificateAnswer.NotYet;
import dev.anyhost.proxy.certificate.CertificateAnswer.Serve;
import dev.anyhost.proxy.certificate.CertificateAnswer.Source;
import dev.anyhost.proxy.certificate.EarlyCertificates.Result;
import dev.anyhost.proxy.issuance.IssuanceBudget;
import dev.anyhost.proxy.issuance.Pause;
import dev.anyhost.store.FailureResult;
import dev.anyhost.store.changes.Change;
import dev.anyhost.testkit.DynamoOperation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Certificates that are there before their first visitor. */
class EarlyCertificatesTest extends OnACluster {

    private static final Hostname HOST = hostname("shop.customer.example");
    private static final Duration ALL_TURNS = EarlyCertificates.FIRST.plus(EarlyCertificates.SPREAD);

    private void activated(Hostname hostname, Cluster.Instance... instances) {
        cluster.tables.changes().publish(new Change(Change.Kind.ACTIVATED, hostname));
        for (Cluster.Instance instance : instances) {
            instance.changes().look();
        }
        cluster.dynamo.resetCalls();
    }

    /** Second by second, as {@link EarlyCertificates#run} does. */
    private void letTurnsCome(Cluster.Instance... instances) {
        for (int second = 0; second <= ALL_TURNS.toSeconds(); second++) {
            cluster.clock.advance(Duration.ofSeconds(1));
            for (Cluster.Instance instance : instances) {
                instance.early().begin();
            }
        }
    }

    private static Source source(CertificateAnswer answer) {
        return ((Serve) answer).source();
    }

    private static Hostname numbered(int i) {
        return hostname("shop" + i + ".example");
    }

    @Test
    void activatedName_isOrderedOnceAndItsFirstVisitorFindsIt() {
        var one = cluster.instance("one");
        var two = cluster.instance("two");
        activated(HOST, one, two);
        assertThat(cluster.orders).isEmpty();

        letTurnsCome(one, two);

        assertThat(cluster.orders).hasSize(1);
        assertThat(cluster.asked).containsExactly(HOST);
        assertThat(cluster.earlyResults).containsExactly(Result.ISSUED, Result.PRESENT);
        assertThat(source(one.visit(HOST))).isIn(Source.MEMORY, Source.STORE);
        assertThat(source(two.visit(HOST))).isIn(Source.MEMORY, Source.STORE);
        assertThat(cluster.orders).hasSize(1);
    }

    /** The one that orders looks twice, once before it asks and once under its lease; the others look once. */
    @Test
    void nameThatHasACertificate_costsOneRead() {
        var one = cluster.instance("one");
        var others = new Cluster.Instance[] {cluster.instance("a"), cluster.instance("b"), cluster.instance("c")};
        activated(HOST, one);
        letTurnsCome(one);
        assertThat(cluster.dynamo.calls()).isEqualTo(6);
        for (Cluster.Instance other : others) {
            other.early().want(HOST);
        }
        cluster.dynamo.resetCalls();

        letTurnsCome(others);

        assertThat(cluster.dynamo.calls()).isEqualTo(3);
        assertThat(cluster.dynamo.calls(DynamoOperation.GET_ITEM)).isEqualTo(3);
        assertThat(cluster.asked).containsExactly(HOST);
        assertThat(others[0].held().find(HOST)).isEmpty();
    }

    @Test
    void whatAnotherInstanceIsAt_isLeftToIt() {
        var one = cluster.instance("one");
        var two = cluster.instance("two");
        activated(HOST, one, two);
        cluster.authority = request -> {
            Instant before = cluster.clock.instant();
            letTurnsCome(two);
            assertThat(cluster.earlyResults).containsExactly(Result.ELSEWHERE);
            assertThat(Duration.between(before, cluster.clock.instant()))
                    .as("nobody waited")
                    .isEqualTo(ALL_TURNS.plusSeconds(1));
            return cluster.issued(request);
        };

        letTurnsCome(one);

        assertThat(cluster.orders).hasSize(1);
        assertThat(cluster.earlyResults).containsExactly(Result.ELSEWHERE, Result.ISSUED);
    }

    @Test
    void visitorWhoComesMeanwhile_getsTheSameCertificate() throws Exception {
        cluster.pause = Pause.REAL;
        var one = cluster.instance("one");
        var ordering = new CountDownLatch(1);
        var visited = new CountDownLatch(1);
        cluster.authority = request -> {
            ordering.countDown();
            await(visited);
            return cluster.issued(request);
        };
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            cluster.background = threads;
            one.early().want(HOST);
            letTurnsCome(one);
            await(ordering);
            // The visitor has been told that the lease is held when the authority goes on.
            cluster.dynamo.beforeNext(DynamoOperation.UPDATE_ITEM, visited::countDown);
            Future<CertificateAnswer> visit = threads.submit(() -> one.visit(HOST));

            assertThat(visit.get()).isInstanceOf(Serve.class);
        }
        assertThat(cluster.orders).hasSize(1);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void refusedName_costsOneAsk() {
        cluster.verifier = _ -> new Verdict.Refused(Verdict.Refused.Reason.KNOWN);
        var one = cluster.instance("one");
        activated(HOST, one);

        letTurnsCome(one);
        letTurnsCome(one);

        assertThat(cluster.asked).containsExactly(HOST);
        assertThat(cluster.orders).isEmpty();
        assertThat(cluster.earlyResults).containsExactly(Result.REFUSED);
    }

    @Test
    void silentVerifier_issuesNothing() {
        cluster.verifier = _ -> new Verdict.Silent("500");
        var one = cluster.instance("one");
        activated(HOST, one);

        letTurnsCome(one);

        assertThat(cluster.orders).isEmpty();
        assertThat(cluster.earlyResults).containsExactly(Result.FAILED);
    }

    @Test
    void failedOrder_isNotRepeatedByTheOthers() {
        cluster.authority = Cluster::challengeFailed;
        var one = cluster.instance("one");
        var two = cluster.instance("two");
        activated(HOST, one);
        letTurnsCome(one);
        assertThat(cluster.tables.leases().findFailure(HOST)).isInstanceOf(FailureResult.Remembered.class);

        two.changes().look();
        letTurnsCome(two);

        assertThat(cluster.orders).hasSize(1);
        assertThat(cluster.earlyResults).containsExactly(Result.FAILED, Result.FAILED);
        assertThat(((NotYet) one.visit(HOST)).cause()).isEqualTo(Cause.ISSUANCE_FAILED);
    }

    @Test
    void otherChanges_orderNothing() {
        var one = cluster.instance("one");
        for (Change.Kind kind : Change.Kind.values()) {
            if (kind != Change.Kind.ACTIVATED) {
                cluster.tables.changes().publish(new Change(kind, HOST));
            }
        }
        one.changes().look();

        letTurnsCome(one);

        assertThat(cluster.asked).isEmpty();
        assertThat(cluster.earlyResults).isEmpty();
    }

    @Test
    void nameHeardOfTwice_waitsOnce() {
        var one = cluster.instance("one");
        activated(HOST, one);
        activated(HOST, one);

        letTurnsCome(one);

        assertThat(cluster.earlyResults).containsExactly(Result.ISSUED);
    }

    @Test
    void namesBeyondTheBound_areLeftToTheirVisitors() {
        cluster.earlyLimits = new EarlyCertificates.Limits(4, 3);
        var one = cluster.instance("one");
        for (int i = 0; i < 5; i++) {
            one.early().want(numbered(i));
        }
        assertThat(cluster.earlyResults).containsExactly(Result.DROPPED, Result.DROPPED);

        letTurnsCome(one);

        assertThat(cluster.orders).hasSize(3);
        assertThat(source(one.visit(numbered(4)))).isEqualTo(Source.ISSUED);
    }

    @Test
    void onlySoMany_areUnderWay() {
        Deque<Runnable> underWay = new ArrayDeque<>();
        cluster.background = underWay::add;
        var one = cluster.instance("one");
        for (int i = 0; i < 10; i++) {
            one.early().want(numbered(i));
        }
        letTurnsCome(one);
        assertThat(underWay).hasSize(4);

        underWay.removeFirst().run();
        one.early().begin();
        one.early().begin();

        assertThat(underWay).hasSize(4);
        assertThat(cluster.orders).hasSize(1);
    }

    @Test
    void switchedOff_leavesAllToVisitors() {
        cluster.earlyLimits = new EarlyCertificates.Limits(0, 1);
        var one = cluster.instance("one");
        one.early().want(numbered(1));
        one.early().want(numbered(2));

        letTurnsCome(one);

        assertThat(cluster.asked).isEmpty();
        assertThat(cluster.earlyResults).isEmpty();
    }

    @Test
    void halfOfThePlaces_areKeptForVisitors() throws Exception {
        cluster.places = 4;
        var one = cluster.instance("one");
        var _ = one.budget().tryTake(Duration.ZERO).orElseThrow();
        IssuanceBudget.Token second = one.budget().tryTake(Duration.ZERO).orElseThrow();
        activated(HOST, one);

        letTurnsCome(one);
        assertThat(cluster.asked).isEmpty();
        assertThat(cluster.dynamo.calls()).isZero();

        second.close();
        letTurnsCome(one);
        assertThat(cluster.earlyResults).containsExactly(Result.ISSUED);
        assertThat(cluster.asked).containsExactly(HOST);
    }

    @Test
    void visitorWhoComesMeanwhile_leavesNoPlaceToSpare() {
        cluster.places = 2;
        var one = cluster.instance("one");
        List<IssuanceBudget.Token> visitors = new ArrayList<>();
        cluster.verifier = hostname -> {
            if (visitors.isEmpty()) {
                visitors.add(take(one.budget()));
            }
            return new Verdict.Allowed(Cluster.ROUTE, Duration.ofMinutes(5));
        };
        activated(HOST, one);
        letTurnsCome(one);
        letTurnsCome(one);
        assertThat(cluster.orders).isEmpty();
        assertThat(cluster.earlyResults).isEmpty();

        visitors.forEach(IssuanceBudget.Token::close);
        letTurnsCome(one);

        assertThat(cluster.orders).hasSize(1);
        assertThat(cluster.earlyResults).containsExactly(Result.ISSUED);
    }

    private static IssuanceBudget.Token take(IssuanceBudget budget) {
        try {
            return budget.tryTake(Duration.ZERO).orElseThrow();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
