package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.net.URI;
import java.security.KeyPair;
import java.time.Instant;
import java.util.Optional;

/** Certificates of a test CA. */
final class TestCertificates {

    static final String ISSUER = "https://ca.test/directory";
    static final Instant USED = Instant.parse("2026-11-20T09:00:00Z");
    static final Route ROUTE =
            new Route(Optional.of("tenant-7"), Optional.of(URI.create("https://app.tenant.example")));

    private static final X509Bundle CA =
            issued(new CertificateBuilder().ecp256().subject("CN=Test CA").setIsCertificateAuthority(true));

    private TestCertificates() {}

    static Hostname hostname(String name) {
        return Hostname.parse(name).orElseThrow();
    }

    static NewCertificate certificate(Hostname hostname) {
        return certificate(hostname, LastVerdict.allowed(ROUTE));
    }

    static NewCertificate certificate(Hostname hostname, LastVerdict verdict) {
        X509Bundle leaf = leaf(hostname.value());
        return new NewCertificate(
                hostname, leaf.getCertificatePathList(), leaf.getKeyPair().getPrivate(), ISSUER, verdict, USED);
    }

    static X509Bundle leaf(String subjectAlternativeName) {
        return leaf(new CertificateBuilder().ecp256(), subjectAlternativeName);
    }

    static X509Bundle leaf(CertificateBuilder kind, String subjectAlternativeName) {
        try {
            return kind.subject("CN=leaf").addSanDnsName(subjectAlternativeName).buildIssuedBy(CA);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static KeyPair keyPair() {
        return leaf("key.test.example").getKeyPair();
    }

    private static X509Bundle issued(CertificateBuilder builder) {
        try {
            return builder.buildSelfSigned();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
