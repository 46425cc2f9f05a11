package dev.anyhost.proxy.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Route;
import dev.anyhost.proxy.migration.ExportOutcome.Failed;
import dev.anyhost.proxy.migration.ExportOutcome.Unchanged;
import dev.anyhost.proxy.migration.ExportOutcome.Written;
import dev.anyhost.store.LastVerdict;
import dev.anyhost.store.StoredCertificate;
import dev.anyhost.store.Upkeep;
import dev.anyhost.testkit.ServerIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PemExportTest {

    private final ServerIdentity shop = CaddyTree.certificate("shop.example");
    private final ServerIdentity newer = CaddyTree.certificate("shop.example");

    @TempDir
    Path folder;

    private Path to;
    private Path place;

    @BeforeEach
    void name() {
        to = folder.resolve("out/pem");
        place = to.resolve("shop.example");
    }

    private PemExport export(boolean replacing) {
        var export = new PemExport(to, replacing);
        assertThat(export.problem()).isEmpty();
        return export;
    }

    private static StoredCertificate stored(ServerIdentity identity) {
        return new StoredCertificate(
                ImportStore.hostname("shop.example"),
                identity.chain(),
                identity.privateKey(),
                identity.leaf().getNotBefore().toInstant(),
                identity.leaf().getNotAfter().toInstant(),
                CaddyTree.DIRECTORY,
                1,
                1,
                LastVerdict.allowed(Route.UNNAMED),
                new Upkeep(Instant.EPOCH, Instant.EPOCH, Optional.empty()));
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private Stream<String> inFolder() throws IOException {
        try (Stream<Path> inside = Files.list(to)) {
            return inside.map(file -> file.getFileName().toString()).toList().stream();
        }
    }

    private void assertHolds(ServerIdentity identity) throws IOException {
        assertThat(place.resolve("fullchain.pem"))
                .hasContent(identity.chainPem().strip());
        assertThat(Pem.key(
                        Files.readAllBytes(place.resolve("privkey.pem")),
                        identity.leaf().getPublicKey()))
                .isEqualTo(new Pem.Key.Private(identity.privateKey()));
        assertThat(inFolder()).containsExactly("shop.example");
    }

    @Test
    void pair_isForItsOwnersEyesOnly() throws IOException {
        assertThat(export(false).write(stored(shop))).isEqualTo(new Written(place));

        assertHolds(shop);
        assertThat(mode(to)).isEqualTo("rwx------");
        assertThat(mode(place)).isEqualTo("rwx------");
        assertThat(mode(place.resolve("fullchain.pem"))).isEqualTo("rw-------");
        assertThat(mode(place.resolve("privkey.pem"))).isEqualTo("rw-------");
    }

    @Test
    void otherPair_isReplacedByForceOnly() throws IOException {
        var _ = export(false).write(stored(shop));

        assertThat(export(false).write(stored(newer)))
                .isEqualTo(new Failed(place + ": there already (--force replaces it)"));
        assertHolds(shop);

        assertThat(export(true).write(stored(newer))).isEqualTo(new Written(place));
        assertHolds(newer);
        assertThat(mode(place)).isEqualTo("rwx------");
    }

    @Test
    void samePair_isLeftAlone() throws IOException {
        var _ = export(false).write(stored(shop));
        var before = Files.getLastModifiedTime(place.resolve("privkey.pem"));

        assertThat(export(false).write(stored(shop))).isEqualTo(new Unchanged(place));
        assertThat(export(true).write(stored(shop))).isEqualTo(new Unchanged(place));

        assertThat(Files.getLastModifiedTime(place.resolve("privkey.pem"))).isEqualTo(before);
    }

    @Test
    void whatElseIsInTheFolder_isNeverTouched() throws IOException {
        var _ = export(false).write(stored(shop));
        Files.writeString(place.resolve("notes.txt"), "mine");

        assertThat(export(true).write(stored(newer))).isEqualTo(new Failed(place + ": other files are in it"));

        assertThat(place.resolve("notes.txt")).hasContent("mine");
        assertThat(place.resolve("fullchain.pem")).hasContent(shop.chainPem().strip());
    }

    @Test
    void linkElsewhere_isNotFollowed() throws IOException {
        Files.createDirectories(to);
        Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
        Files.createSymbolicLink(place, elsewhere);

        assertThat(export(true).write(stored(shop))).isEqualTo(new Failed(place + ": there already, and no folder"));

        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void exportedFolder_canBeImported() throws IOException {
        var _ = export(false).write(stored(shop));

        new PemFolder(to, "unknown").walk(new CertificateSource.Visitor() {
            @Override
            public void found(CertificateSource.Found certificate) {
                assertThat(certificate.name()).isEqualTo("shop.example");
            }

            @Override
            public void passed(String where, ImportOutcome outcome) {
                throw new AssertionError(where);
            }
        });
    }

    @Test
    void fileInTheFoldersPlace_isSaid() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");

        assertThat(new PemExport(file, false).problem())
                .contains(file + " (expected: a folder, or where one can be made)");
    }

    @Test
    void pair_showsNothing() {
        try (PemPair pair = PemPair.of(stored(shop))) {
            assertThat(pair).hasToString("PemPair");
        }
    }
}
