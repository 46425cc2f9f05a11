package dev.anyhost.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.store.FindResult;
import dev.anyhost.store.StoredCertificate;
import dev.anyhost.testkit.AcmeRequests;
import dev.anyhost.testkit.ClientHello;
import dev.anyhost.testkit.DynamoRequests;
import dev.anyhost.testkit.HeldExchange;
import dev.anyhost.testkit.Ports;
import dev.anyhost.testkit.RawRequest;
import dev.anyhost.testkit.TlsProbe;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.Signature;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A process that ends by SIGKILL while one issuance is at each of the steps, and one that is frozen past its lease: another
 * instance takes over. A lease lapses in real time, so all are left behind first and then all names are visited at once.
 */
class CrashTest {

    private static final List<String> SMALL = List.of("-Xmx128m", "-XX:TieredStopAtLevel=1");
    private static final String FROZEN = "frozen.example";

    @TempDir
    static Path folder;

    private static TestSystem system;
    private static Fleet survivors;
    private static ProxyProcess frozen;
    private static int frozenPort;
    private static HeldExchange lateWrite;

    /** Where an issuance is when its process ends, and how many orders there are then in all: a successor resumes what can be resumed. */
    private enum Step {
        LEASE_TAKEN(1),
        ORDER_CREATED(2),
        CHALLENGE_READY(1),
        FINALISED(2),
        CERTIFICATE_IN_HAND(2),
        BEFORE_THE_WRITE(2);

        private final int orders;

        Step(int orders) {
            this.orders = orders;
        }

        String hostname() {
            return name().toLowerCase(Locale.ROOT).replace("_", "-") + ".example";
        }

        HeldExchange hold() {
            return switch (this) {
                case LEASE_TAKEN -> held(false, "UpdateItem", TestSystem.COORDINATION);
                case ORDER_CREATED -> system.authority.holdAnswer(AcmeRequests.newOrder(hostname()));
                case CHALLENGE_READY -> system.authority.holdRequest(AcmeRequests.challengeReady());
                case FINALISED -> system.authority.holdAnswer(AcmeRequests.finalization());
                case CERTIFICATE_IN_HAND -> system.authority.holdAnswer(AcmeRequests.download());
                case BEFORE_THE_WRITE -> held(true, "PutItem", TestSystem.CERTIFICATES);
            };
        }

        /** A client of the store that hears nothing soon asks again, which must not get it past the step. */
        private HeldExchange held(boolean before, String operation, String table) {
            Predicate<RawRequest> which = aboutItem(operation, table, hostname());
            system.store.swallow(which);
            return before ? system.store.holdRequest(which) : system.store.holdAnswer(which);
        }
    }

    private static Predicate<RawRequest> aboutItem(String operation, String table, String hostname) {
        return DynamoRequests.of(operation, table).and(DynamoRequests.mentioning(hostname));
    }

    @BeforeAll
    static void start() throws Exception {
        system = new TestSystem(folder);
        survivors = Fleet.start(system, 1);
        List<Integer> ports = Ports.free(4);
        List<ProxyProcess> others = Visitors.allAtOnce(2, other -> () -> {
            int[] own = {ports.get(2 * other), ports.get(2 * other + 1)};
            return ProxyProcess.start(system, system.origin.uri(), own, SMALL, Map.of());
        });
        frozen = others.getLast();
        frozenPort = ports.get(2);
        killWithAnIssuanceAtEachStep(others.getFirst(), ports.getFirst());
        lateWrite = freezeBeforeTheWrite();

        List<String> names = new ArrayList<>(List.of(FROZEN));
        for (Step step : Step.values()) {
            names.add(step.hostname());
        }
        Visitors.allAtOnce(names.size(), name -> () -> system.untilServed(survivors.port(0), names.get(name)));
    }

    private static void killWithAnIssuanceAtEachStep(ProxyProcess victim, int port) {
        for (Step step : Step.values()) {
            system.allow(step.hostname());
            visitUntilHeld(port, step.hostname(), step.hold());
        }
        victim.kill();
        system.store.passOn();
        system.authority.passOn();
    }

    private static HeldExchange freezeBeforeTheWrite() {
        system.allow(FROZEN);
        HeldExchange write = system.store.holdRequest(aboutItem("PutItem", TestSystem.CERTIFICATES, FROZEN));
        visitUntilHeld(frozenPort, FROZEN, write);
        frozen.freeze();
        return write;
    }

    private static void visitUntilHeld(int port, String host, HeldExchange held) {
        try (var _ = TlsProbe.of(port).open(ClientHello.forName(host))) {
            held.await();
        }
    }

    @AfterAll
    static void stop() throws Exception {
        frozen.kill();
        survivors.close();
        system.close();
    }

    @ParameterizedTest
    @EnumSource
    void nameOfAProcessThatEndedAtAStep_isServedByAnotherWithOneMoreOrderAtMost(Step step) throws Exception {
        assertThat(AcmeRequests.orders(system.authority, step.hostname())).isEqualTo(step.orders);
        assertThat(storedAndFit(step.hostname()))
                .isEqualTo(system.client(survivors.port(0))
                        .handshake(step.hostname())
                        .serial());
    }

    @Test
    void writeOfAHolderThatWasFrozenPastItsLease_isRejected() throws Exception {
        BigInteger winner = system.client(survivors.port(0)).handshake(FROZEN).serial();
        assertThat(storedAndFit(FROZEN)).isEqualTo(winner);

        lateWrite.release();
        lateWrite.await().awaitAnswer();
        frozen.thaw();

        assertThat(DynamoRequests.isConditionFailed(lateWrite.await())).isTrue();
        assertThat(system.untilServed(frozenPort, FROZEN)).isEqualTo(winner);
        assertThat(storedAndFit(FROZEN)).isEqualTo(winner);
        assertThat(system.store.exchanges(aboutItem("PutItem", TestSystem.CERTIFICATES, FROZEN)))
                .filteredOn(write -> write.answeredWith(200))
                .hasSize(1);
    }

    /** The serial number of what is in the table, whose key signs what its certificate verifies. */
    private static BigInteger storedAndFit(String host) throws Exception {
        StoredCertificate stored = ((FindResult.Found) system.stored(host)).certificate();
        byte[] message = {1, 2, 3};
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(stored.privateKey());
        signature.update(message);
        byte[] signed = signature.sign();
        signature.initVerify(stored.chain().getFirst());
        signature.update(message);
        assertThat(signature.verify(signed)).isTrue();
        return stored.chain().getFirst().getSerialNumber();
    }
}
