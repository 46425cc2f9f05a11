package dev.anyhost.proxy.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Verdict;
import dev.anyhost.proxy.certificate.CertificateAnswer.NotAllowed;
import dev.anyhost.proxy.certificate.CertificateAnswer.NotYet;
import dev.anyhost.proxy.certificate.CertificateAnswer.Serve;
import dev.anyhost.proxy.certificate.CertificateAnswer.Source;
import dev.anyhost.proxy.certificate.Cluster.Instance;
import dev.anyhost.proxy.issuance.OrderLimits;
import dev.anyhost.store.BroughtHome;
import dev.anyhost.store.ClaimResult;
import dev.anyhost.store.FailureResult;
import dev.anyhost.store.FindResult;
import dev.anyhost.store.Lease;
import dev.anyhost.store.OrderBudgets;
import dev.anyhost.store.PauseResult;
import dev.anyhost.store.TokenLimit;
import dev.anyhost.store.changes.Change;
import dev.anyhost.store.changes.ChangesSince;
import dev.anyhost.testkit.DynamoOperation;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Home is back: what becomes of what regions did on their own. */
class BringingHomeTest extends OnRegions {

    private static final TokenLimit FIFTY = OrderLimits.LETS_ENCRYPT.domain().orElseThrow();

    private final List<BroughtHome> brought = new ArrayList<>();

    private List<Change.Kind> told() {
        return ((ChangesSince.Read) regions.home
                        .tables
                        .changes()
                        .since(regions.home.clock.instant().minus(Duration.ofMinutes(5))))
                .entries().stream().map(entry -> entry.change().kind()).toList();
    }

    @Test
    void homeBack_whatTheRegionOrderedIsBroughtThereAndServedEverywhere() {
        regions.home.limits = OrderLimits.LETS_ENCRYPT;
        regions.cutOff(dublin);
        var remote = regions.instance("dublin", dublin);
        Serve ordered = served(remote);
        regions.join(dublin);
        // Until it is at home, it saves its own region an order.
        assertThat(served(regions.instance("dublin-2", dublin)).certificate().serial())
                .isEqualTo(ordered.certificate().serial());

        regions.loop("dublin", dublin, remote, brought).bring();
        remote.announcements().tellAll();

        assertThat(brought).containsExactly(new BroughtHome.Written(1));
        assertThat(told()).containsExactly(Change.Kind.ISSUED);
        assertThat(serial(atHome())).isEqualTo(ordered.certificate().serial());
        regions.certificates.deliverAll();
        assertThat(served(regions.instance("tokyo", tokyo)).certificate().serial())
                .isEqualTo(ordered.certificate().serial());
        assertThat(served(regions.instance("dublin-3", dublin)).certificate().serial())
                .isEqualTo(ordered.certificate().serial());
        assertThat(regions.home.orders).hasSize(1);

        regions.loop("dublin", dublin, remote, brought).bring();
        regions.loop("dublin", dublin, remote, brought).bring();
        assertThat(brought)
                .containsExactly(new BroughtHome.Written(1), new BroughtHome.Removed(Optional.of(Cluster.DIRECTORY)));
        List<String> charged = new ArrayList<>();
        regions.home
                .tables
                .budgets()
                .list(
                        Cluster.DIRECTORY,
                        OrderBudgets.domain(""),
                        bucket -> charged.add(
                                bucket.bucket() + " " + FIFTY.left(bucket.fullAt(), regions.home.clock.instant())));
        assertThat(charged).containsExactly("domain#customer.example 49");
    }

    @Test
    void regionAndHomeOrderedBoth_allEndWithOneOfTheTwo() {
        regions.cutOff(dublin);
        var remote = regions.instance("dublin", dublin);
        var home = regions.home.instance("home");
        served(remote);
        regions.home.clock.advance(Duration.ofMinutes(1));
        served(home);
        assertThat(regions.home.orders).hasSize(2);

        regions.join(dublin);
        regions.certificates.deliverAll();
        regions.loop("dublin", dublin, remote, brought).bring();
        regions.certificates.deliverAll();

        // Home's is the later one.
        assertThat(brought).containsExactly(new BroughtHome.Removed(Optional.of(Cluster.DIRECTORY)));
        remote.acquisition().renewed(HOST);
        for (var instance : List.of(remote, home, regions.instance("dublin-2", dublin), regions.instance("t", tokyo))) {
            assertThat(served(instance).certificate().serial()).isEqualTo(serial(atHome()));
        }
        assertThat(regions.home.orders).hasSize(2);
    }

    @Test
    void twoRegionsAlone_orderOnceEachAndTheLaterCertificateStays() {
        regions.cutOff(dublin);
        regions.cutOff(tokyo);
        var inDublin = regions.instance("dublin", dublin);
        var inTokyo = regions.instance("tokyo", tokyo);
        served(inDublin);
        regions.home.clock.advance(Duration.ofMinutes(1));
        Serve later = served(inTokyo);
        regions.join(dublin);
        regions.join(tokyo);

        regions.loop("dublin", dublin, inDublin, brought).bring();
        regions.loop("tokyo", tokyo, inTokyo, brought).bring();
        regions.certificates.deliverAll();

        assertThat(brought).containsExactly(new BroughtHome.Written(1), new BroughtHome.Written(2));
        inDublin.acquisition().renewed(HOST);
        for (var instance : List.of(inDublin, inTokyo, regions.home.instance("home"))) {
            assertThat(served(instance).certificate().serial())
                    .isEqualTo(later.certificate().serial());
        }
        assertThat(regions.home.orders).hasSize(2);
    }

    @Test
    void expiredWhileHomeIsAway_isOrderedByTheRegionAndReplacedAtHomeLater() {
        served(regions.home.instance("home"));
        regions.certificates.deliverAll();
        regions.home.clock.advance(Duration.ofDays(91));
        regions.cutOff(dublin);
        var remote = regions.instance("dublin", dublin);

        Serve own = served(remote);
        assertThat(own.source()).isEqualTo(Source.ISSUED);
        regions.join(dublin);
        regions.loop("dublin", dublin, remote, brought).bring();

        assertThat(brought).containsExactly(new BroughtHome.Written(2));
        assertThat(serial(atHome())).isEqualTo(own.certificate().serial());
        assertThat(regions.home.orders).hasSize(2);
    }

    @Test
    void rowStays_untilTheRegionsReplicaHasWhatIsAtHome() {
        regions.cutOff(dublin);
        var remote = regions.instance("dublin", dublin);
        Serve ordered = served(remote);
        regions.join(dublin);
        regions.loop("dublin", dublin, remote, brought).bring();
        regions.loop("dublin", dublin, remote, brought).bring();

        assertThat(brought).containsExactly(new BroughtHome.Written(1), new BroughtHome.Later("on its way here"));
        regions.cutOff(dublin);
        assertThat(served(regions.instance("dublin-2", dublin)).certificate().serial())
                .isEqualTo(ordered.certificate().serial());
        assertThat(regions.home.orders).hasSize(1);
    }

    @Test
    void leaseOfADeadHolderAtHome_isTakenOver() {
        assertThat(regions.home.tables.leases().claim(HOST, "dead")).isInstanceOf(ClaimResult.Claimed.class);
        Instance remote = orderedAlone();
        RegionLoop loop = regions.loop("dublin", dublin, remote, brought);

        loop.bring();
        regions.home.clock.advance(Lease.TERM.minusMillis(1));
        loop.bring();
        regions.home.clock.advance(Duration.ofMillis(1));
        loop.bring();

        assertThat(brought)
                .containsExactly(
                        new BroughtHome.Later("somebody orders it at home"),
                        new BroughtHome.Later("somebody orders it at home"),
                        new BroughtHome.Written(1));
    }

    @Test
    void tryThatFails_leavesHomesOrderOpen() {
        Lease before = claimed(regions.home.tables.leases().claim(HOST, "before"));
        var order = new Lease.PendingOrder(Cluster.DIRECTORY, URI.create("https://ca.test/order/1"));
        regions.home.tables.leases().recordOrder(before, order);
        regions.home.tables.leases().handOver(before);
        Instance remote = orderedAlone();
        dublin.link().failNext(DynamoOperation.PUT_ITEM, SdkClientException.create("Read timed out"));

        regions.loop("dublin", dublin, remote, brought).bring();

        assertThat(brought).hasSize(1).hasOnlyElementsOfType(BroughtHome.Later.class);
        assertThat(claimed(regions.home.tables.leases().claim(HOST, "after")).order())
                .contains(order);
    }

    @Test
    void failureAtHome_isOverWhenTheCertificateCame() {
        regions.home.authority = Cluster::challengeFailed;
        assertThat(regions.home.instance("home").visit(HOST)).isInstanceOf(NotYet.class);
        regions.home.authority = regions.home::issued;
        Instance remote = orderedAlone();
        RegionLoop loop = regions.loop("dublin", dublin, remote, brought);

        loop.bring();
        loop.bring();

        assertThat(brought)
                .containsExactly(new BroughtHome.Later("it was put off at home"), new BroughtHome.Written(1));
        assertThat(regions.home.tables.leases().findFailure(HOST)).isEqualTo(new FailureResult.None());
    }

    @Test
    void rowThatExpired_isRemovedAndWrittenNowhere() {
        Instance remote = orderedAlone();
        regions.home.clock.advance(Duration.ofDays(91));

        regions.loop("dublin", dublin, remote, brought).bring();

        assertThat(brought).containsExactly(new BroughtHome.Removed(Optional.of(Cluster.DIRECTORY)));
        assertThat(regions.home.tables.certificates().findConsistent(HOST)).isEqualTo(new FindResult.Absent());
    }

    @Test
    void pauseOfARegionAlone_holdsForAllWhenHomeIsBack() {
        regions.cutOff(dublin);
        var remote = regions.instance("dublin", dublin);
        RegionLoop loop = regions.loop("dublin", dublin, remote, brought);
        loop.bring();
        Instant until = regions.home.clock.instant().plus(Duration.ofHours(3));
        regions.home.authority = _ -> Cluster.limited(until, "too many new orders recently");
        assertThat(remote.visit(HOST)).isInstanceOf(NotYet.class);
        regions.join(dublin);

        loop.bring();

        assertThat(regions.home.tables.pauses().look(Cluster.DIRECTORY))
                .isInstanceOfSatisfying(
                        PauseResult.Paused.class,
                        paused -> assertThat(paused.until()).isEqualTo(until));
    }

    @Test
    void refusalAlone_isBroughtHomeWithTheCertificate() {
        Instance remote = orderedAlone();
        regions.home.verifier = _ -> new Verdict.Refused(Verdict.Refused.Reason.KNOWN);
        regions.home.clock.advance(Duration.ofMinutes(6));
        assertThat(remote.visit(HOST)).isInstanceOf(NotAllowed.class);

        regions.loop("dublin", dublin, remote, brought).bring();

        assertThat(brought).containsExactly(new BroughtHome.Written(1));
        assertThat(atHome().lastVerdict().refusedAt()).isPresent();
    }

    /** An instance whose region ordered {@link #HOST} while home was away, which is over. */
    private Instance orderedAlone() {
        regions.cutOff(dublin);
        Instance remote = regions.instance("dublin", dublin);
        served(remote);
        regions.join(dublin);
        return remote;
    }

    private static Lease claimed(ClaimResult result) {
        return ((ClaimResult.Claimed) result).lease();
    }
}
