package dev.anyhost.proxy.certificate;

import static dev.anyhost.proxy.certificate.Cluster.DIRECTORY;
import static dev.anyhost.proxy.certificate.Cluster.ROUTE;
import static dev.anyhost.proxy.certificate.Cluster.hostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.certificate.CertificateAnswer.Cause;
import dev.anyhost.proxy.certificate.CertificateAnswer.NotYet;
import dev.anyhost.proxy.certificate.LeasedIssuance.Failed;
import dev.anyhost.proxy.certificate.LeasedIssuance.Obtained;
import dev.anyhost.proxy.certificate.LeasedIssuance.Outcome;
import dev.anyhost.proxy.issuance.IssuanceOutcome;
import dev.anyhost.proxy.issuance.OrderLimits;
import dev.anyhost.proxy.issuance.Urgency;
import dev.anyhost.store.CertificateFacts;
import dev.anyhost.store.FailureResult;
import dev.anyhost.store.IssuanceFailure;
import dev.anyhost.store.TokenLimit;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which authority is asked, and what may be asked of it. */
class AuthorityRoundTest extends OnACluster {

    private static final String SECOND = "https://second.test/dir";
    private static final Hostname HOST = hostname("shop.customer.example");

    private static Outcome obtain(Cluster.Instance instance, Hostname hostname) {
        return instance.issuance().obtain(hostname, ROUTE);
    }

    private static Outcome obtain(Cluster.Instance instance, Hostname hostname, Urgency urgency) {
        return instance.issuance().obtain(hostname, ROUTE, urgency);
    }

    private Outcome failed(Cause cause, Duration in) {
        return new Failed(new NotYet(cause, cluster.clock.instant().plus(in)));
    }

    private static OrderLimits orders(int count, Duration period) {
        return new OrderLimits(
                Optional.of(TokenLimit.of(count, period)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private void twoAuthorities() {
        cluster.directories = List.of(DIRECTORY, SECOND);
    }

    @Test
    void authorityThatIsDown_isFollowedByTheNextUntilItIsTriedAgain() {
        twoAuthorities();
        cluster.down.add(DIRECTORY);
        var instance = cluster.instance("one");

        assertThat(obtain(instance, HOST)).isInstanceOf(Obtained.class);
        assertThat(obtain(instance, hostname("b.example"))).isInstanceOf(Obtained.class);
        assertThat(cluster.tried).containsExactly(DIRECTORY, SECOND, SECOND);

        cluster.down.clear();
        cluster.clock.advance(Duration.ofMinutes(1));
        assertThat(obtain(instance, hostname("c.example"))).isInstanceOf(Obtained.class);
        assertThat(cluster.tried.getLast()).isEqualTo(DIRECTORY);
    }

    @Test
    void customersOwnFault_isNotTakenToTheNextAuthority() {
        twoAuthorities();
        cluster.authority = Cluster::challengeFailed;

        assertThat(obtain(cluster.instance("one"), HOST))
                .isEqualTo(failed(Cause.ISSUANCE_FAILED, Duration.ofMinutes(1)));
        assertThat(cluster.tried).containsExactly(DIRECTORY);
    }

    @Test
    void authorityAtItsLimit_isFollowedByTheNextOnAllInstances() {
        twoAuthorities();
        cluster.limits = orders(1, Duration.ofHours(1));

        assertThat(obtain(cluster.instance("one"), HOST)).isInstanceOf(Obtained.class);
        assertThat(obtain(cluster.instance("two"), hostname("b.example"))).isInstanceOf(Obtained.class);
        assertThat(obtain(cluster.instance("three"), hostname("c.example")))
                .isEqualTo(failed(Cause.LIMIT_REACHED, Duration.ofHours(1)));
        assertThat(cluster.ordered).containsExactly(DIRECTORY, SECOND);
    }

    @Test
    void allAuthoritiesPaused_waitForTheFirstThatComesBack() {
        twoAuthorities();
        Instant early = cluster.clock.instant().plus(Duration.ofMinutes(5));
        Instant late = cluster.clock.instant().plus(Duration.ofMinutes(50));
        cluster.authority = _ -> Cluster.limited(cluster.ordered.size() == 1 ? early : late, "slow down");
        Outcome paused = failed(Cause.AUTHORITY_PAUSED, Duration.ofMinutes(5));

        var one = cluster.instance("one");
        assertThat(obtain(one, HOST)).isEqualTo(paused);
        assertThat(obtain(one, hostname("b.example"))).isEqualTo(paused);
        assertThat(obtain(cluster.instance("two"), hostname("c.example"))).isEqualTo(paused);
        assertThat(cluster.ordered).containsExactly(DIRECTORY, SECOND);
    }

    @Test
    void accountThatIsRefused_isOfferedOnceAMinuteByAll() {
        cluster.authority =
                _ -> new IssuanceOutcome.Unavailable(IssuanceOutcome.Cause.ACCOUNT_REFUSED, "externalAccountRequired");
        Outcome paused = failed(Cause.AUTHORITY_UNAVAILABLE, Duration.ofSeconds(5));

        assertThat(obtain(cluster.instance("one"), HOST)).isEqualTo(paused);
        assertThat(obtain(cluster.instance("two"), hostname("b.example")))
                .isEqualTo(failed(Cause.AUTHORITY_PAUSED, Duration.ofMinutes(1)));
        assertThat(cluster.ordered).hasSize(1);
        assertThat(cluster.tables.leases().findFailure(HOST)).isEqualTo(new FailureResult.None());
    }

    @Test
    void renewalInGoodTime_waitsForTheFirstAuthority() {
        twoAuthorities();
        var instance = cluster.instance("one");
        var former = CertificateFacts.of(((Obtained) obtain(instance, HOST)).certificate());
        cluster.down.add(DIRECTORY);

        assertThat(instance.issuance().renew(former, ROUTE, Urgency.BULK))
                .isEqualTo(failed(Cause.AUTHORITY_UNAVAILABLE, Duration.ofSeconds(5)));
        assertThat(instance.issuance().renew(former, ROUTE, Urgency.NEAR_EXPIRY))
                .isInstanceOf(Obtained.class);
        assertThat(cluster.ordered).containsExactly(DIRECTORY, SECOND);
    }

    @Test
    void renewalThatReplaces_takesNothing() {
        cluster.limits = orders(1, Duration.ofHours(1));
        var instance = cluster.instance("one");
        var former = CertificateFacts.of(((Obtained) obtain(instance, HOST)).certificate());

        assertThat(instance.issuance().renew(former, ROUTE, Urgency.BULK)).isInstanceOf(Obtained.class);
        assertThat(obtain(instance, hostname("b.example"))).isEqualTo(failed(Cause.LIMIT_REACHED, Duration.ofHours(1)));
    }

    @Test
    void eachUrgency_leavesItsShareToThoseBeforeIt() {
        cluster.limits = orders(10, Duration.ofHours(10));
        var instance = cluster.instance("one");
        List<Urgency> granted = new ArrayList<>();
        int names = 0;
        for (Urgency urgency : List.of(Urgency.BULK, Urgency.WARM_UP, Urgency.SOMEBODY_WAITS, Urgency.NEAR_EXPIRY)) {
            while (obtain(instance, hostname("n" + names++ + ".example"), urgency) instanceof Obtained) {
                granted.add(urgency);
            }
        }

        assertThat(granted)
                .containsExactly(
                        Urgency.BULK,
                        Urgency.BULK,
                        Urgency.BULK,
                        Urgency.BULK,
                        Urgency.WARM_UP,
                        Urgency.WARM_UP,
                        Urgency.SOMEBODY_WAITS,
                        Urgency.SOMEBODY_WAITS,
                        Urgency.SOMEBODY_WAITS,
                        Urgency.NEAR_EXPIRY);
    }

    @Test
    void registeredDomainAtItsLimit_putsOffItsNamesOnly() {
        cluster.limits = new OrderLimits(
                Optional.empty(),
                Optional.of(TokenLimit.of(2, Duration.ofDays(2))),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        var instance = cluster.instance("one");

        assertThat(obtain(instance, hostname("a.customer.co.uk"))).isInstanceOf(Obtained.class);
        assertThat(obtain(cluster.instance("two"), hostname("b.customer.co.uk")))
                .isInstanceOf(Obtained.class);
        assertThat(obtain(instance, hostname("c.customer.co.uk")))
                .isEqualTo(failed(Cause.LIMIT_REACHED, Duration.ofDays(1)));
        assertThat(obtain(instance, hostname("c.other.co.uk"))).isInstanceOf(Obtained.class);
    }

    @Test
    void failedAuthorizations_costNoCertificateButAreCounted() {
        cluster.limits = OrderLimits.LETS_ENCRYPT;
        cluster.authority = Cluster::challengeFailed;
        var instance = cluster.instance("one");
        for (int i = 0; i < 5; i++) {
            assertThat(obtain(instance, HOST)).isInstanceOf(Failed.class);
            forgive(instance);
        }
        assertThat(cluster.ordered).hasSize(5);

        assertThat(obtain(instance, HOST)).isEqualTo(failed(Cause.LIMIT_REACHED, Duration.ofMinutes(12)));
        assertThat(cluster.ordered).hasSize(5);
        cluster.clock.advance(Duration.ofMinutes(12));
        cluster.authority = cluster::issued;
        assertThat(obtain(instance, HOST)).isInstanceOf(Obtained.class);
        assertThat(left()).contains("names#" + HOST + " 4");
    }

    @Test
    void authorityThatIsDown_costsAHostnameNothing() {
        cluster.limits = OrderLimits.LETS_ENCRYPT;
        cluster.authority = _ -> new IssuanceOutcome.Unavailable(IssuanceOutcome.Cause.UNREACHABLE, "away");
        var instance = cluster.instance("one");
        for (int i = 0; i < 20; i++) {
            assertThat(obtain(instance, HOST)).isEqualTo(failed(Cause.AUTHORITY_UNAVAILABLE, Duration.ofSeconds(5)));
        }
        assertThat(left()).containsExactly("domain#customer.example 50", "names#" + HOST + " 5", "orders 300");

        cluster.authority = cluster::issued;
        assertThat(obtain(instance, HOST)).isInstanceOf(Obtained.class);
        assertThat(left()).containsExactly("domain#customer.example 49", "names#" + HOST + " 4", "orders 299");
    }

    @Test
    void orderThatIsLeftOpen_staysPaidForAndIsResumedForNothing() {
        cluster.limits = OrderLimits.LETS_ENCRYPT;
        cluster.authority = request -> {
            request.orderRecorder().accept(URI.create("https://ca.test/order/1"));
            return new IssuanceOutcome.Unavailable(IssuanceOutcome.Cause.UNREACHABLE, "away");
        };
        var instance = cluster.instance("one");
        for (int i = 0; i < 3; i++) {
            assertThat(obtain(instance, HOST)).isInstanceOf(Failed.class);
        }
        cluster.authority = cluster::issued;
        assertThat(obtain(instance, HOST)).isInstanceOf(Obtained.class);

        assertThat(left()).containsExactly("domain#customer.example 49", "names#" + HOST + " 4", "orders 299");
    }

    /** What is left of the buckets that orders take from. */
    private List<String> left() {
        List<String> buckets = new ArrayList<>();
        OrderLimits limits = OrderLimits.LETS_ENCRYPT;
        Map.of("domain#", limits.domain(), "names#", limits.names(), "orders", limits.orders())
                .forEach((prefix, limit) -> cluster.tables
                        .budgets()
                        .list(
                                DIRECTORY,
                                prefix,
                                bucket -> buckets.add(bucket.bucket() + " "
                                        + limit.orElseThrow().left(bucket.fullAt(), cluster.clock.instant()))));
        return buckets.stream().sorted().toList();
    }

    private void forgive(Cluster.Instance instance) {
        var remembered = (FailureResult.Remembered) cluster.tables.leases().findFailure(HOST);
        IssuanceFailure failure = remembered.failure();
        instance.issuance().forgive(HOST, failure);
    }

    @Test
    void orderUnderTheLimitsOfLetsEncrypt_isSevenCalls() {
        cluster.limits = OrderLimits.LETS_ENCRYPT;
        cluster.authority = request -> {
            request.orderRecorder().accept(URI.create("https://ca.test/order/1"));
            return cluster.issued(request);
        };
        var instance = cluster.instance("one");
        cluster.dynamo.resetCalls();

        assertThat(instance.visit(HOST)).isInstanceOf(CertificateAnswer.Serve.class);
        assertThat(cluster.dynamo.calls()).isEqualTo(7);
    }
}
