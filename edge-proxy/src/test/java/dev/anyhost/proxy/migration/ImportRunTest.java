package dev.anyhost.proxy.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.anyhost.proxy.migration.ImportOutcome.Failed;
import dev.anyhost.proxy.migration.ImportOutcome.Imported;
import dev.anyhost.proxy.migration.ImportOutcome.Skipped;
import dev.anyhost.store.CaddyFile;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.ServerIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole source: what is good is imported, whatever lies beside it, and each of the others has its line. */
class ImportRunTest {

    private static DynamoDbLocal database;

    @TempDir
    Path folder;

    private final Map<String, ImportOutcome> outcomes = new TreeMap<>();
    private ImportStore store;
    private CaddyTree caddy;

    @BeforeAll
    static void start() {
        database = DynamoDbLocal.start();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @BeforeEach
    void open() throws IOException {
        store = new ImportStore(database, folder);
        caddy = CaddyTree.in(folder.resolve("caddy"));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private ImportRun.Result take(CertificateSource source) throws InterruptedException {
        return new ImportRun(store.imports(), store.clock, 4, outcomes::put).take(source);
    }

    private ImportRun.Result takeCaddys() throws InterruptedException {
        return take(CaddySource.in(caddy.data(), List.of()));
    }

    private String reason(String name) {
        return switch (outcomes.get(name)) {
            case Skipped(String reason) -> "skipped: " + reason;
            case Failed(String reason) -> "failed: " + reason;
            case null, default -> String.valueOf(outcomes.get(name));
        };
    }

    @Test
    void oneGoodAmongManyBad_isImported_andEachOfTheOthersHasItsReason() throws Exception {
        ServerIdentity good = caddy.put("good.example");
        ServerIdentity other = CaddyTree.certificate("other.example");
        caddy.put(
                "mismatch.example",
                CaddyTree.chain(CaddyTree.certificate("mismatch.example")),
                CaddyTree.key(other.privateKey()));
        caddy.put("stranger.example", other);
        caddy.put("wildcard_.wild.example", other);
        caddy.put("192.0.2.7", CaddyTree.certificate("192.0.2.7"));
        caddy.put("a..b.example", other);
        caddy.put("b\u00fccher.example", other);
        caddy.put("alone.example", other.chainPem(), CaddyTree.key(other.privateKey()));
        ServerIdentity cut = caddy.put("cut-chain.example");
        Files.writeString(
                caddy.file("cut-chain.example", ".crt"), CaddyTree.chain(cut).substring(0, 700));
        ServerIdentity cutKey = caddy.put("cut-key.example");
        Files.writeString(
                caddy.file("cut-key.example", ".key"),
                CaddyTree.key(cutKey.privateKey()).substring(0, 90));
        var _ = caddy.put("keyless.example");
        Files.delete(caddy.file("keyless.example", ".key"));
        var _ = caddy.put("only-key.example");
        Files.delete(caddy.file("only-key.example", ".crt"));
        var _ = caddy.put("folder.example");
        Files.delete(caddy.file("folder.example", ".key"));
        Files.createDirectory(caddy.file("folder.example", ".key"));
        var _ = caddy.put("loop.example");
        Files.delete(caddy.file("loop.example", ".key"));
        Files.createSymbolicLink(caddy.file("loop.example", ".key"), Path.of("loop.example.key"));
        var _ = caddy.put("huge.example");
        Files.writeString(caddy.file("huge.example", ".crt"), "x".repeat(300_000));

        ImportRun.Result result = takeCaddys();

        assertThat(outcomes.get("good.example"))
                .isEqualTo(new Imported(good.leaf().getNotAfter().toInstant(), CaddyTree.DIRECTORY));
        assertThat(CaddyTree.secret(store.stored("good.example").privateKey()))
                .isEqualTo(CaddyTree.secret(good.privateKey()));
        String place = "certificates/" + CaddyTree.ISSUER + "/";
        assertThat(reason("mismatch.example")).isEqualTo("failed: the private key is not the certificate's");
        assertThat(reason("stranger.example")).isEqualTo("failed: the certificate is not for stranger.example");
        assertThat(reason("wildcard_.wild.example")).startsWith("skipped: wildcard certificates aren't served");
        assertThat(reason("192.0.2.7")).startsWith("skipped: not a public hostname");
        assertThat(reason("a..b.example")).startsWith("skipped: not a public hostname");
        assertThat(reason("b\u00fccher.example")).startsWith("skipped: not a public hostname");
        assertThat(reason("alone.example")).isEqualTo("failed: chain of 1 certificates (expected: 2 to 10)");
        assertThat(reason("cut-chain.example")).isEqualTo("failed: chain: the PEM is cut off or damaged");
        assertThat(reason("cut-key.example")).isEqualTo("failed: key: the PEM is cut off or damaged");
        assertThat(reason("keyless.example"))
                .isEqualTo("failed: " + place + "keyless.example/keyless.example.key: missing");
        assertThat(reason("only-key.example"))
                .isEqualTo("skipped: no certificate: " + place + "only-key.example/only-key.example.crt");
        assertThat(reason("folder.example"))
                .isEqualTo("failed: " + place + "folder.example/folder.example.key: not a file");
        assertThat(reason("loop.example")).endsWith("loop.example.key: can't be read: FileSystemException");
        assertThat(reason("huge.example")).endsWith("huge.example.crt: larger than 262144 bytes");
        assertThat(result.summary()).isEqualTo(new ImportSummary(1, 0, 5, 9));
        assertThat(result.isComplete()).isFalse();
        assertThat(result.endedEarly()).isEmpty();
        assertThat(outcomes).hasSize(15);
    }

    @Test
    void certificatesThatAreOver_orAboutToBe_areSkipped() throws Exception {
        Instant now = store.clock.instant();
        Instant before = now.minus(Duration.ofDays(60));
        caddy.put("expired.example", CaddyTree.certificate("expired.example", before, now.minusSeconds(1)));
        caddy.put("ending.example", CaddyTree.certificate("ending.example", before, now.plus(Duration.ofHours(23))));
        caddy.put(
                "early.example",
                CaddyTree.certificate("early.example", now.plusSeconds(60), now.plus(Duration.ofDays(9))));

        assertThat(takeCaddys().isComplete()).isTrue();

        assertThat(reason("expired.example")).isEqualTo("skipped: expired at " + now.minusSeconds(1));
        assertThat(reason("ending.example"))
                .isEqualTo("skipped: expires within a day, at " + now.plus(Duration.ofHours(23)));
        assertThat(reason("early.example")).isEqualTo("skipped: not valid before " + now.plusSeconds(60));
    }

    @Test
    void keysOfAllKindsThatTheTlsLayerSigns_areImported_andOthersSaid() throws Exception {
        caddy.put("p384.example", CaddyTree.certificate(CaddyTree.curve("secp384r1"), "p384.example"));
        caddy.put("rsa.example", CaddyTree.certificate(CaddyTree.rsa(2048), "rsa.example"));
        caddy.put("p521.example", CaddyTree.certificate(CaddyTree.curve("secp521r1"), "p521.example"));
        caddy.put("weak.example", CaddyTree.certificate(CaddyTree.rsa(1024), "weak.example"));
        ServerIdentity edwards =
                CaddyTree.certificate(KeyPairGenerator.getInstance("Ed25519").generateKeyPair(), "ed.example");
        caddy.put("ed.example", CaddyTree.chain(edwards), edwards.privateKeyPem());

        assertThat(takeCaddys().isComplete()).isTrue();

        assertThat(outcomes.get("p384.example")).isInstanceOf(Imported.class);
        assertThat(outcomes.get("rsa.example")).isInstanceOf(Imported.class);
        String expected = " (expected: P-256, P-384 or RSA of 2048 to 4096 bits)";
        String unserved = "skipped: key of a kind that isn't served: ";
        assertThat(reason("p521.example")).isEqualTo(unserved + "EC of 521 bits" + expected);
        assertThat(reason("weak.example")).isEqualTo(unserved + "RSA of 1024 bits" + expected);
        assertThat(reason("ed.example")).isEqualTo(unserved + "EdDSA" + expected);
    }

    @Test
    void nameUnderTwoIssuers_getsTheOneThatExpiresLater_inEitherOrder() throws Exception {
        Instant now = store.clock.instant();
        ServerIdentity shorter =
                CaddyTree.certificate("two.example", now.minusSeconds(60), now.plus(Duration.ofDays(30)));
        ServerIdentity longer =
                CaddyTree.certificate("two.example", now.minusSeconds(60), now.plus(Duration.ofDays(60)));
        caddy.put(
                "acme.zerossl.com-v2-dv90",
                "two.example",
                CaddyTree.chain(shorter),
                CaddyTree.key(shorter.privateKey()));
        caddy.put(CaddyTree.ISSUER, "two.example", CaddyTree.chain(longer), CaddyTree.key(longer.privateKey()));

        assertThat(takeCaddys().isComplete()).isTrue();

        assertThat(store.stored("two.example").chain().getFirst()).isEqualTo(longer.leaf());
    }

    @Test
    void source_staysAsItIs_andASecondRunImportsNothing() throws Exception {
        for (int i = 0; i < 20; i++) {
            var _ = caddy.put("shop-" + i + ".example");
        }
        Map<Path, FileTime> before = files();

        assertThat(takeCaddys().summary()).isEqualTo(new ImportSummary(20, 0, 0, 0));
        assertThat(takeCaddys().summary()).isEqualTo(new ImportSummary(0, 20, 0, 0));

        assertThat(files()).isEqualTo(before);
    }

    private Map<Path, FileTime> files() throws IOException {
        Map<Path, FileTime> files = new HashMap<>();
        try (Stream<Path> all = Files.walk(caddy.data())) {
            for (Path file : all.toList()) {
                files.put(file, Files.getLastModifiedTime(file));
            }
        }
        return files;
    }

    @Test
    @SuppressWarnings("ThreadPriorityCheck") // Lets others in, and relies on nothing.
    void certificatesUnderWay_areBounded() throws Exception {
        var underWay = new AtomicInteger();
        var most = new AtomicInteger();
        CertificateSource crowd = visitor -> {
            IntStream.range(0, 50)
                    .forEach(i -> visitor.found(new CertificateSource.Found("a" + i + ".example", () -> {
                        most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
                        Thread.yield();
                        underWay.decrementAndGet();
                        return new CertificateFiles.Unusable(new Skipped("nothing"));
                    })));
            return Optional.of("cut off");
        };

        ImportRun.Result result = take(crowd);

        assertThat(most).hasValueLessThanOrEqualTo(4);
        assertThat(result.summary()).isEqualTo(new ImportSummary(0, 0, 50, 0));
        assertThat(result.endedEarly()).contains("cut off");
        assertThat(result.isComplete()).isFalse();
    }

    @Test
    void pemFolder_isImportedUnderTheIssuerThatIsNamed() throws Exception {
        Path pem = folder.resolve("live");
        ServerIdentity shop = CaddyTree.certificate("shop.example", "www.shop.example");
        Path place = Files.createDirectories(pem.resolve("shop.example"));
        Files.writeString(place.resolve("fullchain.pem"), CaddyTree.chain(shop));
        Files.writeString(place.resolve("privkey.pem"), shop.privateKeyPem());
        Files.createDirectories(pem.resolve("empty.example"));
        Files.writeString(pem.resolve("README"), "not a folder");

        ImportRun.Result result = take(new PemFolder(pem, "https://ca.test/dir"));

        assertThat(outcomes)
                .containsExactly(
                        entry("empty.example", new Failed("fullchain.pem: missing")),
                        entry(
                                "shop.example",
                                new Imported(shop.leaf().getNotAfter().toInstant(), "https://ca.test/dir")));
        assertThat(result.isComplete()).isFalse();
    }

    @Test
    void caddysFolderThatIsCutShort_isSaid_andTheRestImported() throws Exception {
        var _ = caddy.put("good.example");
        CaddyFiles broken = new CaddyFiles() {
            @Override
            public Optional<String> keys(Consumer<String> visitor, BiConsumer<String, String> unreadable) {
                unreadable.accept("certificates/other/", "may not be read");
                return new CaddyFolder(caddy.data()).keys(visitor, unreadable);
            }

            @Override
            public CaddyFile content(String key) {
                return new CaddyFolder(caddy.data()).content(key);
            }
        };

        assertThat(take(new CaddySource(broken, new CaddyIssuer(List.of()))).summary())
                .isEqualTo(new ImportSummary(1, 0, 0, 1));

        assertThat(reason("certificates/other/")).isEqualTo("failed: may not be read");
    }

    @Test
    void folderThatIsNoSource_isSaid() {
        assertThat(CaddySource.problem(folder))
                .hasValueSatisfying(text -> assertThat(text).startsWith(folder + " (expected: "));
        assertThat(CaddySource.problem(caddy.data())).isEmpty();
        assertThat(new PemFolder(folder.resolve("nowhere"), "").problem()).isPresent();
    }
}
