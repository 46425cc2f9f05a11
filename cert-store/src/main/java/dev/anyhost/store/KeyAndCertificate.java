package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Whether a key, a certificate chain and a hostname belong together. */
final class KeyAndCertificate {

    private static final int DNS_NAME = 2;

    private KeyAndCertificate() {}

    static Optional<String> fault(Hostname hostname, List<X509Certificate> chain, PrivateKey key) {
        if (chain.isEmpty()) {
            return Optional.of("there is no certificate");
        }
        X509Certificate leaf = chain.getFirst();
        if (!isPair(leaf.getPublicKey(), key)) {
            return Optional.of("the private key is not the certificate's");
        }
        return covers(leaf, hostname) ? Optional.empty() : Optional.of("the certificate is not for " + hostname);
    }

    /** Signs and verifies: unlike a comparison of parameters this holds for every algorithm. */
    static boolean isPair(PublicKey publicKey, PrivateKey privateKey) {
        String algorithm = switch (publicKey.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> publicKey.getAlgorithm();
        };
        byte[] challenge = new byte[32];
        new SecureRandom().nextBytes(challenge);
        try {
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(privateKey);
            signer.update(challenge);
            byte[] signed = signer.sign();
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(publicKey);
            verifier.update(challenge);
            return verifier.verify(signed);
        } catch (GeneralSecurityException notOfOneKind) {
            return false;
        }
    }

    /** Looks at the subject alternative names only (RFC 9525 section 6.3); no wildcards, because none are ever ordered. */
    private static boolean covers(X509Certificate leaf, Hostname hostname) {
        try {
            Collection<List<?>> names = leaf.getSubjectAlternativeNames();
            return names != null
                    && names.stream()
                            .filter(name -> name.getFirst().equals(DNS_NAME))
                            .map(name -> name.get(1).toString().toLowerCase(Locale.ROOT))
                            .anyMatch(hostname.value()::equals);
        } catch (CertificateParsingException unreadable) {
            return false;
        }
    }
}
