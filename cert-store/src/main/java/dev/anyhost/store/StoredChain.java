package dev.anyhost.store;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Reads a certificate's chain as an item has it: a list of DER, the leaf first. */
final class StoredChain {

    private StoredChain() {}

    /** The leaf alone; empty when there is none. */
    static Optional<X509Certificate> leaf(@Nullable AttributeValue stored) throws CertificateException {
        return stored == null || stored.l().isEmpty()
                ? Optional.empty()
                : Optional.of(leaf(factory(), stored.l().getFirst()));
    }

    /** Empty when there is none. */
    static List<X509Certificate> read(@Nullable AttributeValue stored) throws CertificateException {
        if (stored == null) {
            return List.of();
        }
        CertificateFactory factory = factory();
        List<X509Certificate> chain = new ArrayList<>();
        for (AttributeValue one : stored.l()) {
            chain.add(chain.isEmpty() ? leaf(factory, one) : authority(factory, one));
        }
        return chain;
    }

    /**
     * The JDK remembers the last 750 certificates that it read one at a time. Of leaves that is of no use, and it is long enough
     * for the collector to take each for old.
     */
    private static X509Certificate leaf(CertificateFactory factory, AttributeValue stored) throws CertificateException {
        Collection<? extends Certificate> one = factory.generateCertificates(der(stored));
        if (one.size() != 1) {
            throw new CertificateException(one.size() + " certificates in one");
        }
        return (X509Certificate) one.iterator().next();
    }

    /** Mostly the same few, which the JDK remembers. */
    private static X509Certificate authority(CertificateFactory factory, AttributeValue stored)
            throws CertificateException {
        return (X509Certificate) factory.generateCertificate(der(stored));
    }

    private static InputStream der(AttributeValue stored) throws CertificateException {
        @Nullable SdkBytes der = stored.b();
        if (der == null) {
            throw new CertificateException("not binary");
        }
        return new ByteArrayInputStream(der.asByteArrayUnsafe());
    }

    private static CertificateFactory factory() throws CertificateException {
        return CertificateFactory.getInstance("X.509");
    }
}
