package dev.anyhost.proxy.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.certificate.CertificateAnswer.Cause;
import dev.anyhost.proxy.certificate.CertificateAnswer.NotYet;
import dev.anyhost.proxy.certificate.CertificateAnswer.Serve;
import dev.anyhost.proxy.certificate.CertificateAnswer.Source;
import dev.anyhost.proxy.issuance.Pause;
import dev.anyhost.proxy.issuance.Urgency;
import dev.anyhost.testkit.DynamoOperation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Two and three regions over a database each: who orders, and who serves what. */
class RegionsTest extends OnRegions {

    @Test
    void whatAnyRegionOrders_isWrittenAtHomeAndServedEverywhere() {
        Serve first = served(regions.instance("dublin", dublin));
        assertThat(first.source()).isEqualTo(Source.ISSUED);
        assertThat(serial(atHome())).isEqualTo(first.certificate().serial());
        assertThat(dublin.replica().calls(DynamoOperation.PUT_ITEM)).isZero();
        assertThat(dublin.replica().calls(DynamoOperation.UPDATE_ITEM)).isZero();

        regions.certificates.deliverAll();
        for (var instance : List.of(
                regions.home.instance("home"),
                regions.instance("tokyo", tokyo),
                regions.instance("dublin-2", dublin))) {
            Serve answer = served(instance);
            assertThat(answer.source()).isEqualTo(Source.STORE);
            assertThat(answer.certificate().serial())
                    .isEqualTo(first.certificate().serial());
        }
        assertThat(regions.home.orders).hasSize(1);
    }

    @Test
    void coldNameInARemoteRegion_costsOneReadNearby() {
        served(regions.home.instance("home"));
        regions.certificates.deliverAll();
        dublin.link().resetCalls();

        served(regions.instance("dublin", dublin));

        assertThat(dublin.replica().calls(DynamoOperation.GET_ITEM)).isEqualTo(1);
        assertThat(dublin.link().calls(DynamoOperation.GET_ITEM)).isZero();
    }

    @Test
    void visitorsOfOneNewNameInThreeRegions_areOneOrder() throws Exception {
        regions.home.pause = Pause.REAL;
        List<Future<Serve>> answers = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var instance : List.of(
                    regions.home.instance("home"),
                    regions.instance("dublin", dublin),
                    regions.instance("dublin-2", dublin),
                    regions.instance("tokyo", tokyo))) {
                Callable<Serve> visit = () -> served(instance);
                answers.add(threads.submit(visit));
            }
            for (Future<Serve> answer : answers) {
                assertThat(answer.get().certificate().serial()).isEqualTo(serial(atHome()));
            }
        }
        assertThat(regions.home.orders).hasSize(1);
    }

    @Test
    void replicaThatIsBehind_costsNoOrder() {
        Serve first = served(regions.home.instance("home"));

        Serve behind = served(regions.instance("tokyo", tokyo));

        assertThat(behind.certificate().serial()).isEqualTo(first.certificate().serial());
        assertThat(regions.home.orders).hasSize(1);
    }

    @Test
    void renewal_isHeardOfBeforeTheReplicaHasItAndNeverForgotten() {
        var home = regions.home.instance("home");
        String former = served(home).certificate().serial();
        regions.certificates.deliverAll();
        var remote = regions.instance("dublin", dublin);
        assertThat(served(remote).certificate().serial()).isEqualTo(former);

        regions.home.clock.advance(Duration.ofDays(60));
        home.issuance().renew(facts(), Cluster.ROUTE, Urgency.BULK);
        home.announcements().tellAll();
        assertThat(regions.certificates.pending()).isNotEmpty();
        remote.changes().look();

        String renewed = serial(atHome());
        assertThat(renewed).isNotEqualTo(former);
        assertThat(served(remote).certificate().serial()).isEqualTo(renewed);
        // The daily look reads the replica, which still has the former one.
        regions.home.clock.advance(Duration.ofDays(1).plusSeconds(1));
        remote.acquisition().refresh(HOST);
        assertThat(served(remote).certificate().serial()).isEqualTo(renewed);
    }

    @Test
    void homeSilentForAMoment_nobodyOrdersAlone() {
        dublin.link().becomeUnreachable();
        dublin.tables().remote().orElseThrow().home().look();
        regions.home.clock.advance(Duration.ofSeconds(9));
        dublin.tables().remote().orElseThrow().home().look();

        assertThat(regions.instance("dublin", dublin).visit(HOST))
                .isInstanceOfSatisfying(
                        NotYet.class, answer -> assertThat(answer.cause()).isEqualTo(Cause.STORE_UNREACHABLE));
        assertThat(regions.home.orders).isEmpty();
    }

    @Test
    void replicaAway_isReadAtHome() {
        Serve known = served(regions.home.instance("home"));
        dublin.replica().becomeUnreachable();

        assertThat(served(regions.instance("dublin", dublin)).certificate().serial())
                .isEqualTo(known.certificate().serial());
        assertThat(regions.home.orders).hasSize(1);
    }
}
