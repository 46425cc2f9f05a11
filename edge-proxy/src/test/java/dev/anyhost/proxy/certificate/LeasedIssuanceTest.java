package dev.anyhost.proxy.certificate;

import static dev.anyhost.proxy.certificate.Cluster.hostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import dev.anyhost.proxy.certificate.CertificateAnswer.Cause;
import dev.anyhost.proxy.certificate.CertificateAnswer.NotYet;
import dev.anyhost.proxy.certificate.LeasedIssuance.Failed;
import dev.anyhost.proxy.certificate.LeasedIssuance.Obtained;
import dev.anyhost.proxy.certificate.LeasedIssuance.Outcome;
import dev.anyhost.proxy.certificate.LeasedIssuance.PutOff;
import dev.anyhost.proxy.challenge.ChallengeType;
import dev.anyhost.proxy.issuance.IssuanceOutcome;
import dev.anyhost.proxy.issuance.Pause;
import dev.anyhost.store.ClaimResult;
import dev.anyhost.store.FailureResult;
import dev.anyhost.store.Lease;
import dev.anyhost.testkit.DynamoOperation;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** One order for one name, against the real store. */
class LeasedIssuanceTest extends OnACluster {

    private static final Hostname HOST = hostname("shop.customer.example");

    private Outcome obtain(Cluster.Instance instance, Hostname hostname) {
        return instance.issuance().obtain(hostname, Cluster.ROUTE);
    }

    private static Failed failed(Cause cause, Instant retryAt) {
        return new Failed(new NotYet(cause, retryAt));
    }

    @Test
    void manyInstances_orderOnceAndShareTheCertificate() throws Exception {
        cluster.pause = Pause.REAL;
        List<Future<Outcome>> outcomes = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                var instance = cluster.instance("instance-" + i);
                Callable<Outcome> obtain = () -> obtain(instance, HOST);
                outcomes.add(threads.submit(obtain));
            }
            List<Obtained> obtained = new ArrayList<>();
            for (Future<Outcome> outcome : outcomes) {
                obtained.add((Obtained) outcome.get());
            }
            assertThat(cluster.orders).hasSize(1);
            assertThat(obtained).filteredOn(Obtained::ownOrder).hasSize(1);
            assertThat(obtained)
                    .extracting(one -> one.certificate().chain().getFirst().getSerialNumber())
                    .containsOnly(
                            obtained.getFirst().certificate().chain().getFirst().getSerialNumber());
        }
    }

    @Test
    void issuance_takesSixCallsToTheStore() {
        assertThat(obtain(cluster.instance("one"), HOST)).isInstanceOf(Obtained.class);

        // Pause, claim, second look, write, release; the scripted authority has no order to record, which is one more.
        assertThat(cluster.dynamo.calls()).isEqualTo(5);
    }

    @Test
    void holderThatDied_isTakenOver() {
        assertThat(cluster.tables.leases().claim(HOST, "dead")).isInstanceOf(ClaimResult.Claimed.class);
        Instant before = cluster.clock.instant();

        assertThat(obtain(cluster.instance("alive"), HOST)).isInstanceOf(Obtained.class);

        assertThat(Duration.between(before, cluster.clock.instant()))
                .isBetween(Duration.ofSeconds(15), Duration.ofSeconds(17));
    }

    @Test
    void lateHolder_isFencedOffAndServesTheWinners() {
        var slow = cluster.instance("slow");
        var quick = cluster.instance("quick");
        cluster.authority = request -> {
            if (cluster.orders.size() == 1) {
                // The first order's holder sleeps while another one watches, takes over and finishes.
                assertThat(obtain(quick, HOST)).isInstanceOf(Obtained.class);
            }
            return cluster.issued(request);
        };

        Obtained late = (Obtained) obtain(slow, HOST);

        assertThat(cluster.orders).hasSize(2);
        assertThat(late.ownOrder()).isFalse();
        assertThat(late.certificate().fence()).isEqualTo(2);
        assertThat(late.certificate().version()).isEqualTo(1);
    }

    @Test
    void failures_backOffOneTenAndAHundredMinutesThenDaily_onEveryInstance() {
        cluster.authority = request -> {
            request.orderRecorder().accept(URI.create("https://ca.test/order/" + cluster.orders.size()));
            return new IssuanceOutcome.Unavailable(IssuanceOutcome.Cause.WRONG_CERTIFICATE, "test");
        };
        int round = 0;
        for (long minutes : new long[] {1, 10, 100, 24 * 60, 24 * 60}) {
            int before = cluster.orders.size();
            Instant retryAt = cluster.clock.instant().plus(Duration.ofMinutes(minutes));
            assertThat(obtain(cluster.instance("a" + round), HOST)).isEqualTo(failed(Cause.ISSUANCE_FAILED, retryAt));
            cluster.clock.advance(Duration.ofMinutes(minutes).minusMillis(1));
            assertThat(obtain(cluster.instance("b" + round), HOST))
                    .isInstanceOfSatisfying(
                            PutOff.class,
                            putOff -> assertThat(putOff.failure().retryAt()).isEqualTo(retryAt));
            assertThat(cluster.orders).hasSize(before + 1);
            cluster.clock.advance(Duration.ofMillis(1));
            round++;
        }
        cluster.authority = cluster::issued;
        assertThat(obtain(cluster.instance("last"), HOST)).isInstanceOf(Obtained.class);
        assertThat(cluster.tables.leases().findFailure(HOST)).isEqualTo(new FailureResult.None());
    }

    @Test
    void failedChallenge_isStoredWholeAndTheNextAttemptOnAnotherInstanceUsesTheOtherType() {
        cluster.authority = Cluster::challengeFailed;
        for (ChallengeType type : List.of(ChallengeType.HTTP_01, ChallengeType.TLS_ALPN_01, ChallengeType.HTTP_01)) {
            var _ = obtain(cluster.instance("instance-" + cluster.orders.size()), HOST);
            assertThat(cluster.orders.getLast().preferred()).isEqualTo(type);
            var remembered = (FailureResult.Remembered) cluster.tables.leases().findFailure(HOST);
            assertThat(remembered.failure().challenge()).contains(type.label());
            assertThat(remembered.failure().problem())
                    .contains("urn:ietf:params:acme:error:unauthorized", "404 from 192.0.2.1");
            cluster.clock.advance(Duration.ofDays(1));
        }
    }

    @Test
    void rateLimit_pausesAllNamesOnAllInstancesUntilTheAuthoritysTime() {
        Instant retryAt = cluster.clock.instant().plus(Duration.ofMinutes(7));
        cluster.authority = request -> cluster.clock.instant().isBefore(retryAt)
                ? Cluster.limited(retryAt, "slow down")
                : cluster.issued(request);
        Failed paused = failed(Cause.AUTHORITY_PAUSED, retryAt);

        assertThat(obtain(cluster.instance("one"), HOST)).isEqualTo(paused);
        assertThat(obtain(cluster.instance("two"), HOST)).isEqualTo(paused);
        assertThat(obtain(cluster.instance("three"), hostname("other.example"))).isEqualTo(paused);
        assertThat(cluster.orders).hasSize(1);

        cluster.clock.advance(Duration.ofMinutes(7).minusMillis(1));
        assertThat(obtain(cluster.instance("four"), HOST)).isEqualTo(paused);
        cluster.clock.advance(Duration.ofMillis(1));
        assertThat(obtain(cluster.instance("five"), HOST)).isInstanceOf(Obtained.class);
    }

    @Test
    void limitOfOneRegisteredDomain_putsOffThatNameOnly() {
        Instant retryAt = cluster.clock.instant().plus(Duration.ofHours(30));
        cluster.authority = request -> request.hostname().equals(HOST)
                ? Cluster.limited(
                        retryAt,
                        "too many certificates (50) already issued for \"customer.example\". see"
                                + " https://letsencrypt.org/docs/rate-limits/#new-certificates-per-registered-domain")
                : cluster.issued(request);

        assertThat(obtain(cluster.instance("one"), HOST)).isEqualTo(failed(Cause.ISSUANCE_FAILED, retryAt));
        assertThat(obtain(cluster.instance("two"), HOST)).isInstanceOf(PutOff.class);
        assertThat(obtain(cluster.instance("two"), hostname("other.example"))).isInstanceOf(Obtained.class);
    }

    @Test
    void authorityAway_isNobodysFaultAndTheOrderIsResumed() {
        URI order = URI.create("https://ca.test/order/1");
        List<Optional<URI>> resumed = new ArrayList<>();
        cluster.authority = request -> {
            resumed.add(request.orderToResume());
            if (resumed.size() == 1) {
                request.orderRecorder().accept(order);
            }
            return resumed.size() < 3
                    ? new IssuanceOutcome.Unavailable(IssuanceOutcome.Cause.UNREACHABLE, "away")
                    : cluster.issued(request);
        };
        Instant soon = cluster.clock.instant().plus(Duration.ofSeconds(5));

        assertThat(obtain(cluster.instance("one"), HOST)).isEqualTo(failed(Cause.AUTHORITY_UNAVAILABLE, soon));
        assertThat(obtain(cluster.instance("two"), HOST)).isEqualTo(failed(Cause.AUTHORITY_UNAVAILABLE, soon));
        assertThat(obtain(cluster.instance("three"), HOST)).isInstanceOf(Obtained.class);
        assertThat(resumed).containsExactly(Optional.empty(), Optional.of(order), Optional.of(order));
    }

    @Test
    void garbageInsteadOfADirectory_isNobodysFaultEither() {
        cluster.authority = _ -> new IssuanceOutcome.Unavailable(IssuanceOutcome.Cause.UNUSABLE_ANSWER, "<html>");

        assertThat(obtain(cluster.instance("one"), HOST))
                .isEqualTo(failed(
                        Cause.AUTHORITY_UNAVAILABLE, cluster.clock.instant().plus(Duration.ofSeconds(5))));
        assertThat(cluster.tables.leases().findFailure(HOST)).isEqualTo(new FailureResult.None());
    }

    @Test
    void newNamesOfOneRegisteredDomain_areCapped() {
        cluster.newNames = 3;
        var instance = cluster.instance("one");
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            outcomes.add(obtain(instance, hostname("shop" + i + ".customer.co.uk")));
        }
        Instant refill = cluster.clock.instant().plus(Duration.ofMinutes(20));
        assertThat(outcomes.subList(0, 3)).hasOnlyElementsOfType(Obtained.class);
        assertThat(outcomes.subList(3, 5)).containsOnly(failed(Cause.TOO_MANY_NEW_NAMES, refill));
        assertThat(cluster.orders).hasSize(3);
        assertThat(obtain(instance, hostname("shop.other.co.uk"))).isInstanceOf(Obtained.class);
        cluster.clock.advance(Duration.ofMinutes(20));
        assertThat(obtain(instance, hostname("shop4.customer.co.uk"))).isInstanceOf(Obtained.class);
    }

    @Test
    void certificateInHand_isWrittenWhenTheStoreIsBack() {
        List<Duration> waited = new ArrayList<>();
        cluster.pause = duration -> {
            waited.add(duration);
            if (waited.size() == 3) {
                cluster.dynamo.restore();
            }
            cluster.clock.advance(duration);
        };
        cluster.authority = request -> {
            cluster.dynamo.becomeUnreachable();
            return cluster.issued(request);
        };

        assertThat(obtain(cluster.instance("one"), HOST)).isInstanceOf(Obtained.class);
        assertThat(waited).hasSize(3);
        assertThat(cluster.orders).hasSize(1);
    }

    @Test
    void storeAway_isNoOrder() {
        cluster.dynamo.becomeUnreachable();
        assertThat(obtain(cluster.instance("one"), HOST))
                .isEqualTo(
                        failed(Cause.STORE_UNREACHABLE, cluster.clock.instant().plus(Duration.ofSeconds(5))));
        cluster.dynamo.restore();
        cluster.dynamo.failNext(
                DynamoOperation.UPDATE_ITEM,
                software.amazon.awssdk.core.exception.SdkClientException.create("throttled"));
        assertThat(obtain(cluster.instance("one"), HOST)).isInstanceOf(Failed.class);
        assertThat(cluster.orders).isEmpty();
    }

    @Test
    void failureUnderAnotherRoute_isForgivenOnce() {
        cluster.authority = Cluster::challengeFailed;
        var one = cluster.instance("one");
        var _ = obtain(one, HOST);
        PutOff putOff = (PutOff) one.issuance().obtain(HOST, Route.UNNAMED);

        one.issuance().forgive(HOST, putOff.failure());
        cluster.clock.advance(Duration.ofSeconds(1));
        assertThat(one.issuance().obtain(HOST, Route.UNNAMED)).isInstanceOf(Failed.class);
        one.issuance().forgive(HOST, putOff.failure());
        assertThat(one.issuance().obtain(HOST, Route.UNNAMED)).isInstanceOf(PutOff.class);
        assertThat(cluster.orders).hasSize(2);
    }

    @Test
    void waiter_hearsOfTheHoldersFailureWithoutOrdering() {
        var waiter = cluster.instance("waiter");
        Lease lease = ((ClaimResult.Claimed) cluster.tables.leases().claim(HOST, "holder")).lease();
        cluster.pause = duration -> {
            cluster.clock.advance(duration);
            var failure = new dev.anyhost.store.IssuanceFailure(
                    1,
                    cluster.clock.instant(),
                    cluster.clock.instant().plusSeconds(60),
                    "rejected",
                    "{}",
                    Optional.empty(),
                    Cluster.ROUTE);
            cluster.tables.leases().fail(lease, failure);
        };

        assertThat(obtain(waiter, HOST)).isInstanceOf(PutOff.class);
        assertThat(cluster.orders).isEmpty();
    }
}
