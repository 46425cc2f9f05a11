package dev.anyhost.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** Certificates as PEM, and clients that trust exactly the given roots. */
public final class Trust {

    private Trust() {}

    /** A fresh client context (with a session cache of its own) that trusts {@code roots} and nothing else. */
    public static SSLContext context(Collection<X509Certificate> roots) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers(roots), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("roots can't be trusted", e);
        }
    }

    /** As {@link #context(Collection)}, with the roots in a PEM file. */
    public static SSLContext context(Path pem) {
        return context(read(pem));
    }

    /** The certificates of a PEM text, in order. */
    public static List<X509Certificate> parse(String pem) {
        try {
            List<X509Certificate> certificates = new ArrayList<>();
            var encoded = new ByteArrayInputStream(pem.getBytes(US_ASCII));
            for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(encoded)) {
                certificates.add((X509Certificate) certificate);
            }
            return List.copyOf(certificates);
        } catch (CertificateException e) {
            throw new IllegalArgumentException("no PEM certificates", e);
        }
    }

    /** The certificates of a PEM file, in order. */
    public static List<X509Certificate> read(Path pem) {
        try {
            return parse(Files.readString(pem));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A certificate as PEM. */
    static String pem(X509Certificate certificate) {
        try {
            return "-----BEGIN CERTIFICATE-----\n"
                    + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded())
                    + "\n-----END CERTIFICATE-----\n";
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("a certificate without encoding", e);
        }
    }

    private static TrustManager[] managers(Collection<X509Certificate> roots) throws GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        try {
            store.load(null, null);
        } catch (IOException e) {
            throw new UncheckedIOException("an empty key store reads nothing", e);
        }
        int number = 0;
        for (X509Certificate root : roots) {
            store.setCertificateEntry("root" + number++, root);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }
}
