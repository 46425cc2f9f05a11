package dev.anyhost.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestCaTest {

    private final TestCa ca = TestCa.create("Test Root");

    @Test
    void issuedCertificate_namesHostsAndAddressesAndIsSignedByTheRoot() throws Exception {
        ServerIdentity server = ca.issue("shop.example", "127.0.0.1", "::1");
        server.leaf().verify(ca.root().getPublicKey());
        assertThat(server.leaf().getSubjectAlternativeNames())
                .extracting(name -> name.getFirst() + "=" + name.getLast())
                .containsExactlyInAnyOrder("2=shop.example", "7=127.0.0.1", "7=0:0:0:0:0:0:0:1");
        assertThat(server.chain()).doesNotContain(ca.root());
    }

    @Test
    void chosenLife_isKept() {
        Instant start = Instant.parse("2020-01-01T00:00:00Z");
        Instant end = Instant.parse("2020-03-31T00:00:00Z");
        ServerIdentity server = ca.issue(List.of("old.example"), start, end);
        assertThat(server.leaf().getNotBefore()).isEqualTo(start);
        assertThat(server.leaf().getNotAfter()).isEqualTo(end);
    }

    @Test
    void pemFiles_readBack(@TempDir Path folder) throws Exception {
        ServerIdentity server = ca.issue("shop.example");
        assertThat(Trust.read(ca.writeRoot(folder.resolve("root.pem")))).containsExactly(ca.root());
        assertThat(Trust.read(server.writeChain(folder.resolve("chain.pem")))).isEqualTo(server.chain());
        assertThat(server.writePrivateKey(folder.resolve("key.pem")))
                .content()
                .startsWith("-----BEGIN PRIVATE KEY-----");
    }

    @Test
    void identity_keepsItsKeyOutOfText() {
        assertThat(ca.issue("shop.example")).hasToString("ServerIdentity[CN=shop.example]");
    }
}
