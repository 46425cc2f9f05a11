package dev.anyhost.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.store.FindResult;
import dev.anyhost.store.StoredCertificate;
import dev.anyhost.testkit.AcmeRequests;
import dev.anyhost.testkit.ClientHello;
import dev.anyhost.testkit.DemoOrigin;
import dev.anyhost.testkit.DynamoRequests;
import dev.anyhost.testkit.HeldExchange;
import dev.anyhost.testkit.HttpGate;
import dev.anyhost.testkit.Ports;
import dev.anyhost.testkit.RawRequest;
import dev.anyhost.testkit.TlsProbe;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.Signature;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A process that ends by SIGKILL at each step of an issuance, and one that is frozen past its lease: another instance
 * takes over. A lease lapses in real time, so all of them are left behind first, each with a name of its own, and then all
 * names are visited at once.
 */
class CrashTest {

    private static final List<String> SMALL = List.of("-Xmx128m", "-XX:TieredStopAtLevel=1");
    private static final String FROZEN = "frozen.example";

    @TempDir
    static Path folder;

    private static TestSystem system;
    private static DemoOrigin origin;
    private static Fleet survivors;
    private static ForwardProcess frozen;
    private static int frozenPort;
    private static HeldExchange lateWrite;

    /** Where a process ends, and how many orders there are then in all: a successor resumes what can be resumed. */
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
            return name().toLowerCase(java.util.Locale.ROOT).replace("_", "-") + ".example";
        }

        HeldExchange hold() {
            return switch (this) {
                case LEASE_TAKEN -> answer(system.store, aboutItem("UpdateItem", TestSystem.COORDINATION, hostname()));
                case ORDER_CREATED -> answer(system.authority, AcmeRequests.newOrder(hostname()));
                case CHALLENGE_READY -> request(system.authority, AcmeRequests.challengeReady());
                case FINALISED -> answer(system.authority, AcmeRequests.finalization());
                case CERTIFICATE_IN_HAND -> answer(system.authority, AcmeRequests.download());
                case BEFORE_THE_WRITE ->
                    request(system.store, aboutItem("PutItem", TestSystem.CERTIFICATES, hostname()));
            };
        }

        /** A client that hears nothing asks again; that must not get it past the step. */
        private static HeldExchange answer(HttpGate gate, Predicate<RawRequest> which) {
            gate.swallow(which);
            return gate.holdAnswer(which);
        }

        private static HeldExchange request(HttpGate gate, Predicate<RawRequest> which) {
            gate.swallow(which);
            return gate.holdRequest(which);
        }
    }

    private static Predicate<RawRequest> aboutItem(String operation, String table, String hostname) {
        return DynamoRequests.of(operation, table).and(DynamoRequests.mentioning(hostname));
    }

    @BeforeAll
    static void start() throws Exception {
        system = new TestSystem(folder);
        origin = DemoOrigin.start();
        survivors = Fleet.start(system, 1);
        int count = Step.values().length + 1;
        List<Integer> ports = Ports.free(2 * count);
        List<ForwardProcess> victims = Visitors.allAtOnce(count, victim -> () -> {
            int[] own = {ports.get(2 * victim), ports.get(2 * victim + 1)};
            return ForwardProcess.start(system, origin.uri(), own, SMALL, Map.of());
        });
        for (Step step : Step.values()) {
            killAt(step, victims.get(step.ordinal()), ports.get(2 * step.ordinal()));
        }
        frozen = victims.getLast();
        frozenPort = ports.get(2 * count - 2);
        freezeBeforeTheWrite();
        Visitors.allAtOnce(count, name -> () -> system.untilServed(
                survivors.port(0), name < count - 1 ? Step.values()[name].hostname() : FROZEN));
    }

    private static void killAt(Step step, ForwardProcess victim, int port) {
        system.allow(step.hostname());
        HeldExchange held = step.hold();
        try (var _ = TlsProbe.of(port).open(ClientHello.forName(step.hostname()))) {
            held.await();
            victim.kill();
        }
        system.store.passOn();
        system.authority.passOn();
    }

    private static void freezeBeforeTheWrite() {
        system.allow(FROZEN);
        lateWrite = system.store.holdRequest(aboutItem("PutItem", TestSystem.CERTIFICATES, FROZEN));
        try (var _ = TlsProbe.of(frozenPort).open(ClientHello.forName(FROZEN))) {
            lateWrite.await();
            frozen.freeze();
        }
    }

    @AfterAll
    static void stop() throws Exception {
        frozen.kill();
        survivors.close();
        origin.close();
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
        BigInteger winner =
                system.client(survivors.port(0)).handshake(FROZEN).serial();
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
