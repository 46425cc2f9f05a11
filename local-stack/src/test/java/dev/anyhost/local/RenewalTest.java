package dev.anyhost.local;

import static dev.anyhost.local.TestSystem.hostname;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.EdgeProxy;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.FindResult;
import dev.anyhost.store.StoredCertificate;
import dev.anyhost.testkit.AcmeRequests;
import dev.anyhost.testkit.PebblePrograms;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Renewal by the suggestion of a real authority that makes some (RFC 9773), on two proxies. */
class RenewalTest {

    private static final String HOST = "renewed.example";
    private static final Hostname NAME = hostname(HOST);
    private static final Duration LIMIT = Duration.ofSeconds(90);

    @TempDir
    static Path folder;

    @Test
    void authoritySuggestsNow_renewedOnceAndServedEverywhereWhileOpenConnectionsGoOn() throws Exception {
        try (var system = new TestSystem(folder, options -> options.withPrograms(PebblePrograms.unstable()));
                EdgeProxy first = system.proxy();
                EdgeProxy second = system.anotherProxy();
                CertificateTables tables = system.tables()) {
            assertThat(system.pebble.offersRenewalInfo()).isTrue();
            system.allow(HOST);
            BigInteger former = system.untilServed(TestSystem.httpsPort(first), HOST);
            assertThat(system.untilServed(TestSystem.httpsPort(second), HOST)).isEqualTo(former);
            until(() -> stored(tables).upkeep().window().isPresent());
            assertThat(stored(tables).upkeep().window().orElseThrow().chosen()).isAfter(inAMonth());

            try (SSLSocket open = system.client(TestSystem.httpsPort(first)).connect(HOST)) {
                assertThat(request(open)).startsWith("HTTP/1.1 200 ");
                Instant now = Instant.now();
                system.pebble.suggestRenewal(
                        stored(tables).chain().getFirst(),
                        now.minus(Duration.ofDays(2)),
                        now.minus(Duration.ofDays(1)));
                tables.certificates().postpone(NAME, 1, now);

                until(() -> stored(tables).version() == 2);
                BigInteger renewed = stored(tables).chain().getFirst().getSerialNumber();
                assertThat(renewed).isNotEqualTo(former);
                for (EdgeProxy proxy : new EdgeProxy[] {first, second}) {
                    until(() -> served(system, proxy).equals(renewed));
                }
                assertThat(request(open)).startsWith("HTTP/1.1 200 ");
            }
            assertThat(system.authority.exchanges(AcmeRequests.newOrder(HOST))).hasSize(2);
            assertThat(system.authority.exchanges(AcmeRequests.newOrderThatReplaces()))
                    .hasSize(1);
            until(() -> stored(tables).upkeep().window().isPresent());
            assertThat(stored(tables).upkeep().window().orElseThrow().chosen()).isAfter(inAMonth());
            assertThat(TestSystem.metric(first, "anyhost_renewals_total{result=\"renewed\"}")
                            + TestSystem.metric(second, "anyhost_renewals_total{result=\"renewed\"}"))
                    .isEqualTo(1);
        }
    }

    /** Every instant that the authority suggests by itself for a certificate of 90 days is later, wherever chance puts it. */
    private static Instant inAMonth() {
        return Instant.now().plus(Duration.ofDays(30));
    }

    private static StoredCertificate stored(CertificateTables tables) {
        return ((FindResult.Found) tables.certificates().findConsistent(NAME)).certificate();
    }

    private static BigInteger served(TestSystem system, EdgeProxy proxy) {
        try {
            return system.client(TestSystem.httpsPort(proxy)).handshake(HOST).serial();
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    private static String request(SSLSocket socket) throws IOException {
        socket.getOutputStream().write(("HEAD / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n").getBytes(US_ASCII));
        var head = new StringBuilder();
        InputStream in = socket.getInputStream();
        while (head.indexOf("\r\n\r\n") < 0) {
            int octet = in.read();
            assertThat(octet).as("after: %s", head).isNotNegative();
            head.append((char) octet);
        }
        return head.toString();
    }

    private static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).as("time left").isNegative();
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        }
    }
}
