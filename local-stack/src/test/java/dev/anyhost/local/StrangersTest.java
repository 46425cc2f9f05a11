package dev.anyhost.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.testkit.ClientHello;
import dev.anyhost.testkit.HttpExchange;
import dev.anyhost.testkit.TlsAnswer;
import dev.anyhost.testkit.TlsConversation;
import dev.anyhost.testkit.TlsProbe;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hundreds of handshakes for names that nobody allowed: what the verifier hears of them, and who is served meanwhile. */
class StrangersTest {

    private static final TlsAnswer NOT_ALLOWED = TlsAnswer.Alert.fatal(TlsAnswer.UNRECOGNIZED_NAME);
    private static final TlsAnswer NOT_NOW = TlsAnswer.Alert.fatal(TlsAnswer.INTERNAL_ERROR);
    private static final Duration LONGER_THAN_ANY_DEADLINE = Duration.ofSeconds(60);
    private static final int CROWD = 400;
    private static final int BURST = 100;
    private static final int A_SECOND = 50;

    @TempDir
    static Path folder;

    private static TestSystem system;
    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        system = new TestSystem(folder);
        fleet = Fleet.start(system, 1);
    }

    @AfterAll
    static void stop() throws Exception {
        fleet.close();
        system.close();
    }

    private static TlsAnswer visit(String host) {
        return TlsProbe.of(fleet.port(0)).withLimit(LONGER_THAN_ANY_DEADLINE).send(ClientHello.forName(host));
    }

    @Test
    void crowdForOneRefusedName_isAskedForOnce() throws Exception {
        assertThat(Visitors.allAtOnce(CROWD, visitor -> () -> visit("stranger.example")))
                .hasSize(CROWD)
                .containsOnly(NOT_ALLOWED);
        assertThat(system.asks("stranger.example")).isEqualTo(1);
    }

    @Test
    void crowdOfRandomNames_isAskedForAtABoundedRateAndWhoIsAllowedIsServed() throws Exception {
        system.allow("known.example");
        BigInteger known = system.untilServed(fleet.port(0), "known.example");
        int asks = system.asks();

        long begun = System.nanoTime();
        List<TlsAnswer> answers = answersToHellosSentAtOnce();
        List<HttpExchange> asked = system.verifier.exchanges();
        double seconds = (asked.getLast().arrivedNanos() - begun) / 1e9;

        assertThat(answers).hasSize(CROWD).containsOnly(NOT_ALLOWED, NOT_NOW);
        assertThat(asked.size() - asks).isLessThanOrEqualTo((int) (BURST + A_SECOND * seconds) + 1);
        assertThat(system.client(fleet.port(0)).handshake("known.example").serial())
                .isEqualTo(known);
        assertThat(system.pebble.orders()).isEqualTo(1);
    }

    /** On connections that are open already: the proxy gets them faster than any visitor could connect. */
    private static List<TlsAnswer> answersToHellosSentAtOnce() {
        List<TlsConversation> connections = new ArrayList<>();
        for (int visitor = 0; visitor < CROWD; visitor++) {
            connections.add(TlsProbe.of(fleet.port(0))
                    .withLimit(LONGER_THAN_ANY_DEADLINE)
                    .open());
        }
        for (int visitor = 0; visitor < CROWD; visitor++) {
            connections
                    .get(visitor)
                    .write(ClientHello.forName("stranger" + visitor + ".example")
                            .records());
        }
        List<TlsAnswer> answers =
                connections.stream().map(TlsConversation::answer).toList();
        connections.forEach(TlsConversation::close);
        return answers;
    }
}
