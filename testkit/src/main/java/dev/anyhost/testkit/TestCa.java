package dev.anyhost.testkit;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLContext;

/** A P-256 certification authority for one test; its certificates take well under a millisecond each. */
public final class TestCa {

    private final X509Bundle root;

    private TestCa(X509Bundle root) {
        this.root = root;
    }

    /** A new root; {@code name} is its common name. Valid from yesterday, for ten years. */
    public static TestCa create(String name) {
        CertificateBuilder builder = new CertificateBuilder()
                .ecp256()
                .subject("CN=" + name)
                .setIsCertificateAuthority(true)
                .setKeyUsage(true, CertificateBuilder.KeyUsage.keyCertSign, CertificateBuilder.KeyUsage.cRLSign);
        try {
            return new TestCa(builder.buildSelfSigned());
        } catch (Exception e) { // The builder declares nothing narrower.
            throw new IllegalStateException("no root certificate", e);
        }
    }

    public X509Certificate root() {
        return root.getCertificate();
    }

    /** Writes the root as PEM and returns {@code file}. */
    public Path writeRoot(Path file) throws IOException {
        return Files.writeString(file, root.getCertificatePEM());
    }

    /** A client context that trusts this root and nothing else. */
    public SSLContext clientContext() {
        return Trust.context(List.of(root()));
    }

    /** A server certificate for DNS names and IP addresses, valid from yesterday to tomorrow. */
    public ServerIdentity issue(String... names) {
        return issue(new CertificateBuilder().ecp256(), List.of(names));
    }

    /** A server certificate with a life of one's own choice, expired ones included. */
    public ServerIdentity issue(List<String> names, Instant notBefore, Instant notAfter) {
        return issue(new CertificateBuilder().ecp256().notBefore(notBefore).notAfter(notAfter), names);
    }

    /** A server certificate for a key of one's own choice, valid from yesterday for 90 days. */
    public ServerIdentity issue(KeyPair key, String name) {
        Instant now = Instant.now();
        return issue(
                new CertificateBuilder()
                        .keyPair(key)
                        .notBefore(now.minus(Duration.ofDays(1)))
                        .notAfter(now.plus(Duration.ofDays(90))),
                List.of(name));
    }

    private ServerIdentity issue(CertificateBuilder builder, List<String> names) {
        builder.subject("CN=" + names.getFirst()).addExtendedKeyUsageServerAuth();
        for (String name : names) {
            if (isAddress(name)) {
                builder.addSanIpAddress(name);
            } else {
                builder.addSanDnsName(name);
            }
        }
        try {
            return ServerIdentity.of(builder.buildIssuedBy(root));
        } catch (Exception e) { // The builder declares nothing narrower.
            throw new IllegalStateException("no certificate for " + names, e);
        }
    }

    private static boolean isAddress(String name) {
        return name.contains(":") || name.matches("[0-9.]+");
    }
}
