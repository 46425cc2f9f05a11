package dev.anyhost.proxy.migration;

import dev.anyhost.testkit.ServerIdentity;
import dev.anyhost.testkit.TestCa;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.util.io.pem.PemObject;

/** A data folder as Caddy leaves it, written by a test. */
record CaddyTree(Path data) {

    static final String ISSUER = "acme-v02.api.letsencrypt.org-directory";
    static final String DIRECTORY = "https://acme-v02.api.letsencrypt.org/directory";

    private static final TestCa CA = TestCa.create("Caddy's CA");

    static CaddyTree in(Path folder) throws IOException {
        var _ = Files.createDirectories(folder.resolve("certificates"));
        return new CaddyTree(folder);
    }

    /** A certificate for 90 days with a P-256 key. */
    static ServerIdentity certificate(String... names) {
        Instant now = Instant.now();
        return CA.issue(List.of(names), now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(90)));
    }

    static ServerIdentity certificate(String name, Instant notBefore, Instant notAfter) {
        return CA.issue(List.of(name), notBefore, notAfter);
    }

    static ServerIdentity certificate(KeyPair key, String name) {
        return CA.issue(key, name);
    }

    static KeyPair curve(String name) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(name));
        return generator.generateKeyPair();
    }

    static KeyPair rsa(int bits) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    /** The chain with its root: two certificates, as authorities deliver it. */
    static String chain(ServerIdentity identity) throws IOException {
        return identity.chainPem() + pem(CA.root());
    }

    /** The key as Go writes it: SEC 1 for elliptic curves, PKCS#1 for RSA. */
    static String key(PrivateKey key) throws IOException {
        if (!(key instanceof ECPrivateKey curve)) {
            return pem(key);
        }
        PrivateKeyInfo info = PrivateKeyInfo.getInstance(key.getEncoded());
        var sec1 = new org.bouncycastle.asn1.sec.ECPrivateKey(
                curve.getParams().getOrder().bitLength(),
                curve.getS(),
                info.getPrivateKeyAlgorithm().getParameters());
        return pem(new PemObject("EC PRIVATE KEY", sec1.getEncoded()));
    }

    /** As some other programs write it: nothing in it says which curve. */
    static String keyWithoutCurve(PrivateKey key) throws IOException {
        return pem(key);
    }

    /** What a P-256 key is about: two encodings of one key aren't equal. */
    static BigInteger secret(PrivateKey key) {
        return ((ECPrivateKey) key).getS();
    }

    static String pem(Object what) throws IOException {
        var text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(what);
        }
        return text.toString();
    }

    static String metadata(String name) {
        return """
                {
                	"sans": ["%s"],
                	"issuer_data": {
                		"url": "https://acme-v02.api.letsencrypt.org/acme/cert/04aa",
                		"ca": "%s",
                		"account": "https://acme-v02.api.letsencrypt.org/acme/acct/1"
                	}
                }
                """.formatted(name, DIRECTORY);
    }

    /** Puts a certificate where Caddy keeps it. */
    ServerIdentity put(String name) throws IOException {
        ServerIdentity identity = certificate(name);
        put(name, identity);
        return identity;
    }

    void put(String name, ServerIdentity identity) throws IOException {
        put(name, chain(identity), key(identity.privateKey()));
    }

    void put(String name, String chain, String key) throws IOException {
        put(ISSUER, name, chain, key);
    }

    void put(String issuer, String name, String chain, String key) throws IOException {
        Path place = Files.createDirectories(
                data.resolve("certificates").resolve(issuer).resolve(name));
        Files.writeString(place.resolve(name + ".crt"), chain);
        Files.writeString(place.resolve(name + ".key"), key);
        Files.writeString(place.resolve(name + ".json"), metadata(name));
    }

    Path file(String name, String end) {
        return data.resolve("certificates").resolve(ISSUER).resolve(name).resolve(name + end);
    }
}
