package dev.anyhost.proxy.certificate;

import static dev.anyhost.proxy.certificate.Cluster.hostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.certificate.CertificateAnswer.NotYet;
import dev.anyhost.proxy.certificate.CertificateAnswer.Serve;
import dev.anyhost.proxy.certificate.CertificateAnswer.Source;
import dev.anyhost.proxy.challenge.ChallengeType;
import dev.anyhost.proxy.issuance.OrderLimits;
import dev.anyhost.proxy.issuance.Pause;
import dev.anyhost.proxy.issuance.Urgency;
import dev.anyhost.store.AccountResult;
import dev.anyhost.store.BroughtHome;
import dev.anyhost.store.FindResult;
import dev.anyhost.store.OrderBudgets;
import dev.anyhost.store.TablesCheck;
import dev.anyhost.store.TicketKeysResult;
import dev.anyhost.store.changes.Change;
import dev.anyhost.store.changes.ChangesSince;
import dev.anyhost.store.tickets.TicketKeyRing;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** A region whose home is away: what it serves, what it orders on its own, and what becomes of that. */
class HomeAwayTest extends OnRegions {

    private final List<BroughtHome> brought = new ArrayList<>();

    private List<Change.Kind> told() {
        return ((ChangesSince.Read) regions.home
                        .tables
                        .changes()
                        .since(regions.home.clock.instant().minus(Duration.ofMinutes(5))))
                .entries().stream().map(entry -> entry.change().kind()).toList();
    }

    @Test
    void homeAway_regionServesWhatItHasAndRenewsNothing() {
        Serve known = served(regions.home.instance("home"));
        regions.certificates.deliverAll();
        regions.cutOff(dublin);
        var remote = regions.instance("dublin", dublin);

        assertThat(served(remote).certificate().serial())
                .isEqualTo(known.certificate().serial());
        regions.home.clock.advance(Duration.ofDays(70));
        assertThat(remote.issuance().renew(facts(), Cluster.ROUTE, Urgency.NEAR_EXPIRY))
                .isInstanceOf(LeasedIssuance.Failed.class);
        assertThat(regions.home.orders).hasSize(1);
    }

    @Test
    void homeAway_regionOrdersOnceForAllItsInstancesByAnswersThatNeedNoRows() {
        regions.cutOff(dublin);
        Serve first = served(regions.instance("dublin", dublin));
        assertThat(first.source()).isEqualTo(Source.ISSUED);

        Serve second = served(regions.instance("dublin-2", dublin));

        assertThat(second.certificate().serial()).isEqualTo(first.certificate().serial());
        assertThat(regions.home.orders).hasSize(1);
        assertThat(regions.home.orders.getFirst().preferred()).isEqualTo(ChallengeType.HTTP_01);
        assertThat(regions.home.tables.certificates().findConsistent(HOST)).isEqualTo(new FindResult.Absent());
    }

    @Test
    void homeAway_raceInOneRegionIsOneOrder() throws Exception {
        regions.cutOff(dublin);
        regions.home.pause = Pause.REAL;
        List<Future<Serve>> answers = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 6; i++) {
                var instance = regions.instance("dublin-" + i, dublin);
                Callable<Serve> visit = () -> served(instance);
                answers.add(threads.submit(visit));
            }
            String serial = answers.getFirst().get().certificate().serial();
            for (Future<Serve> answer : answers) {
                assertThat(answer.get().certificate().serial()).isEqualTo(serial);
            }
        }
        assertThat(regions.home.orders).hasSize(1);
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

        assertThat(brought).containsExactly(new BroughtHome.Written(1, Cluster.DIRECTORY));
        assertThat(told()).containsExactly(Change.Kind.ISSUED);
        assertThat(serial(atHome())).isEqualTo(ordered.certificate().serial());
        regions.certificates.deliverAll();
        assertThat(served(regions.instance("tokyo", tokyo)).certificate().serial())
                .isEqualTo(ordered.certificate().serial());
        assertThat(served(regions.instance("dublin-3", dublin)).certificate().serial())
                .isEqualTo(ordered.certificate().serial());
        assertThat(regions.home.orders).hasSize(1);
        List<String> charged = new ArrayList<>();
        regions.home
                .tables
                .budgets()
                .list(Cluster.DIRECTORY, OrderBudgets.domain(""), bucket -> charged.add(bucket.bucket()));
        assertThat(charged).containsExactly("domain#customer.example");

        regions.loop("dublin", dublin, remote, brought).bring();
        assertThat(brought).hasSize(1);
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

        // Home's is valid for longer.
        assertThat(brought).containsExactly(new BroughtHome.NotNeeded());
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

        assertThat(brought)
                .containsExactly(
                        new BroughtHome.Written(1, Cluster.DIRECTORY), new BroughtHome.Written(2, Cluster.DIRECTORY));
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

        assertThat(brought).containsExactly(new BroughtHome.Written(2, Cluster.DIRECTORY));
        assertThat(serial(atHome())).isEqualTo(own.certificate().serial());
        assertThat(regions.home.orders).hasSize(2);
    }

    @Test
    void failureAlone_isRememberedInTheRegionAndUnknownAtHome() {
        regions.cutOff(dublin);
        regions.home.authority = Cluster::challengeFailed;
        assertThat(regions.instance("dublin", dublin).visit(HOST)).isInstanceOf(NotYet.class);
        assertThat(regions.instance("dublin-2", dublin).visit(HOST)).isInstanceOf(NotYet.class);
        assertThat(regions.home.orders).hasSize(1);

        regions.home.authority = regions.home::issued;
        assertThat(served(regions.home.instance("home")).source()).isEqualTo(Source.ISSUED);
    }

    @Test
    void alone_aRegionTakesAThirdOfWhatTheAuthorityAllows() {
        regions.home.limits = OrderLimits.LETS_ENCRYPT;
        regions.cutOff(dublin);
        var remote = regions.instance("dublin", dublin);
        int orders = 0;
        while (remote.visit(hostname("shop" + orders + ".customer.example")) instanceof Serve) {
            orders++;
        }
        // A third of 50 for one registered domain, of which visitors leave a tenth.
        assertThat(orders).isEqualTo(15);
    }

    @Test
    void processThatStartsWhileHomeIsAway_isReadyWithWhatWasCopied() throws Exception {
        KeyPair account = accountKey();
        regions.home.tables.accounts().createIfAbsent(Cluster.DIRECTORY, account);
        TicketKeyRing ring = TicketKeyRing.first(regions.home.clock.instant());
        regions.home.tables.ticketKeys().replace(0, ring);
        dublin.tables().accounts().find(Cluster.DIRECTORY);
        dublin.tables().ticketKeys().find();
        regions.certificates.deliverAll();

        Regions.Region started = regions.region(DUBLIN);
        regions.cutOff(started);

        assertThat(started.tables().check()).isEqualTo(new TablesCheck.Ready());
        assertThat(started.tables().accounts().find(Cluster.DIRECTORY))
                .isInstanceOfSatisfying(
                        AccountResult.Found.class,
                        found -> assertThat(found.account().key().getPrivate()).isEqualTo(account.getPrivate()));
        assertThat(started.tables().ticketKeys().find()).isEqualTo(new TicketKeysResult.Found(ring, 1));
        assertThat(served(regions.instance("started", started)).source()).isEqualTo(Source.ISSUED);
    }

    @Test
    void processThatStartsWhereNothingWasCopied_waitsForHome() {
        Regions.Region started = regions.region(TOKYO);
        regions.cutOff(started);

        assertThat(started.tables().check())
                .isInstanceOfSatisfying(
                        TablesCheck.NotReady.class,
                        notReady -> assertThat(notReady.reason()).contains("coordination-"));
        assertThat(Optional.of(started.tables().accounts().find(Cluster.DIRECTORY)))
                .containsInstanceOf(AccountResult.Unreachable.class);
        regions.join(started);
        assertThat(started.tables().check()).isEqualTo(new TablesCheck.Ready());
    }

    private static KeyPair accountKey() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }
}
