package dev.anyhost.proxy.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.issuance.DirectoryTrust.Trusting;
import dev.anyhost.proxy.issuance.DirectoryTrust.Unreadable;
import dev.anyhost.testkit.TestCa;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryTrustTest {

    @TempDir
    private Path folder;

    @Test
    void noFile_trustsTheJdksRoots() {
        assertThat(DirectoryTrust.reading(Optional.empty())).isInstanceOf(Trusting.class);
    }

    @Test
    void pemFile_isTrustedToo() throws Exception {
        Path roots = TestCa.create("private CA").writeRoot(folder.resolve("roots.pem"));

        assertThat(DirectoryTrust.reading(Optional.of(roots))).isInstanceOf(Trusting.class);
    }

    @Test
    void missingFile_isSaid() {
        Path missing = folder.resolve("missing.pem");

        assertThat(DirectoryTrust.reading(Optional.of(missing)))
                .isEqualTo(new Unreadable(missing, "a readable PEM file"));
    }

    @Test
    void fileWithoutCertificates_isSaid() throws Exception {
        Path empty = Files.writeString(folder.resolve("empty.pem"), "");
        Path text = Files.writeString(folder.resolve("text.pem"), "-----BEGIN CERTIFICATE-----\nno\n");

        assertThat(DirectoryTrust.reading(Optional.of(empty))).isInstanceOf(Unreadable.class);
        assertThat(DirectoryTrust.reading(Optional.of(text))).isInstanceOf(Unreadable.class);
    }
}
