package dev.anyhost.proxy.migration;

import dev.anyhost.store.encryption.Plaintext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/** Reads PEM (RFC 7468). Total: any bytes give an answer. What is wrong is said without quoting what was read. */
final class Pem {

    private static final String CERTIFICATE = "CERTIFICATE";

    private Pem() {}

    /** A file's certificates, or what is wrong with it. */
    sealed interface Chain {

        /** All of them, in the file's order; at least one. */
        record Certificates(List<X509Certificate> chain) implements Chain {}

        record Malformed(String reason) implements Chain {}
    }

    /** A file's private key, or what is wrong with it. */
    sealed interface Key {

        /** With a PKCS#8 encoding. Shows nothing of it. */
        record Private(PrivateKey key) implements Key {
            @Override
            public String toString() {
                return "Private";
            }
        }

        record Malformed(String reason) implements Key {}
    }

    static Chain chain(byte[] pem) {
        try (PemReader reader = new PemReader(text(pem))) {
            List<X509Certificate> chain = new ArrayList<>();
            for (PemObject block = reader.readPemObject(); block != null; block = reader.readPemObject()) {
                if (block.getType().equals(CERTIFICATE)) {
                    chain.add(certificate(block.getContent()));
                }
            }
            return chain.isEmpty() ? new Chain.Malformed("no certificate in PEM") : new Chain.Certificates(chain);
        } catch (IOException | IllegalStateException cutOff) { // the second for what isn't base64
            return new Chain.Malformed("the PEM is cut off or damaged");
        } catch (CertificateException malformed) {
            return new Chain.Malformed("a certificate in it can't be read");
        }
    }

    private static X509Certificate certificate(byte[] der) throws CertificateException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    /**
     * The first private key: PKCS#8, PKCS#1 for RSA, SEC 1 for elliptic curves.
     *
     * @param certified the certificate's key, which tells the kind and, where SEC 1 leaves it out, the curve. Whether
     *     both are a pair is another question
     */
    static Key key(byte[] pem, PublicKey certified) {
        try (PEMParser parser = new PEMParser(text(pem))) {
            for (Object block = parser.readObject(); block != null; block = parser.readObject()) {
                switch (block) {
                    case PEMKeyPair pair -> {
                        return key(pair.getPrivateKeyInfo(), certified);
                    }
                    case PrivateKeyInfo info -> {
                        return key(info, certified);
                    }
                    case PEMEncryptedKeyPair _, PKCS8EncryptedPrivateKeyInfo _ -> {
                        return new Key.Malformed("the private key has a passphrase");
                    }
                    default -> {} // Such as a curve's parameters before the key.
                }
            }
            return new Key.Malformed("no private key in PEM");
        } catch (IOException | IllegalStateException cutOff) { // the second for what isn't base64
            return new Key.Malformed("the PEM is cut off or damaged");
        }
    }

    private static Key key(PrivateKeyInfo info, PublicKey certified) throws IOException {
        AlgorithmIdentifier kind = info.getPrivateKeyAlgorithm().getParameters() == null
                ? SubjectPublicKeyInfo.getInstance(certified.getEncoded()).getAlgorithm()
                : info.getPrivateKeyAlgorithm();
        try (var pkcs8 = new Plaintext(new PrivateKeyInfo(kind, info.parsePrivateKey()).getEncoded())) {
            return new Key.Private(KeyFactory.getInstance(certified.getAlgorithm())
                    .generatePrivate(new PKCS8EncodedKeySpec(pkcs8.bytes())));
        } catch (GeneralSecurityException ofAnotherKind) {
            return new Key.Malformed("the private key is no usable " + certified.getAlgorithm() + " key");
        }
    }

    private static Reader text(byte[] pem) {
        return new InputStreamReader(new ByteArrayInputStream(pem), StandardCharsets.US_ASCII);
    }
}
