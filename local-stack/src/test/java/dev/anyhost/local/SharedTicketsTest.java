package dev.anyhost.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.EdgeProxy;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.SharedTicketKeys;
import dev.anyhost.store.TicketKeysResult;
import dev.anyhost.store.tickets.TicketKey;
import dev.anyhost.store.tickets.TicketKeyRing;
import dev.anyhost.testkit.DynamoRequests;
import dev.anyhost.testkit.OpensslClient;
import dev.anyhost.testkit.TlsAnswer;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions that go on at another instance, and those that must not. */
class SharedTicketsTest {

    private static final String SHOP = "shop.example";
    private static final String OTHER = "other.example";

    @TempDir
    Path folder;

    private TestSystem system;
    private EdgeProxy first;

    @BeforeEach
    void start() throws Exception {
        system = new TestSystem(folder);
        first = system.proxy();
        for (String host : List.of(SHOP, OTHER)) {
            system.allow(host);
            system.client(system.httpsPort).handshake(host);
        }
    }

    @AfterEach
    void stop() throws Exception {
        first.close();
        system.close();
    }

    private Path session() {
        return folder.resolve("session");
    }

    private static String request(String host) {
        return "GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
    }

    private void begin(EdgeProxy proxy, String version, String host) {
        OpensslClient.Run run =
                OpensslClient.to(TestSystem.httpsPort(proxy)).with(version).start(host, session(), request(host));
        assertThat(run.connected()).as(run.output()).isTrue();
        assertThat(run.resumed()).isFalse();
    }

    private OpensslClient.Run offer(EdgeProxy proxy, String version, String host) {
        return OpensslClient.to(TestSystem.httpsPort(proxy)).with(version).resume(host, session(), request(host));
    }

    private boolean resumes(EdgeProxy proxy, String version, String host) {
        OpensslClient.Run run = offer(proxy, version, host);
        assertThat(run.connected()).as(run.output()).isTrue();
        assertThat(run.output()).contains("HTTP/1.1 200");
        return run.resumed();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void session_goesOnAtAnotherInstanceForItsHostnameOnly(String version) throws Exception {
        begin(first, version, SHOP);
        try (EdgeProxy second = system.anotherProxy()) {
            assertThat(resumes(second, version, SHOP)).isTrue();
            assertThat(resumes(second, version, OTHER)).isFalse();
            assertThat(resumes(first, version, OTHER)).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void session_goesOnAfterARestart(String version) throws Exception {
        begin(first, version, SHOP);
        first.close();
        first = system.proxy();

        assertThat(resumes(first, version, SHOP)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void sessionOfAHostnameThatWasRemoved_getsTheAlert(String version) throws Exception {
        begin(first, version, SHOP);
        assertThat(resumes(first, version, SHOP)).isTrue();
        var _ = system.whitelist.remove(TestSystem.hostname(SHOP));
        try (EdgeProxy second = system.anotherProxy()) {
            OpensslClient.Run run = offer(second, version, SHOP);

            assertThat(run.alert()).contains(TlsAnswer.UNRECOGNIZED_NAME);
            assertThat(run.output()).doesNotContain("HTTP/1.1");
        }
    }

    @Test
    void session_goesOnForThreeRotationsAndNotAfterTheFourth() throws Exception {
        begin(first, "-tls1_3", SHOP);

        rotate(3);
        try (EdgeProxy second = system.anotherProxy()) {
            assertThat(resumes(second, "-tls1_3", SHOP)).isTrue();
        }
        rotate(1);
        try (EdgeProxy second = system.anotherProxy()) {
            assertThat(resumes(second, "-tls1_3", SHOP)).isFalse();
        }
    }

    /** As if that many periods had passed: all keys have become older, and new ones have followed them. */
    private void rotate(int times) {
        try (CertificateTables tables = system.tables()) {
            SharedTicketKeys row = tables.ticketKeys();
            for (int i = 0; i < times; i++) {
                var found = (TicketKeysResult.Found) row.find();
                TicketKeyRing next =
                        aged(found.ring()).with(TicketKey.random(Instant.now().minus(TicketKeyRing.AHEAD)));
                assertThat(row.replace(found.version(), next)).isInstanceOf(TicketKeysResult.Found.class);
            }
        }
    }

    /** Each key is stored behind the second from which it encrypts. */
    private static TicketKeyRing aged(TicketKeyRing ring) {
        ByteBuffer encoded = ByteBuffer.wrap(ring.encoded());
        int each = encoded.capacity() / ring.keys().size();
        for (int at = 0; at < encoded.capacity(); at += each) {
            encoded.putLong(at, encoded.getLong(at) - TicketKeyRing.PERIOD.toSeconds());
        }
        return TicketKeyRing.decode(encoded.array()).orElseThrow();
    }

    @Test
    void ticketKeysThatCannotBeRead_keepNoProxyFromServing() throws Exception {
        system.store.answer(DynamoRequests.mentioning("ticket-keys"), DynamoRequests.internalError());
        try (EdgeProxy second = system.start(system.origin.uri(), 0, 0, Map.of())) {
            TestSystem.ready(second);
            begin(first, "-tls1_3", SHOP);
            assertThat(resumes(second, "-tls1_3", SHOP)).isFalse();

            begin(second, "-tls1_3", SHOP);
            assertThat(resumes(second, "-tls1_3", SHOP)).isTrue();
            assertThat(TestSystem.metric(second, "anyhost_ticket_key_refreshes_total{result=\"failed\"}"))
                    .isPositive();
        }
    }
}
