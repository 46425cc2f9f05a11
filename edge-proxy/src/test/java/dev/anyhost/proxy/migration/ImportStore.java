package dev.anyhost.proxy.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.issuance.IssuanceTime;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.ClaimResult;
import dev.anyhost.store.FindResult;
import dev.anyhost.store.LastVerdict;
import dev.anyhost.store.Lease;
import dev.anyhost.store.NewCertificate;
import dev.anyhost.store.StoreSettings;
import dev.anyhost.store.StoredCertificate;
import dev.anyhost.store.TablesCheck;
import dev.anyhost.store.WriteResult;
import dev.anyhost.store.changes.Change;
import dev.anyhost.store.changes.ChangesSince;
import dev.anyhost.store.encryption.KeyEncryption;
import dev.anyhost.testkit.CountingDynamoDb;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.FakeClock;
import dev.anyhost.testkit.ServerIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A store of a test's own, and a clock that waiting moves. */
final class ImportStore implements AutoCloseable {

    static final Duration LONG = Duration.ofDays(1);

    final FakeClock clock = FakeClock.at(Instant.now().truncatedTo(ChronoUnit.SECONDS));
    final CountingDynamoDb dynamo;
    final CertificateTables tables;

    /** What happens while an import waits. */
    Runnable meanwhile = () -> {};

    final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());

    private final KeyEncryption keys;

    ImportStore(DynamoDbLocal database, Path folder) throws IOException {
        Path key = folder.resolve("key-" + UUID.randomUUID());
        Files.writeString(key, Base64.getEncoder().encodeToString(new byte[32]));
        keys = ((KeyEncryption.Configured.Usable) KeyEncryption.of(List.of("file:" + key.getFileName()), folder))
                .encryption();
        dynamo = new CountingDynamoDb(database.client());
        String run = UUID.randomUUID().toString();
        tables = new CertificateTables(
                new StoreSettings(
                        new StoreSettings.Table("us-east-1", Optional.empty(), "certificates-" + run),
                        new StoreSettings.Table("us-east-1", Optional.empty(), "coordination-" + run),
                        true),
                new CertificateTables.Clients(dynamo, dynamo),
                keys,
                clock,
                clock::nanos);
        assertThat(tables.check()).isEqualTo(new TablesCheck.Ready());
        dynamo.resetCalls();
    }

    CertificateImport imports() {
        return imports(false);
    }

    CertificateImport imports(boolean dryRun) {
        return new CertificateImport(tables, "import", time(), dryRun);
    }

    IssuanceTime time() {
        return new IssuanceTime(clock, clock::nanos, pause -> {
            pauses.add(pause);
            clock.advance(pause);
            meanwhile.run();
        });
    }

    ImportOutcome take(ServerIdentity identity, String name) throws InterruptedException {
        return imports().store(fresh(identity, name));
    }

    NewCertificate fresh(ServerIdentity identity, String name) {
        return new NewCertificate(
                hostname(name),
                identity.chain(),
                identity.privateKey(),
                CaddyTree.DIRECTORY,
                LastVerdict.UNKNOWN,
                clock.instant());
    }

    /** Stores one as an order's holder does. */
    void store(ServerIdentity identity, String name, LastVerdict verdict) {
        Lease lease = claim(name);
        long version = tables.certificates().findConsistent(hostname(name)) instanceof FindResult.Found(var found)
                ? found.version()
                : 0;
        var next = new NewCertificate(
                hostname(name),
                identity.chain(),
                identity.privateKey(),
                "https://ca.test/dir",
                verdict,
                clock.instant());
        assertThat(tables.certificates().put(next, version, lease)).isInstanceOf(WriteResult.Written.class);
        tables.leases().release(lease);
    }

    Lease claim(String name) {
        return ((ClaimResult.Claimed) tables.leases().claim(hostname(name), "order")).lease();
    }

    StoredCertificate stored(String name) {
        return switch (tables.certificates().findConsistent(hostname(name))) {
            case FindResult.Found(StoredCertificate found) -> found;
            case FindResult other -> throw new AssertionError(other.toString());
        };
    }

    List<Change> changes() {
        return ((ChangesSince.Read) tables.changes().since(clock.instant().minus(Duration.ofMinutes(10))))
                .entries().stream().map(ChangesSince.Entry::change).toList();
    }

    static Hostname hostname(String name) {
        return Hostname.parse(name).orElseThrow();
    }

    @Override
    public void close() {
        tables.close();
        keys.close();
    }
}
