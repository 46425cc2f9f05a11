package dev.anyhost.proxy.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.store.tickets.TicketKey;
import dev.anyhost.testkit.OpensslClient;
import dev.anyhost.testkit.TlsClient;
import dev.anyhost.testkit.TlsSession;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers whose ticket keys change while they serve, as real clients see it. */
class TicketKeysTest {

    private static final List<String> HOSTS = List.of("a.example", "b.example");

    @TempDir
    Path folder;

    private volatile List<TicketKey> keys = keys(1);

    private static List<TicketKey> keys(int count) {
        List<TicketKey> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            keys.add(TicketKey.random(Instant.EPOCH));
        }
        return List.copyOf(keys);
    }

    private static String request(String host) {
        return "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
    }

    private boolean isNew(TlsServer server, String version, String host) {
        OpensslClient.Run run =
                OpensslClient.to(server.port()).with(version).start(host, folder.resolve("session"), request(host));
        assertThat(run.connected()).as(run.output()).isTrue();
        return !run.resumed();
    }

    private boolean resumes(TlsServer server, String version, String host) {
        OpensslClient.Run run =
                OpensslClient.to(server.port()).with(version).resume(host, folder.resolve("session"), request(host));
        assertThat(run.connected()).as(run.output()).isTrue();
        return run.resumed();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void ticket_resumesAtEveryServerThatHasItsKeyAndForItsHostnameOnly(String version) {
        List<TicketKey> others = keys(1);
        try (TlsServer one = new TlsServer(HOSTS, () -> keys);
                TlsServer other = new TlsServer(HOSTS, () -> keys);
                TlsServer stranger = new TlsServer(HOSTS, () -> others)) {
            assertThat(isNew(one, version, "a.example")).isTrue();

            assertThat(resumes(other, version, "a.example")).isTrue();
            assertThat(resumes(one, version, "b.example")).isFalse();
            assertThat(resumes(other, version, "b.example")).isFalse();
            assertThat(resumes(stranger, version, "a.example")).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void ticket_resumesUntilItsKeyIsDropped(String version) {
        try (TlsServer server = new TlsServer(HOSTS, () -> keys)) {
            TicketKey former = keys.getFirst();
            assertThat(isNew(server, version, "a.example")).isTrue();

            List<TicketKey> later = keys(4);
            keys = List.of(later.get(0), later.get(1), later.get(2), former);
            assertThat(resumes(server, version, "a.example")).isTrue();

            keys = later;
            assertThat(resumes(server, version, "a.example")).isFalse();
        }
    }

    @Test
    void newTicket_isEncryptedWithTheFirstKey() {
        try (TlsServer server = new TlsServer(HOSTS, () -> keys)) {
            List<TicketKey> two = keys(2);
            keys = two;
            assertThat(isNew(server, "-tls1_3", "a.example")).isTrue();

            keys = List.of(two.get(1));
            assertThat(resumes(server, "-tls1_3", "a.example")).isFalse();
            keys = List.of(two.get(0));
            assertThat(resumes(server, "-tls1_3", "a.example")).isTrue();
        }
    }

    @Test
    void keysThatChangeWithEachConnection_disturbNoHandshake() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (TlsServer server = new TlsServer(HOSTS, () -> {
                    asked.incrementAndGet();
                    return keys(4);
                });
                var visitors = Executors.newFixedThreadPool(4)) {
            List<Callable<TlsSession>> visits = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                TlsClient client =
                        TlsClient.trustingAnything(server.port()).withProtocols(i % 4 < 2 ? "TLSv1.3" : "TLSv1.2");
                String host = HOSTS.get(i % 2);
                visits.add(() -> client.handshake(host));
            }
            for (Future<TlsSession> visit : visitors.invokeAll(visits)) {
                assertThat(visit.get().chain()).isNotEmpty();
            }
        }
        assertThat(asked).hasValue(400);
    }
}
