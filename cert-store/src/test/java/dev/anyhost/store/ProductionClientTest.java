package dev.anyhost.store;

import static dev.anyhost.store.TestCertificates.certificate;
import static dev.anyhost.store.TestCertificates.hostname;
import static dev.anyhost.store.TestCertificates.keyPair;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import dev.anyhost.store.encryption.KeyEncryption;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The clients that {@link CertificateTables#open} makes, with their own time limits, when DynamoDB doesn't answer. */
class ProductionClientTest {

    private static final Hostname SHOP = hostname("shop.example.com");
    private static final Lease LEASE = new Lease(SHOP, "proxy-1", 1, 0, 0, 0, Optional.empty(), Optional.empty());

    @TempDir
    Path folder;

    private final TestTime time = new TestTime();
    private final List<String> heard = new CopyOnWriteArrayList<>();

    @BeforeEach
    void writeKey() throws IOException {
        Files.writeString(folder.resolve("key"), Base64.getEncoder().encodeToString(new byte[32]));
    }

    private CertificateTables open(int port) {
        StoreSettings.Table table = new StoreSettings.Table(
                "us-east-1", Optional.of(URI.create("http://127.0.0.1:" + port)), "anyhost-test");
        KeyEncryption keys =
                ((KeyEncryption.Configured.Usable) KeyEncryption.of(List.of("file:key"), folder)).encryption();
        return CertificateTables.open(
                new StoreSettings(table, table, false),
                keys,
                time,
                (operation, outcome) -> heard.add(operation + " " + outcome));
    }

    @Test
    void refusedConnections_areUnreachableForEveryOperation() throws IOException {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        try (CertificateTables tables = open(closed)) {
            assertThat(tables.certificates().find(SHOP)).isInstanceOf(FindResult.Unreachable.class);
            assertThat(tables.certificates().put(certificate(SHOP), 0, LEASE))
                    .isInstanceOf(WriteResult.Unreachable.class);
            assertThat(tables.certificates().recordVerdict(SHOP, LastVerdict.allowed(Route.UNNAMED)))
                    .isInstanceOf(VerdictResult.Unreachable.class);
            assertThat(tables.leases().claim(SHOP, "proxy-1")).isInstanceOf(ClaimResult.Unreachable.class);
            assertThat(tables.leases()
                            .renew(new Lease(SHOP, "p", 1, 0, time.getAsLong(), 0, Optional.empty(), Optional.empty())))
                    .isNotInstanceOf(LeaseUpdate.Kept.class);
            assertThat(tables.leases().release(LEASE)).isInstanceOf(StoreEffect.Unreachable.class);
            assertThat(tables.accounts().find("https://ca.test/")).isInstanceOf(AccountResult.Unreachable.class);
            assertThat(tables.accounts().createIfAbsent("https://ca.test/", keyPair()))
                    .isInstanceOf(AccountResult.Unreachable.class);
            assertThat(tables.accounts().recordUrl("https://ca.test/", URI.create("https://ca.test/1")))
                    .isInstanceOf(StoreEffect.Unreachable.class);
            assertThat(tables.challenges().post(SHOP, "a.b", time.instant()))
                    .isInstanceOf(StoreEffect.Unreachable.class);
            assertThat(tables.challenges().find(SHOP)).isInstanceOf(ChallengeResult.Unreachable.class);
            assertThat(tables.challenges().withdraw(SHOP, "a.b")).isInstanceOf(StoreEffect.Unreachable.class);
            assertThat(tables.check()).isInstanceOf(TablesCheck.NotReady.class);
        }
        assertThat(heard).contains("GetItem FAILED", "PutItem FAILED", "UpdateItem FAILED", "DeleteItem FAILED");
        assertThat(heard).allMatch(call -> call.endsWith(" FAILED"));
    }

    /** In some of so many calls the reset comes while the request's head is written. */
    @Test
    void connectionsThatAreReset_areUnreachableAtWhateverMoment() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                CertificateTables tables = open(server.getLocalPort())) {
            Thread.startVirtualThread(() -> resetAll(server));
            for (int i = 0; i < 300; i++) {
                assertThat(tables.leases().claim(SHOP, "proxy-1")).isInstanceOf(ClaimResult.Unreachable.class);
            }
        }
    }

    private static void resetAll(ServerSocket server) {
        while (!server.isClosed()) {
            try (Socket client = server.accept()) {
                client.setSoLinger(true, 0);
            } catch (IOException over) {
                // The test has ended, or the client has.
            }
        }
    }

    @Test
    void silentServer_endsAsUnreachable() throws IOException {
        // The backlog takes the connections; nobody ever reads from them.
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                CertificateTables tables = open(silent.getLocalPort())) {
            assertThat(tables.certificates().find(SHOP)).isInstanceOf(FindResult.Unreachable.class);
            assertThat(heard).containsExactly("GetItem FAILED");
        }
    }
}
