package dev.anyhost.proxy.certificate;

import static dev.anyhost.proxy.certificate.Cluster.hostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import dev.anyhost.domain.Verdict;
import dev.anyhost.proxy.certificate.CertificateAnswer.Cause;
import dev.anyhost.proxy.certificate.CertificateAnswer.NotYet;
import dev.anyhost.proxy.certificate.CertificateAnswer.Serve;
import dev.anyhost.proxy.issuance.Urgency;
import dev.anyhost.proxy.preflight.PreflightResult;
import dev.anyhost.proxy.preflight.PreflightResult.Fault;
import dev.anyhost.store.CertificateFacts;
import dev.anyhost.store.FailureResult;
import dev.anyhost.store.FindResult;
import dev.anyhost.store.IssuanceFailure;
import dev.anyhost.store.changes.Change;
import dev.anyhost.store.changes.ChangesSince;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What becomes of names that something speaks against, on several instances, against the real store. */
class PreflightFailuresTest extends OnACluster {

    private static final Hostname HOST = hostname("shop.customer.example");
    private static final String MESSAGE = "192.0.2.1 answers with status 404";

    private final List<Instant> looks = new ArrayList<>();

    private void hindered() {
        cluster.preflight = _ -> {
            looks.add(cluster.clock.instant());
            return new PreflightResult.Failed(Fault.ADDRESS_ELSEWHERE, MESSAGE);
        };
    }

    private void mended() {
        cluster.preflight = _ -> new PreflightResult.Passed(Set.of());
    }

    private IssuanceFailure failure() {
        return ((FailureResult.Remembered) cluster.tables.leases().findFailure(HOST)).failure();
    }

    @Test
    void mispointedName_visitedForADay_costsNoOrderAndFewLooks() {
        hindered();
        var one = cluster.instance("one");
        var two = cluster.instance("two");
        Instant begun = cluster.clock.instant();

        for (int visit = 0; visit < 24 * 60 * 2; visit++) {
            assertThat(((NotYet) one.visit(HOST)).cause()).isEqualTo(Cause.ISSUANCE_FAILED);
            assertThat(((NotYet) two.visit(HOST)).cause()).isEqualTo(Cause.ISSUANCE_FAILED);
            cluster.clock.advance(Duration.ofSeconds(30));
        }

        assertThat(cluster.orders).isEmpty();
        assertThat(looks.stream().limit(8).map(at -> Duration.between(begun, at).toMinutes()))
                .containsExactly(0L, 1L, 3L, 7L, 15L, 31L, 63L, 123L);
        assertThat(looks).hasSizeLessThanOrEqualTo(30);
    }

    @Test
    void failure_isRememberedWithCodeAndSentence() {
        hindered();
        cluster.instance("one").visit(HOST);

        assertThat(failure().cause()).isEqualTo("address_elsewhere");
        assertThat(failure().problem()).isEqualTo(MESSAGE);
        assertThat(failure().count()).isZero();
        assertThat(failure().retryAt()).isEqualTo(cluster.clock.instant().plus(Duration.ofMinutes(1)));
    }

    @Test
    void mendedName_isServedAfterTheMinute() {
        hindered();
        var one = cluster.instance("one");
        one.visit(HOST);
        mended();

        assertThat(one.visit(HOST)).isInstanceOf(NotYet.class);
        cluster.clock.advance(Duration.ofMinutes(1));

        assertThat(one.visit(HOST)).isInstanceOf(Serve.class);
        assertThat(cluster.orders).hasSize(1);
    }

    @Test
    void changedEntry_isLookedAtAtOnce() {
        hindered();
        var one = cluster.instance("one");
        one.visit(HOST);
        mended();
        cluster.clock.advance(Duration.ofSeconds(2));
        cluster.verifier = _ -> new Verdict.Allowed(
                new Route(Optional.of("acme"), Optional.of(URI.create("https://new.example"))), Duration.ofMinutes(5));

        one.admission().forget(HOST);

        assertThat(one.visit(HOST)).isInstanceOf(Serve.class);
    }

    @Test
    void hinderedAmidFailedOrders_getsNoMoreOrdersThanOthers() {
        cluster.authority = Cluster::challengeFailed;
        var one = cluster.instance("one");
        one.visit(HOST);
        cluster.clock.advance(Duration.ofMinutes(1));
        hindered();
        one.visit(HOST);
        cluster.clock.advance(Duration.ofMinutes(1));
        mended();

        one.visit(HOST);

        assertThat(cluster.orders).hasSize(2);
        assertThat(failure().count()).isEqualTo(2);
        assertThat(failure().retryAt()).isEqualTo(cluster.clock.instant().plus(Duration.ofMinutes(10)));
    }

    @Test
    void whatCouldntBeAsked_isOrdered() {
        cluster.preflight = _ -> new PreflightResult.Unknown("SERVFAIL", Set.of());

        assertThat(cluster.instance("one").visit(HOST)).isInstanceOf(Serve.class);
    }

    @Test
    void authorityThatCaaForbids_isPassedOver() {
        cluster.directories = List.of("https://forbidden.test/dir", Cluster.DIRECTORY);
        cluster.preflight = _ -> new PreflightResult.Passed(Set.of("https://forbidden.test/dir"));

        assertThat(cluster.instance("one").visit(HOST)).isInstanceOf(Serve.class);
        assertThat(cluster.tried).containsExactly(Cluster.DIRECTORY);
    }

    @Test
    void severalInstances_lookOnce() {
        cluster.preflight = _ -> {
            looks.add(cluster.clock.instant());
            return new PreflightResult.Passed(Set.of());
        };
        cluster.instance("one").visit(HOST);
        cluster.instance("two").visit(HOST);

        assertThat(looks).hasSize(1);
    }

    @Test
    void cause_isToldWithTheFailure() {
        hindered();
        var one = cluster.instance("one");
        one.visit(HOST);
        one.announcements().tellAll();

        assertThat(told())
                .containsExactly(new Change(
                        Change.Kind.ISSUANCE_FAILED,
                        HOST,
                        Optional.of(new Change.Cause("address_elsewhere", MESSAGE, false))));
    }

    @Test
    void renewalOfANameThatMovedAway_costsNoOrderAndSaysThatTheOldOneServes() {
        var one = cluster.instance("one");
        assertThat(one.visit(HOST)).isInstanceOf(Serve.class);
        cluster.clock.advance(Duration.ofDays(70));
        hindered();
        var former = ((FindResult.Found) cluster.tables.certificates().findConsistent(HOST)).certificate();
        var renewer = new Renewer(one.acquisition(), one.issuance(), cluster.clock);

        assertThat(renewer.renew(CertificateFacts.of(former), Urgency.BULK))
                .isEqualTo(new Renewer.Result.NotYet(
                        Cause.ISSUANCE_FAILED, cluster.clock.instant().plus(Duration.ofMinutes(1))));
        one.announcements().tellAll();

        assertThat(cluster.orders).hasSize(1);
        assertThat(one.visit(HOST)).isInstanceOf(Serve.class);
        assertThat(told())
                .contains(new Change(
                        Change.Kind.ISSUANCE_FAILED,
                        HOST,
                        Optional.of(new Change.Cause("address_elsewhere", MESSAGE, true))));
    }

    private List<Change> told() {
        Instant from = cluster.clock.instant().minus(Duration.ofHours(4));
        return ((ChangesSince.Read) cluster.tables.changes().since(from))
                .entries().stream().map(ChangesSince.Entry::change).toList();
    }
}
