package dev.anyhost.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.store.FindResult;
import dev.anyhost.testkit.AcmeRequests;
import dev.anyhost.testkit.ClientHello;
import dev.anyhost.testkit.DynamoRequests;
import dev.anyhost.testkit.HeldExchange;
import dev.anyhost.testkit.HttpGate;
import dev.anyhost.testkit.RawRequest;
import dev.anyhost.testkit.TlsAnswer;
import dev.anyhost.testkit.TlsProbe;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** DynamoDB silent, gone, failing, throttling or slow: what visitors get, and that nothing is ordered meanwhile. */
class StoreFaultTest {

    private static final TlsAnswer NOT_NOW = TlsAnswer.Alert.fatal(TlsAnswer.INTERNAL_ERROR);
    private static final Duration LONGER_THAN_ANY_DEADLINE = Duration.ofSeconds(60);
    private static final int ATTEMPTS = 3;

    /** The JDK's HTTP client sends a request once more by itself when its connection was reset. */
    private static final int MOST_REQUESTS = 2 * ATTEMPTS;

    @TempDir
    static Path folder;

    private static TestSystem system;
    private static Fleet fleet;

    private enum Fault {
        SILENT,
        GONE,
        FAILING,
        THROTTLING;

        void begin(HttpGate store, Predicate<RawRequest> which) {
            switch (this) {
                case SILENT -> store.swallow(which);
                case GONE -> store.reset(which);
                case FAILING -> store.answer(which, DynamoRequests.internalError());
                case THROTTLING -> store.answer(which, DynamoRequests.throttled());
            }
        }

        String host(String what) {
            return what + "-" + name().toLowerCase(Locale.ROOT) + ".example";
        }
    }

    @BeforeAll
    static void start() throws Exception {
        system = new TestSystem(folder);
        fleet = Fleet.start(system, 2);
    }

    @AfterEach
    void mend() {
        system.store.passOn();
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

    private static BigInteger issuedAt(int proxy, String host) throws Exception {
        system.allow(host);
        return system.untilServed(fleet.port(proxy), host);
    }

    private static BigInteger served(int proxy, String host) throws Exception {
        return system.client(fleet.port(proxy)).handshake(host).serial();
    }

    private static Predicate<RawRequest> lookUp(String host) {
        return DynamoRequests.of("GetItem", TestSystem.CERTIFICATES).and(DynamoRequests.mentioning(host));
    }

    @ParameterizedTest
    @EnumSource
    void brokenStore_costsUncachedNamesAnAlertAndCachedNamesNothing(Fault fault) throws Exception {
        BigInteger known = issuedAt(0, fault.host("known"));
        system.allow(fault.host("new"));
        int lookUps = system.store.exchanges(lookUp(fault.host("known"))).size();
        fault.begin(system.store, HttpGate.everything());

        assertThat(served(0, fault.host("known"))).isEqualTo(known);
        assertThat(visit(1, fault.host("known"))).isEqualTo(NOT_NOW);
        assertThat(visit(1, fault.host("new"))).isEqualTo(NOT_NOW);
        assertThat(system.store.exchanges(lookUp(fault.host("known"))).size() - lookUps)
                .isBetween(2, MOST_REQUESTS);
        assertThat(AcmeRequests.orders(system.authority, fault.host("new"))).isZero();

        system.store.passOn();
        assertThat(system.untilServed(fleet.port(1), fault.host("known"))).isEqualTo(known);
        system.untilServed(fleet.port(1), fault.host("new"));
        assertThat(AcmeRequests.orders(system.authority, fault.host("known"))).isEqualTo(1);
        assertThat(AcmeRequests.orders(system.authority, fault.host("new"))).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void leaseThatCannotBeTaken_meansNoOrder(Fault fault) {
        String host = fault.host("leaseless");
        system.allow(host);
        fault.begin(
                system.store,
                DynamoRequests.of("UpdateItem", TestSystem.COORDINATION).and(DynamoRequests.mentioning(host)));

        assertThat(visit(0, host)).isEqualTo(NOT_NOW);
        assertThat(AcmeRequests.orders(system.authority, host)).isZero();
    }

    @Test
    void oneThrottledCall_isTriedAgainWithinTheHandshake() throws Exception {
        BigInteger serial = issuedAt(0, "busy-table.example");
        system.store.answerNext(lookUp("busy-table.example"), DynamoRequests.throttled());

        assertThat(served(1, "busy-table.example")).isEqualTo(serial);
    }

    @Test
    void slowLookUp_leavesOtherNamesAlone() throws Exception {
        BigInteger slow = issuedAt(0, "slow.example");
        BigInteger other = issuedAt(0, "other.example");
        HeldExchange held = system.store.holdAnswer(lookUp("slow.example"));
        try (var waiting = TlsProbe.of(fleet.port(1))
                .withLimit(LONGER_THAN_ANY_DEADLINE)
                .open(ClientHello.forName("slow.example"))) {
            held.await();
            assertThat(served(1, "other.example")).isEqualTo(other);
            assertThat(waiting.answer()).isInstanceOf(TlsAnswer.ServerHello.class);
        }
        assertThat(served(1, "slow.example")).isEqualTo(slow);
        held.release();
    }

    @Test
    void certificateInHand_isWrittenWhenTheStoreIsBack() throws Exception {
        String host = "in-hand.example";
        Predicate<RawRequest> write =
                DynamoRequests.of("PutItem", TestSystem.CERTIFICATES).and(DynamoRequests.mentioning(host));
        system.allow(host);
        system.store.answer(write, DynamoRequests.internalError());
        try (var visitor =
                TlsProbe.of(fleet.port(0)).withLimit(LONGER_THAN_ANY_DEADLINE).open(ClientHello.forName(host))) {
            system.store.awaitExchanges(write, ATTEMPTS + 1);
            system.store.passOn();
            assertThat(visitor.answer()).isInstanceOf(TlsAnswer.ServerHello.class);
        }
        assertThat(AcmeRequests.orders(system.authority, host)).isEqualTo(1);
        assertThat(system.stored(host)).isInstanceOf(FindResult.Found.class);
    }
}
