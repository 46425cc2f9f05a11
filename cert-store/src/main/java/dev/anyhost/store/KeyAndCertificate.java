package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPublicKeySpec;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.crypto.KeyAgreement;

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

    static boolean isPair(PublicKey publicKey, PrivateKey privateKey) {
        try {
            return publicKey instanceof ECPublicKey point
                    ? isMultiple(point, privateKey)
                    : verifiesWhatIsSigned(publicKey, privateKey);
        } catch (GeneralSecurityException notOfOneKind) {
            return false;
        }
    }

    /**
     * Whether the curve's generator times the key is the point, but for the point's sign, which no damage changes. Looked at
     * whenever a certificate is read, and three times as fast as a signature and its verification.
     */
    private static boolean isMultiple(ECPublicKey point, PrivateKey key) throws GeneralSecurityException {
        ECParameterSpec curve = point.getParams();
        PublicKey generator =
                KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(curve.getGenerator(), curve));
        KeyAgreement product = KeyAgreement.getInstance("ECDH");
        product.init(key);
        product.doPhase(generator, true);
        return new BigInteger(1, product.generateSecret()).equals(point.getW().getAffineX());
    }

    /** Unlike a comparison of parameters this holds for every algorithm. */
    private static boolean verifiesWhatIsSigned(PublicKey publicKey, PrivateKey privateKey)
            throws GeneralSecurityException {
        String algorithm = publicKey.getAlgorithm().equals("RSA") ? "SHA256withRSA" : publicKey.getAlgorithm();
        byte[] challenge = new byte[32];
        new SecureRandom().nextBytes(challenge);
        Signature signer = Signature.getInstance(algorithm);
        signer.initSign(privateKey);
        signer.update(challenge);
        byte[] signed = signer.sign();
        Signature verifier = Signature.getInstance(algorithm);
        verifier.initVerify(publicKey);
        verifier.update(challenge);
        return verifier.verify(signed);
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
