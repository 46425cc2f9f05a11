package dev.anyhost.local;

import static dev.anyhost.local.TestSystem.hostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Route;
import dev.anyhost.proxy.EdgeProxy;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.ClaimResult;
import dev.anyhost.store.IssuanceFailure;
import dev.anyhost.testkit.AcmeRequests;
import dev.anyhost.testkit.ClientHello;
import dev.anyhost.testkit.TlsAnswer;
import dev.anyhost.testkit.TlsProbe;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator sees and changes from a terminal while a proxy runs. */
class OperatorTest {

    private static final String FAILING = "failing.example";
    private static final String LEAVING = "leaving.example";
    private static final Duration HEARD_LIMIT = Duration.ofSeconds(60);
    private static final TlsAnswer NOT_READY = TlsAnswer.Alert.fatal(TlsAnswer.INTERNAL_ERROR);
    private static final TlsAnswer NOT_ALLOWED = TlsAnswer.Alert.fatal(TlsAnswer.UNRECOGNIZED_NAME);

    @TempDir
    static Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int anyhost(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Anyhost.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    /** A failure whose back-off outlasts the test: only word of mouth ends it. */
    private static void failForADay(TestSystem system) {
        Instant now = Instant.now();
        try (CertificateTables tables = system.tables()) {
            var claimed = (ClaimResult.Claimed) tables.leases().claim(hostname(FAILING), "test");
            var failure = new IssuanceFailure(
                    3,
                    now,
                    now.plus(Duration.ofDays(1)),
                    "challenge_failed",
                    "{\"detail\":\"no such host\"}",
                    Optional.of("http-01"),
                    new Route(Optional.of("tenant"), Optional.empty()));
            tables.leases().fail(claimed.lease(), failure);
        }
    }

    @Test
    void failureThatIsForgivenAndDomainThatIsRemoved_areHeardOfByARunningProxy() throws Exception {
        try (var system = new TestSystem(folder);
                EdgeProxy proxy = system.proxy()) {
            String config =
                    system.configuration(system.origin.uri(), 0, 0, Map.of()).toString();
            String verifier = Files.writeString(
                            folder.resolve("verifier.yaml"),
                            "whitelist: {endpoint: \"" + system.database.endpoint() + "\"}\n")
                    .toString();
            system.allow(FAILING);
            system.allow(LEAVING);
            failForADay(system);
            int port = TestSystem.httpsPort(proxy);
            String serial = system.untilServed(port, LEAVING).toString(16);
            assertThat(visit(port, FAILING)).isEqualTo(NOT_READY);
            assertThat(visit(port, FAILING)).isEqualTo(NOT_READY);
            assertThat(system.authority.exchanges(AcmeRequests.newOrder())).hasSize(1);

            assertThat(anyhost("certs", "list", "--config", config)).isZero();
            assertThat(out)
                    .asString()
                    .contains(LEAVING + "\tvalid-until\t", FAILING + "\tfailed-retry-at\t", "\tchallenge_failed\n");
            assertThat(anyhost("certs", "list", "--failed", "--config", config)).isZero();
            assertThat(out).asString().startsWith(FAILING).doesNotContain(LEAVING);
            assertThat(anyhost("certs", "show", LEAVING, "--config", config)).isZero();
            assertThat(out).asString().contains("serial:     " + serial, "tenant:     tenant");
            assertThat(anyhost("certs", "show", FAILING, "--config", config)).isZero();
            assertThat(out)
                    .asString()
                    .contains("attempts:   3", "challenge:  http-01", "problem:    {\"detail\":\"no such host\"}");

            assertThat(anyhost("certs", "renew", FAILING, "--config", config)).isZero();
            assertThat(out).asString().contains(FAILING + ": forgotten: 3 failed, challenge_failed");
            assertThat(anyhost("certs", "renew", FAILING, "--config", config)).isZero();
            assertThat(out).asString().contains("no failed attempt is remembered");
            assertThat(anyhost("domains", "remove", LEAVING, "--config", verifier))
                    .isZero();
            assertThat(err).asString().isEmpty();

            assertThat(system.untilServed(port, FAILING)).isPositive();
            untilRefused(port);
            assertThat(anyhost("certs", "show", FAILING, "--config", config)).isZero();
            assertThat(out).asString().contains("not after:").doesNotContain("failed at:");
        }
    }

    @Test
    void nameWithoutCertificate_andWhatIsNoName_areSaid() throws Exception {
        try (var system = new TestSystem(folder);
                EdgeProxy _ = system.proxy()) {
            String config =
                    system.configuration(system.origin.uri(), 0, 0, Map.of()).toString();
            assertThat(anyhost("certs", "show", "never.example", "--config", config))
                    .isEqualTo(1);
            assertThat(err).asString().isEqualTo("never.example: no certificate is stored\n");
            assertThat(anyhost("certs", "show", "localhost", "--config", config))
                    .isEqualTo(2);
            assertThat(err).asString().contains("localhost (expected: ");
        }
    }

    private static TlsAnswer visit(int port, String host) {
        return TlsProbe.of(port).withLimit(HEARD_LIMIT).send(ClientHello.forName(host));
    }

    /** The verdict itself would be good for five minutes. */
    private static void untilRefused(int port) {
        long deadline = System.nanoTime() + HEARD_LIMIT.toNanos();
        while (!visit(port, LEAVING).equals(NOT_ALLOWED)) {
            assertThat(System.nanoTime() - deadline).as("time left").isNegative();
        }
    }
}
