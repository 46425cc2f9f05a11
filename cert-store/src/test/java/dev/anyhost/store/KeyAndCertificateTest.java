package dev.anyhost.store;

import static dev.anyhost.store.TestCertificates.hostname;
import static dev.anyhost.store.TestCertificates.leaf;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KeyAndCertificateTest {

    private static Optional<String> fault(String hostname, X509Bundle certificate, X509Bundle key) {
        return KeyAndCertificate.fault(
                hostname(hostname),
                certificate.getCertificatePathList(),
                key.getKeyPair().getPrivate());
    }

    private static Optional<String> fault(String hostname, X509Bundle pair) {
        return fault(hostname, pair, pair);
    }

    @Test
    void pairForTheHostname_hasNoFault() {
        assertThat(fault("shop.example.com", leaf("shop.example.com"))).isEmpty();
        assertThat(fault("shop.example.com", leaf("SHOP.example.com"))).isEmpty();
        assertThat(fault("shop.example.com", leaf(new CertificateBuilder().rsa2048(), "shop.example.com")))
                .isEmpty();
        assertThat(fault(
                        "shop.example.com",
                        leaf(
                                new CertificateBuilder().algorithm(CertificateBuilder.Algorithm.ecp384),
                                "shop.example.com")))
                .isEmpty();
    }

    @Test
    void otherName_isAFault() {
        assertThat(fault("shop.example.com", leaf("shop.example.org")))
                .contains("the certificate is not for shop.example.com");
    }

    @Test
    void otherKey_isAFault() {
        X509Bundle elliptic = leaf("shop.example.com");
        X509Bundle larger =
                leaf(new CertificateBuilder().algorithm(CertificateBuilder.Algorithm.ecp384), "shop.example.com");
        X509Bundle rsa = leaf(new CertificateBuilder().rsa2048(), "shop.example.com");

        assertNoPair(elliptic, leaf("shop.example.com"));
        assertNoPair(elliptic, larger);
        assertNoPair(larger, elliptic);
        assertNoPair(elliptic, rsa);
        assertNoPair(rsa, elliptic);
        assertNoPair(rsa, leaf(new CertificateBuilder().rsa2048(), "shop.example.com"));
    }

    private static void assertNoPair(X509Bundle certificate, X509Bundle key) {
        assertThat(fault("shop.example.com", certificate, key)).contains("the private key is not the certificate's");
    }

    @Test
    void noCertificate_isAFault() {
        assertThat(KeyAndCertificate.fault(
                        hostname("shop.example.com"),
                        List.of(),
                        leaf("shop.example.com").getKeyPair().getPrivate()))
                .contains("there is no certificate");
    }

    @Test
    void records_showNoKey() {
        NewCertificate certificate = TestCertificates.certificate(hostname("shop.example.com"));

        assertThat(certificate.toString())
                .isEqualTo("NewCertificate[shop.example.com, 1 certificates, https://ca.test/directory]");
    }
}
