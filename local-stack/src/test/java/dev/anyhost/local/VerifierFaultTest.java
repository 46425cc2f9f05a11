package dev.anyhost.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.EdgeProxy;
import dev.anyhost.testkit.AcmeRequests;
import dev.anyhost.testkit.ClientHello;
import dev.anyhost.testkit.DynamoRequests;
import dev.anyhost.testkit.HttpAnswer;
import dev.anyhost.testkit.HttpGate;
import dev.anyhost.testkit.RawOrigin;
import dev.anyhost.testkit.TlsAnswer;
import dev.anyhost.testkit.TlsProbe;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A verifier whose answers say nothing: who is known is served, nobody else, and it is hardly asked any more. */
class VerifierFaultTest {

    private static final TlsAnswer NOT_NOW = TlsAnswer.Alert.fatal(TlsAnswer.INTERNAL_ERROR);
    private static final TlsAnswer NOT_ALLOWED = TlsAnswer.Alert.fatal(TlsAnswer.UNRECOGNIZED_NAME);
    private static final Duration LONGER_THAN_ANY_DEADLINE = Duration.ofSeconds(60);
    private static final String KNOWN = "known.example";
    private static final String WITHDRAWN = "withdrawn.example";

    /** Silences in a row after which the verifier counts as down. */
    private static final int BELIEVED_UNTIL = 3;

    private static final int CROWD = 30;

    @TempDir
    static Path folder;

    private static TestSystem system;
    private static Fleet fleet;
    private static RawOrigin alwaysAllowing;
    private static BigInteger known;

    private enum Fault {
        /** Java's HTTP client sends a GET once more by itself when the connection ends before an answer. */
        GONE,
        FAILING,
        GARBLED,
        REDIRECTING,
        HANGING;

        void begin(HttpGate verifier) {
            switch (this) {
                case GONE -> verifier.reset(HttpGate.everything());
                case FAILING -> answer(verifier, HttpAnswer.of(500, "application/json", "{}"));
                case GARBLED -> answer(verifier, HttpAnswer.garbage("220 mail ready\r\n"));
                case REDIRECTING ->
                    answer(verifier, HttpAnswer.of(302, "text/plain", "", "Location: " + alwaysAllowing.uri()));
                case HANGING -> verifier.swallow(HttpGate.everything());
            }
        }

        private static void answer(HttpGate verifier, HttpAnswer answer) {
            verifier.answer(HttpGate.everything(), answer);
        }

        private int requestsAnAsk() {
            return this == GONE ? 2 : 1;
        }

        String host(int number) {
            return "new" + number + "-" + name().toLowerCase(Locale.ROOT) + ".example";
        }
    }

    @BeforeAll
    static void start() throws Exception {
        system = new TestSystem(folder);
        fleet = Fleet.start(system, 1);
        alwaysAllowing = RawOrigin.start(RawOrigin.Script.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"));
        system.allow(KNOWN);
        known = system.untilServed(fleet.port(0), KNOWN);
        withdraw();
    }

    /** Leaves a certificate in the store whose last verdict is a refusal. */
    private static void withdraw() throws Exception {
        system.allow(WITHDRAWN);
        system.untilServed(fleet.port(0), WITHDRAWN);
        var _ = system.whitelist.remove(TestSystem.hostname(WITHDRAWN));
        try (EdgeProxy other = system.anotherProxy()) {
            assertThat(visit(TestSystem.httpsPort(other), WITHDRAWN)).isEqualTo(NOT_ALLOWED);
            system.store
                    .awaitExchanges(
                            DynamoRequests.of("UpdateItem", TestSystem.CERTIFICATES)
                                    .and(DynamoRequests.mentioning(WITHDRAWN)),
                            1)
                    .getFirst()
                    .awaitAnswer();
        }
    }

    @AfterEach
    void mend() {
        system.verifier.passOn();
    }

    @AfterAll
    static void stop() throws Exception {
        alwaysAllowing.close();
        fleet.close();
        system.close();
    }

    private static TlsAnswer visit(int port, String host) {
        return TlsProbe.of(port).withLimit(LONGER_THAN_ANY_DEADLINE).send(ClientHello.forName(host));
    }

    @ParameterizedTest
    @EnumSource
    void silentVerifier_meansThatWhoIsKnownIsServedAndNobodyElse(Fault fault) throws Exception {
        for (int number = 0; number < CROWD; number++) {
            system.allow(fault.host(number));
        }
        try (EdgeProxy restarted = system.anotherProxy()) {
            int port = TestSystem.httpsPort(restarted);
            fault.begin(system.verifier);
            int asks = system.asks();
            long begun = System.nanoTime();

            List<String> first = List.of(KNOWN, WITHDRAWN, fault.host(0));
            List<TlsAnswer> answers =
                    Visitors.allAtOnce(BELIEVED_UNTIL, visitor -> () -> visit(port, first.get(visitor)));
            assertThat(answers.getFirst()).isInstanceOf(TlsAnswer.ServerHello.class);
            assertThat(answers.subList(1, BELIEVED_UNTIL)).containsOnly(NOT_NOW);
            assertThat(Visitors.allAtOnce(CROWD, visitor -> () -> visit(port, fault.host(visitor))))
                    .containsOnly(NOT_NOW);
            assertThat(system.client(port).handshake(KNOWN).serial()).isEqualTo(known);
            assertThat(system.client(fleet.port(0)).handshake(KNOWN).serial()).isEqualTo(known);

            long seconds = Duration.ofNanos(System.nanoTime() - begun).toSeconds();
            assertThat((long) system.asks() - asks)
                    .isLessThanOrEqualTo(fault.requestsAnAsk() * (BELIEVED_UNTIL + 1 + seconds));
            assertThat(alwaysAllowing.requests()).isEmpty();
            assertThat(AcmeRequests.orders(system.authority, fault.host(0))).isZero();

            system.verifier.passOn();
            system.untilServed(port, fault.host(0));
            assertThat(AcmeRequests.orders(system.authority, fault.host(0))).isEqualTo(1);
            assertThat(visit(port, WITHDRAWN)).isEqualTo(NOT_ALLOWED);
        }
    }
}
