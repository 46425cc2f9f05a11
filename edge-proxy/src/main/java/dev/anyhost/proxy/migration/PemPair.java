package dev.anyhost.proxy.migration;

import dev.anyhost.store.CaddyFile;
import dev.anyhost.store.StoredCertificate;
import dev.anyhost.store.encryption.Plaintext;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;

/**
 * A certificate's two files (RFC 7468): the chain, and the key in PKCS#8.
 *
 * @param chain the leaf first
 * @param key to be wiped
 */
record PemPair(byte[] chain, Plaintext key) implements AutoCloseable {

    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    static PemPair of(StoredCertificate certificate) {
        var chain = new ByteArrayOutputStream();
        for (X509Certificate each : certificate.chain()) {
            chain.writeBytes(pem("CERTIFICATE", encoded(each)));
        }
        try (Plaintext key = new Plaintext(certificate.privateKey().getEncoded())) {
            return new PemPair(chain.toByteArray(), new Plaintext(pem("PRIVATE KEY", key.bytes())));
        }
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException wasReadFromItsEncoding) {
            throw new IllegalStateException(wasReadFromItsEncoding);
        }
    }

    private static byte[] pem(String type, byte[] der) {
        byte[] begin = ("-----BEGIN " + type + "-----\n").getBytes(StandardCharsets.US_ASCII);
        byte[] end = ("\n-----END " + type + "-----\n").getBytes(StandardCharsets.US_ASCII);
        try (Plaintext body = new Plaintext(LINES.encode(der))) {
            return ByteBuffer.allocate(begin.length + body.bytes().length + end.length)
                    .put(begin)
                    .put(body.bytes())
                    .put(end)
                    .array();
        }
    }

    /** Whether a folder has these very files. */
    boolean isIn(Path folder) {
        return has(folder.resolve(PemFolder.CHAIN), chain) && has(folder.resolve(PemFolder.KEY), key.bytes());
    }

    private static boolean has(Path file, byte[] bytes) {
        if (!(LocalFiles.read(file) instanceof CaddyFile.Content(Plaintext there))) {
            return false;
        }
        try (there) {
            return MessageDigest.isEqual(there.bytes(), bytes);
        }
    }

    @Override
    public void close() {
        key.close();
    }

    /** Shows nothing of it. */
    @Override
    public String toString() {
        return "PemPair";
    }
}
