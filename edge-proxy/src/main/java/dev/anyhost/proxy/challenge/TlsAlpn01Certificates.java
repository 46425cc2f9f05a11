package dev.anyhost.proxy.challenge;

import dev.anyhost.domain.Hostname;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Makes the self-signed certificates of tls-alpn-01 (RFC 8737 section 3): the hostname as the only subject alternative
 * name, and a critical acmeIdentifier. EC P-256, because acme4j's own are signed as RSA whatever the key is.
 */
public final class TlsAlpn01Certificates {

    static final String ACME_IDENTIFIER_OID = "1.3.6.1.5.5.7.1.31";

    private static final ASN1ObjectIdentifier ACME_IDENTIFIER = new ASN1ObjectIdentifier(ACME_IDENTIFIER_OID);
    private static final X500Name SUBJECT = new X500Name("CN=ACME challenge");
    private static final int SERIAL_BITS = 64;
    private static final Duration BACKDATED = Duration.ofHours(1);
    private static final Duration VALID_FOR = Duration.ofDays(1);

    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    public TlsAlpn01Certificates(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * A new certificate with a new key; about a millisecond of computing.
     *
     * @param acmeIdentifier the SHA-256 of the key authorization, 32 bytes
     */
    public ChallengeCertificate create(Hostname hostname, byte[] acmeIdentifier) {
        try {
            KeyPair keys = newKeys();
            return new ChallengeCertificate(selfSigned(hostname, acmeIdentifier, keys), keys.getPrivate());
        } catch (GeneralSecurityException | OperatorCreationException | IOException everyJdkHasP256) {
            throw new IllegalStateException(everyJdkHasP256);
        }
    }

    private X509Certificate selfSigned(Hostname hostname, byte[] acmeIdentifier, KeyPair keys)
            throws GeneralSecurityException, OperatorCreationException, IOException {
        Instant now = clock.instant();
        X509v3CertificateBuilder certificate = new JcaX509v3CertificateBuilder(
                        SUBJECT,
                        new BigInteger(SERIAL_BITS, random).setBit(0),
                        Date.from(now.minus(BACKDATED)),
                        Date.from(now.plus(VALID_FOR)),
                        SUBJECT,
                        keys.getPublic())
                .addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(new GeneralName(GeneralName.dNSName, hostname.value())))
                .addExtension(ACME_IDENTIFIER, true, new DEROctetString(acmeIdentifier));
        return new JcaX509CertificateConverter()
                .getCertificate(
                        certificate.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    }

    private KeyPair newKeys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        return generator.generateKeyPair();
    }
}
