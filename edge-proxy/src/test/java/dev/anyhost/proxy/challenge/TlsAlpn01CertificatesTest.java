package dev.anyhost.proxy.challenge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TlsAlpn01CertificatesTest {

    private static final Instant NOW = Instant.parse("2026-11-21T05:00:00Z");
    private static final Hostname SHOP = Hostname.parse("shop.example").orElseThrow();
    private static final String ACME_IDENTIFIER = "1.3.6.1.5.5.7.1.31";

    private final TlsAlpn01Certificates certificates = new TlsAlpn01Certificates(InstantSource.fixed(NOW));

    @Test
    void certificate_hasTheCriticalAcmeIdentifierAndOnlyTheHostname() throws Exception {
        byte[] digest = new byte[32];
        new Random(1).nextBytes(digest);

        X509Certificate certificate = certificates.create(SHOP, digest).certificate();

        assertThat(certificate.getCriticalExtensionOIDs()).contains(ACME_IDENTIFIER);
        byte[] extension = certificate.getExtensionValue(ACME_IDENTIFIER);
        // An OCTET STRING of 34 bytes that is itself an OCTET STRING of 32 (RFC 8737 section 3).
        assertThat(extension).hasSize(36).startsWith(0x04, 34, 0x04, 32).endsWith(digest);
        assertThat(certificate.getSubjectAlternativeNames()).containsExactly(List.of(2, "shop.example"));
    }

    @Test
    void certificate_isSelfSignedByItsOwnP256Key() throws Exception {
        ChallengeCertificate made = certificates.create(SHOP, new byte[32]);

        made.certificate().verify(made.certificate().getPublicKey());
        made.certificate().checkValidity(Date.from(NOW));
        assertThat(made.certificate().getSigAlgName()).isEqualTo("SHA256withECDSA");
        assertThat(made.certificate().getPublicKey())
                .isInstanceOfSatisfying(
                        ECPublicKey.class,
                        key -> assertThat(key.getParams().getOrder().bitLength())
                                .isEqualTo(256));
        assertThat(made.toString()).doesNotContain(made.privateKey().toString());
    }

    @Test
    void longHostname_fits() {
        String label = "a".repeat(63);
        String longest = label + "." + label + "." + label + "." + "b".repeat(53) + ".example";
        Hostname hostname = Hostname.parse(longest).orElseThrow();

        assertThat(certificates.create(hostname, new byte[32]).certificate()).isNotNull();
    }
}
