package dev.anyhost.proxy.certificate;

import static dev.anyhost.proxy.certificate.Cluster.hostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Policy;
import dev.anyhost.domain.Route;
import dev.anyhost.domain.Verdict;
import dev.anyhost.proxy.certificate.CertificateAnswer.Cause;
import dev.anyhost.proxy.certificate.CertificateAnswer.NotAllowed;
import dev.anyhost.proxy.certificate.CertificateAnswer.NotYet;
import dev.anyhost.proxy.certificate.CertificateAnswer.Serve;
import dev.anyhost.proxy.certificate.CertificateAnswer.Source;
import dev.anyhost.store.FailureResult;
import dev.anyhost.store.FindResult;
import dev.anyhost.store.changes.Change;
import dev.anyhost.testkit.DynamoOperation;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Permission, memory, store, order: over days of virtual time, on several instances, against the real store. */
class AcquisitionTest extends OnACluster {

    private static final Hostname HOST = hostname("shop.customer.example");
    private static final Policy STRICT = new Policy(Optional.of(true), false, Optional.of(Duration.ofDays(365)));

    private void refusing() {
        cluster.verifier = _ -> new Verdict.Refused(Verdict.Refused.Reason.KNOWN);
    }

    private void silent() {
        cluster.verifier = _ -> new Verdict.Silent("500");
    }

    private static Source source(CertificateAnswer answer) {
        return ((Serve) answer).source();
    }

    private static Cause cause(CertificateAnswer answer) {
        return ((NotYet) answer).cause();
    }

    @Test
    void mispointedName_visitedEverySecondForTenMinutes_failsTwice() {
        cluster.authority = Cluster::challengeFailed;
        var one = cluster.instance("one");
        var two = cluster.instance("two");

        for (int second = 0; second < 600; second++) {
            assertThat(cause(one.visit(HOST))).isEqualTo(Cause.ISSUANCE_FAILED);
            assertThat(cause(two.visit(HOST))).isEqualTo(Cause.ISSUANCE_FAILED);
            cluster.clock.advance(Duration.ofSeconds(1));
        }

        assertThat(cluster.orders).hasSize(2);
    }

    @Test
    void mispointedName_failsThreeTimesInItsFirstHourAndCostsNextToNothing() {
        cluster.authority = Cluster::challengeFailed;
        var one = cluster.instance("one");

        for (int second = 0; second < 3600; second++) {
            assertThat(cause(one.visit(HOST))).isEqualTo(Cause.ISSUANCE_FAILED);
            cluster.clock.advance(Duration.ofSeconds(1));
        }

        assertThat(cluster.orders).hasSize(3);
        assertThat(cluster.asked).hasSize(12);
        assertThat(cluster.dynamo.calls()).isLessThanOrEqualTo(3 * 6);
    }

    @Test
    void changedEntry_clearsTheFailure() {
        cluster.authority = Cluster::challengeFailed;
        var one = cluster.instance("one");
        assertThat(cause(one.visit(HOST))).isEqualTo(Cause.ISSUANCE_FAILED);
        cluster.authority = cluster::issued;
        cluster.clock.advance(Duration.ofSeconds(30));
        assertThat(cause(one.visit(HOST))).isEqualTo(Cause.ISSUANCE_FAILED);

        Route moved = new Route(Optional.of("acme"), Optional.of(URI.create("https://new.example")));
        cluster.verifier = _ -> new Verdict.Allowed(moved, Duration.ofMinutes(5));
        cluster.clock.advance(Duration.ofSeconds(1));

        assertThat(source(cluster.instance("two").visit(HOST))).isEqualTo(Source.ISSUED);
    }

    /** How requests are treated has no part in an issuance: an owner who changes it buys no further order. */
    @Test
    void changedPolicy_clearsNoFailure() {
        cluster.authority = Cluster::challengeFailed;
        var one = cluster.instance("one");
        assertThat(cause(one.visit(HOST))).isEqualTo(Cause.ISSUANCE_FAILED);
        cluster.authority = cluster::issued;

        cluster.verifier = _ -> new Verdict.Allowed(Cluster.ROUTE.with(STRICT), Duration.ofMinutes(5));
        one.admission().forget(HOST);
        assertThat(cause(one.visit(HOST))).isEqualTo(Cause.ISSUANCE_FAILED);
        assertThat(cause(cluster.instance("two").visit(HOST))).isEqualTo(Cause.ISSUANCE_FAILED);

        assertThat(cluster.orders).hasSize(1);
    }

    @Test
    void oldVerdict_clearsNoFailureOfANewerOne() {
        var one = cluster.instance("one");
        cluster.authority = Cluster::challengeFailed;
        cluster.verifier = _ -> new Verdict.Allowed(Route.UNNAMED, Duration.ofMinutes(5));
        assertThat(one.admission().ask(HOST)).isNotNull();
        cluster.verifier = _ -> new Verdict.Allowed(Cluster.ROUTE, Duration.ofMinutes(5));
        assertThat(cause(cluster.instance("two").visit(HOST))).isEqualTo(Cause.ISSUANCE_FAILED);

        assertThat(cause(one.visit(HOST))).isEqualTo(Cause.ISSUANCE_FAILED);

        assertThat(cluster.orders).hasSize(1);
    }

    @Test
    void forgivenName_isOrderedByWhicheverInstanceIsVisited() {
        cluster.authority = Cluster::challengeFailed;
        var one = cluster.instance("one");
        var two = cluster.instance("two");
        assertThat(cause(one.visit(HOST))).isEqualTo(Cause.ISSUANCE_FAILED);
        assertThat(cause(two.visit(HOST))).isEqualTo(Cause.ISSUANCE_FAILED);
        cluster.authority = cluster::issued;

        cluster.tables.leases().forgive(HOST, cluster.clock.instant());
        cluster.tables.changes().publish(new Change(Change.Kind.FORGIVEN, HOST));
        assertThat(cause(two.visit(HOST))).isEqualTo(Cause.ISSUANCE_FAILED);
        two.changes().look();

        assertThat(source(two.visit(HOST))).isEqualTo(Source.ISSUED);
    }

    @Test
    void activatedName_clearsRefusalsAndEarlierFailuresButNoLaterOne() {
        cluster.authority = Cluster::challengeFailed;
        var one = cluster.instance("one");
        var two = cluster.instance("two");
        assertThat(cause(one.visit(HOST))).isEqualTo(Cause.ISSUANCE_FAILED);
        cluster.clock.advance(Duration.ofSeconds(2));
        cluster.tables.changes().publish(new Change(Change.Kind.ACTIVATED, HOST));
        cluster.clock.advance(Duration.ofSeconds(1));

        one.changes().look();
        assertThat(cause(one.visit(HOST))).isEqualTo(Cause.ISSUANCE_FAILED);
        assertThat(cluster.orders).hasSize(2);
        two.changes().look();
        one.changes().look();
        assertThat(cause(two.visit(HOST))).isEqualTo(Cause.ISSUANCE_FAILED);
        assertThat(cluster.orders).hasSize(2);
    }

    @Test
    void activatedName_isAskedForAtOnceAfterARefusal() {
        cluster.verifier = _ -> new Verdict.Refused(Verdict.Refused.Reason.UNKNOWN);
        var one = cluster.instance("one");
        assertThat(one.visit(HOST)).isEqualTo(new NotAllowed());
        cluster.verifier = _ -> new Verdict.Allowed(Cluster.ROUTE, Duration.ofMinutes(5));
        assertThat(one.visit(HOST)).isEqualTo(new NotAllowed());

        cluster.tables.changes().publish(new Change(Change.Kind.ACTIVATED, HOST));
        one.changes().look();

        assertThat(source(one.visit(HOST))).isEqualTo(Source.ISSUED);
    }

    @Test
    void removedName_isRefusedWithTheNextLookAndItsItemSaysSo() {
        var one = cluster.instance("one");
        assertThat(source(one.visit(HOST))).isEqualTo(Source.ISSUED);
        refusing();
        cluster.tables.changes().publish(new Change(Change.Kind.REMOVED, HOST));
        cluster.tables.changes().publish(new Change(Change.Kind.REMOVED, hostname("never.seen.example")));
        cluster.asked.clear();

        one.changes().look();

        assertThat(one.visit(HOST)).isEqualTo(new NotAllowed());
        assertThat(one.held().find(HOST)).isEmpty();
        assertThat(cluster.asked).containsExactly(HOST);
        assertThat(cluster.tables.certificates().findConsistent(HOST))
                .isInstanceOfSatisfying(
                        FindResult.Found.class,
                        found -> assertThat(found.certificate().lastVerdict().refusedAt())
                                .contains(cluster.clock.instant()));
    }

    @Test
    void verifierSilent_servesWhatWasAllowedForADayAndIssuesNothing() {
        var one = cluster.instance("one");
        assertThat(source(one.visit(HOST))).isEqualTo(Source.ISSUED);
        silent();
        var restarted = cluster.instance("two");
        cluster.clock.advance(Duration.ofMinutes(6));

        assertThat(source(one.visit(HOST))).isEqualTo(Source.MEMORY);
        assertThat(source(restarted.visit(HOST))).isEqualTo(Source.STORE);
        assertThat(cause(restarted.visit(hostname("new.example")))).isEqualTo(Cause.VERIFIER_SILENT);
        cluster.clock.advance(Duration.ofHours(24));
        assertThat(cause(one.visit(HOST))).isEqualTo(Cause.VERIFIER_SILENT);
        assertThat(cluster.orders).hasSize(1);
    }

    @Test
    void verifierSilent_refusedNameStaysRefusedAcrossARestart() {
        var one = cluster.instance("one");
        assertThat(source(one.visit(HOST))).isEqualTo(Source.ISSUED);
        refusing();
        cluster.clock.advance(Duration.ofMinutes(6));
        assertThat(one.visit(HOST)).isEqualTo(new NotAllowed());
        silent();
        cluster.clock.advance(Duration.ofMinutes(1));

        assertThat(cause(one.visit(HOST))).isEqualTo(Cause.VERIFIER_SILENT);
        assertThat(cause(cluster.instance("two").visit(HOST))).isEqualTo(Cause.VERIFIER_SILENT);
    }

    @Test
    void verifierSilent_strangersLookUpsAreBounded() {
        silent();
        var one = cluster.instance("one");
        cluster.dynamo.resetCalls();

        for (int i = 0; i < 2_000; i++) {
            assertThat(cause(one.visit(hostname("stranger" + i + ".example"))))
                    .isIn(Cause.VERIFIER_SILENT, Cause.TOO_MANY_ASKS);
        }

        assertThat(cluster.dynamo.calls(DynamoOperation.GET_ITEM)).isEqualTo(200);
        assertThat(cluster.asked).hasSize(3);
    }

    @Test
    void strangers_areRecordedNowhereTwice() {
        refusing();
        var one = cluster.instance("one");
        cluster.dynamo.resetCalls();
        for (int i = 0; i < 10; i++) {
            assertThat(one.visit(HOST)).isEqualTo(new NotAllowed());
            cluster.clock.advance(Duration.ofSeconds(31));
        }
        assertThat(cluster.dynamo.calls()).isEqualTo(1);
    }

    @Test
    void crowdOfStrangers_costsTheStoreLittle() {
        refusing();
        var one = cluster.instance("one");
        cluster.dynamo.resetCalls();
        for (int i = 0; i < 2_000; i++) {
            var _ = one.visit(hostname("stranger" + i + ".example"));
        }
        assertThat(cluster.dynamo.calls(DynamoOperation.UPDATE_ITEM)).isEqualTo(5);
        assertThat(cluster.dynamo.calls(DynamoOperation.GET_ITEM)).isEqualTo(20);
        cluster.clock.advance(Duration.ofSeconds(1));
        cluster.dynamo.resetCalls();
        for (int i = 2_000; i < 4_000; i++) {
            var _ = one.visit(hostname("stranger" + i + ".example"));
        }
        assertThat(cluster.dynamo.calls()).isEqualTo(25);
    }

    @Test
    void crowdOfCustomersAfterAStart_isServedFromTheStoreHoweverFewMayBeAskedFor() {
        var before = cluster.instance("before");
        for (int i = 0; i < 200; i++) {
            assertThat(source(before.visit(hostname("shop.customer" + i + ".example"))))
                    .isEqualTo(Source.ISSUED);
            cluster.clock.advance(Duration.ofMillis(100));
        }
        cluster.asked.clear();

        var started = cluster.instance("started");
        for (int i = 0; i < 200; i++) {
            assertThat(source(started.visit(hostname("shop.customer" + i + ".example"))))
                    .isEqualTo(Source.STORE);
        }
        assertThat(cluster.asked).hasSize(100);
    }

    @Test
    void changedRoute_isRecordedForTheNextOutage() {
        var one = cluster.instance("one");
        assertThat(source(one.visit(HOST))).isEqualTo(Source.ISSUED);
        Route moved = new Route(Optional.of("acme"), Optional.of(URI.create("https://new.example")));
        cluster.verifier = _ -> new Verdict.Allowed(moved, Duration.ofMinutes(5));

        one.acquisition().refresh(HOST);

        assertThat(one.held().find(HOST).orElseThrow().route()).isEqualTo(moved);
        assertThat(cluster.tables.certificates().findConsistent(HOST))
                .isInstanceOfSatisfying(
                        FindResult.Found.class,
                        found -> assertThat(found.certificate().lastVerdict().route())
                                .isEqualTo(moved));
    }

    @Test
    void changedPolicy_isRecordedForTheNextOutage() {
        var one = cluster.instance("one");
        assertThat(source(one.visit(HOST))).isEqualTo(Source.ISSUED);
        Route strict = Cluster.ROUTE.with(STRICT);
        cluster.verifier = _ -> new Verdict.Allowed(strict, Duration.ofMinutes(5));
        one.acquisition().refresh(HOST);
        assertThat(one.held().find(HOST).orElseThrow().route()).isEqualTo(strict);

        silent();
        var two = cluster.instance("two");
        assertThat(source(two.visit(HOST))).isEqualTo(Source.STORE);
        assertThat(two.held().find(HOST).orElseThrow().route()).isEqualTo(strict);
    }

    @Test
    void certificateInUse_isSeenAgainDaily() {
        var one = cluster.instance("one");
        assertThat(source(one.visit(HOST))).isEqualTo(Source.ISSUED);
        cluster.dynamo.resetCalls();
        for (int hour = 0; hour < 49; hour++) {
            one.acquisition().refresh(HOST);
            cluster.clock.advance(Duration.ofHours(1));
        }
        assertThat(cluster.dynamo.calls(DynamoOperation.GET_ITEM)).isEqualTo(1);
    }

    @Test
    void silentChangeLog_isCaughtUpWith() {
        var one = cluster.instance("one");
        assertThat(source(one.visit(HOST))).isEqualTo(Source.ISSUED);
        refusing();
        cluster.tables.changes().publish(new Change(Change.Kind.REMOVED, HOST));
        cluster.dynamo.becomeUnreachable();
        for (int minute = 0; minute < 60; minute++) {
            one.changes().look();
            cluster.clock.advance(Duration.ofMinutes(1));
        }
        cluster.dynamo.restore();
        one.changes().look();

        assertThat(one.held().find(HOST)).isEmpty();
    }

    @Test
    void remembered_isInTheStoreAsWell() {
        cluster.authority = Cluster::challengeFailed;
        assertThat(cause(cluster.instance("one").visit(HOST))).isEqualTo(Cause.ISSUANCE_FAILED);
        assertThat(cluster.tables.leases().findFailure(HOST))
                .isInstanceOfSatisfying(
                        FailureResult.Remembered.class,
                        remembered -> assertThat(remembered.failure().route()).isEqualTo(Cluster.ROUTE));
    }
}
