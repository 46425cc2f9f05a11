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
import dev.anyhost.store.FindResult;
import dev.anyhost.store.TablesCheck;
import dev.anyhost.store.TicketKeysResult;
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
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/** A region whose home is away: what it serves, and what it orders on its own. */
class HomeAwayTest extends OnRegions {

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
    void homeThatRefuses_isNotAway() {
        var refused = ResourceNotFoundException.builder()
                .statusCode(400)
                .message("no such table")
                .build();
        dublin.link().fail(() -> refused);
        for (int i = 0; i < 5; i++) {
            dublin.tables().remote().orElseThrow().home().look();
            regions.home.clock.advance(Duration.ofSeconds(5));
        }

        assertThat(dublin.tables().isHomeAway()).isFalse();
        assertThat(regions.instance("dublin", dublin).visit(HOST)).isInstanceOf(NotYet.class);
        assertThat(regions.home.orders).isEmpty();
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

        regions.join(dublin);
        regions.home.clock.advance(Duration.ofSeconds(31));
        assertThat(remote.visit(hostname("shop" + orders + ".customer.example")))
                .isInstanceOf(Serve.class);
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
