package dev.anyhost.proxy.certificate;

import dev.anyhost.domain.Hostname;
import io.netty.handler.ssl.OpenSslCredential;
import io.netty.handler.ssl.OpenSslCredentialBuilder;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * A certificate with its key in BoringSSL's memory, ready to be added to a connection's engine. Counted references: its
 * maker has the first, each engine it is added to holds one of its own, and who keeps it between a look-up and
 * {@link io.netty.handler.ssl.ReferenceCountedOpenSslEngine#addCredential} takes one for that time.
 */
public final class ServableCertificate {

    private final Hostname hostname;
    private final Instant notBefore;
    private final Instant notAfter;
    private final String serial;
    private final OpenSslCredential credential;

    private ServableCertificate(Hostname hostname, X509Certificate leaf, OpenSslCredential credential) {
        this.hostname = hostname;
        this.notBefore = leaf.getNotBefore().toInstant();
        this.notAfter = leaf.getNotAfter().toInstant();
        this.serial = leaf.getSerialNumber().toString(16);
        this.credential = credential;
    }

    /**
     * Builds the native credential, in about 0.1 ms: not on an event loop.
     *
     * @param chain the leaf first
     * @param key the leaf's key
     * @throws IllegalArgumentException when BoringSSL doesn't take them
     */
    public static ServableCertificate of(Hostname hostname, List<X509Certificate> chain, PrivateKey key) {
        try {
            var credential = OpenSslCredentialBuilder.forX509(key, chain.toArray(X509Certificate[]::new))
                    .build();
            return new ServableCertificate(hostname, chain.getFirst(), credential);
        } catch (Exception refused) { // what the builder declares
            throw new IllegalArgumentException(hostname + ": certificate and key are not usable", refused);
        }
    }

    public Hostname hostname() {
        return hostname;
    }

    /** Since when it is valid: what was issued later begins later. */
    Instant notBefore() {
        return notBefore;
    }

    public Instant notAfter() {
        return notAfter;
    }

    /** The leaf's serial number in hexadecimal. */
    public String serial() {
        return serial;
    }

    /** To be added to an engine by a holder of a reference. */
    public OpenSslCredential credential() {
        return credential;
    }

    /** Takes a reference; false when the last one is gone already, and this certificate with it. */
    public boolean retain() {
        try {
            credential.retain();
            return true;
        } catch (io.netty.util.IllegalReferenceCountException gone) {
            return false;
        }
    }

    /** Gives a reference back. */
    public void release() {
        credential.release();
    }

    @Override
    public String toString() {
        return "ServableCertificate[" + hostname + ", serial " + serial + ", until " + notAfter + "]";
    }
}
