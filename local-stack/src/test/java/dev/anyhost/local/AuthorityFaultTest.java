package dev.anyhost.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.store.FindResult;
import dev.anyhost.testkit.AcmeRequests;
import dev.anyhost.testkit.ClientHello;
import dev.anyhost.testkit.HeldExchange;
import dev.anyhost.testkit.HttpAnswer;
import dev.anyhost.testkit.HttpExchange;
import dev.anyhost.testkit.HttpGate;
import dev.anyhost.testkit.TlsAnswer;
import dev.anyhost.testkit.TlsConversation;
import dev.anyhost.testkit.TlsProbe;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An authority that is silent, broken, busy, or can't validate: what visitors of two proxies get, and what it is asked. */
class AuthorityFaultTest {

    private static final String BEGIN = "-----BEGIN CERTIFICATE-----";
    private static final TlsAnswer NOT_NOW = TlsAnswer.Alert.fatal(TlsAnswer.INTERNAL_ERROR);
    private static final Duration LONGER_THAN_ANY_DEADLINE = Duration.ofSeconds(60);
    /** Longer than a visitor waits. */
    private static final Duration SLOW = Duration.ofSeconds(13);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(6);

    @TempDir
    static Path folder;

    private static TestSystem system;
    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        system = new TestSystem(folder);
        fleet = Fleet.start(system, 2);
    }

    @AfterEach
    void mend() {
        system.authority.passOn();
    }

    @AfterAll
    static void stop() throws Exception {
        fleet.close();
        system.close();
    }

    private static TlsAnswer visit(int proxy, String host) {
        return TlsProbe.of(fleet.port(proxy))
                .withLimit(LONGER_THAN_ANY_DEADLINE)
                .send(ClientHello.forName(host));
    }

    private static long orderRequests() {
        return system.authority.exchanges(AcmeRequests.newOrder()).size();
    }

    @Test
    void frozenAuthority_costsNewNamesAnAlertAndKnownNamesNothing() throws Exception {
        system.allow("known.example");
        BigInteger known = system.untilServed(fleet.port(0), "known.example");
        system.allow("new.example");

        system.authority.swallow(HttpGate.everything());
        List<TlsAnswer> answers = Visitors.allAtOnce(2, proxy -> () -> visit(proxy, "new.example"));

        assertThat(answers).containsOnly(NOT_NOW);
        for (int proxy = 0; proxy < 2; proxy++) {
            assertThat(system.client(fleet.port(proxy))
                            .handshake("known.example")
                            .serial())
                    .isEqualTo(known);
        }
        assertThat(AcmeRequests.orders(system.authority, "new.example")).isZero();

        system.authority.passOn();
        List<BigInteger> served =
                Visitors.allAtOnce(2, proxy -> () -> system.untilServed(fleet.port(proxy), "new.example"));
        assertThat(new HashSet<>(served)).hasSize(1);
        assertThat(AcmeRequests.orders(system.authority, "new.example")).isEqualTo(1);
    }

    @Test
    void slowAuthority_costsTheFirstVisitorAnAlertAndTheNextGetsWhatWasOrderedForHim() throws Exception {
        system.allow("slow.example");
        HeldExchange ready = system.authority.holdRequest(AcmeRequests.challengeReady());
        try (TlsConversation visitor = TlsProbe.of(fleet.port(0))
                .withLimit(LONGER_THAN_ANY_DEADLINE)
                .open(ClientHello.forName("slow.example"))) {
            ready.await();
            String pending = system.authority
                    .exchanges(AcmeRequests.authorization())
                    .getLast()
                    .awaitAnswer()
                    .body();
            system.authority.answerNext(
                    AcmeRequests.authorization(),
                    HttpAnswer.of(200, "application/json", pending, "Retry-After: " + SLOW.toSeconds()));
            ready.release();

            assertThat(visitor.answer()).isEqualTo(NOT_NOW);
        }
        system.untilServed(fleet.port(0), "slow.example");
        system.untilServed(fleet.port(1), "slow.example");
        assertThat(AcmeRequests.orders(system.authority, "slow.example")).isEqualTo(1);
    }

    @Test
    void brokenAuthority_costsAnAlertAndIsAskedAgainWhenMended() throws Exception {
        List<String> hosts = List.of("reset.example", "failing.example", "garbage.example");
        hosts.forEach(system::allow);
        system.authority.reset(AcmeRequests.newOrder("reset.example"));
        system.authority.answer(
                AcmeRequests.newOrder("failing.example"), HttpAnswer.of(500, "text/html", "<h1>Sorry</h1>"));
        system.authority.answer(AcmeRequests.newOrder("garbage.example"), HttpAnswer.garbage("+OK POP3 ready\r\n"));

        assertThat(Visitors.allAtOnce(hosts.size(), host -> () -> visit(0, hosts.get(host))))
                .containsOnly(NOT_NOW);

        system.authority.passOn();
        Visitors.allAtOnce(hosts.size(), host -> () -> system.untilServed(fleet.port(1), hosts.get(host)));
        assertThat(hosts).allMatch(host -> AcmeRequests.orders(system.authority, host) == 1);
    }

    @ParameterizedTest
    @CsvSource({"429, rateLimited", "503, serverInternal"})
    void busyAuthority_isLeftAloneByAllProxiesForAsLongAsItAsked(int status, String problem) throws Exception {
        List<String> hosts =
                List.of("busy" + status + ".example", "too" + status + ".example", "one" + status + ".example");
        hosts.forEach(system::allow);
        long before = orderRequests();
        system.authority.answerNext(AcmeRequests.newOrder(), AcmeRequests.problem(status, problem, RETRY_AFTER));

        assertThat(visit(0, hosts.get(0))).isEqualTo(NOT_NOW);
        assertThat(visit(0, hosts.get(1))).isEqualTo(NOT_NOW);
        assertThat(visit(1, hosts.get(0))).isEqualTo(NOT_NOW);
        assertThat(visit(1, hosts.get(2))).isEqualTo(NOT_NOW);
        assertThat(orderRequests()).isEqualTo(before + 1);

        Visitors.allAtOnce(hosts.size(), host -> () -> system.untilServed(fleet.port(host % 2), hosts.get(host)));

        List<HttpExchange> orders = system.authority.exchanges(AcmeRequests.newOrder());
        HttpExchange refused = orders.get((int) before);
        assertThat(orders.subList((int) before + 1, orders.size()))
                .hasSize(hosts.size())
                .allMatch(order -> order.arrivedNanos() - refused.arrivedNanos() >= RETRY_AFTER.toNanos());
    }

    @Test
    void nameThatPointsElsewhere_isOrderedOnceAndRefusedByAllProxiesAfterwards() {
        system.pebble.dns().addA("elsewhere.example", "127.0.0.2");
        system.allow("elsewhere.example");

        assertThat(visit(0, "elsewhere.example")).isEqualTo(NOT_NOW);
        long orders = orderRequests();
        assertThat(AcmeRequests.orders(system.authority, "elsewhere.example")).isEqualTo(1);

        for (int again = 0; again < 20; again++) {
            assertThat(visit(again % 2, "elsewhere.example")).isEqualTo(NOT_NOW);
        }
        assertThat(orderRequests()).isEqualTo(orders);
    }

    @Test
    void certificateForAnotherName_orWithoutItsChain_isNeitherServedNorStored() throws Exception {
        system.allow("right.example");
        BigInteger right = system.untilServed(fleet.port(0), "right.example");
        String chain = system.authority
                .exchanges(AcmeRequests.download())
                .getLast()
                .awaitAnswer()
                .body();
        assertThat(chain).startsWith(BEGIN);
        List<String> bodies = List.of(chain, chain.substring(0, chain.indexOf(BEGIN, 1)));
        for (int number = 0; number < bodies.size(); number++) {
            int downloads = system.authority.exchanges(AcmeRequests.download()).size();
            String host = "wrong" + number + ".example";
            system.allow(host);
            system.authority.answer(
                    AcmeRequests.download(),
                    HttpAnswer.of(200, "application/pem-certificate-chain", bodies.get(number)));

            assertThat(visit(0, host)).isEqualTo(NOT_NOW);
            assertThat(system.authority.exchanges(AcmeRequests.download())).hasSizeGreaterThan(downloads);
            system.authority.passOn();

            assertThat(system.stored(host)).isInstanceOf(FindResult.Absent.class);
            assertThat(visit(1, host)).isEqualTo(NOT_NOW);
            assertThat(AcmeRequests.orders(system.authority, host)).isEqualTo(1);
        }
        assertThat(system.client(fleet.port(1)).handshake("right.example").serial())
                .isEqualTo(right);
    }
}
