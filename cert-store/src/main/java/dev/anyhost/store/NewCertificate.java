package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A certificate to be stored.
 *
 * @param chain the leaf first
 * @param key the leaf's private key, with a PKCS#8 encoding
 * @param issuer the directory URL of the ACME server (RFC 8555 section 7.1.1)
 * @param lastVerdict the verdict under which it was issued
 * @param used when the hostname was last known to be used
 */
public record NewCertificate(
        Hostname hostname,
        List<X509Certificate> chain,
        PrivateKey key,
        String issuer,
        LastVerdict lastVerdict,
        Instant used) {

    public NewCertificate {
        chain = List.copyOf(chain);
    }

    /** Why this can't serve the hostname: no chain, a key that isn't the leaf's, a leaf for other names; empty when it can. */
    public Optional<String> fault() {
        return KeyAndCertificate.fault(hostname, chain, key);
    }

    /** Leaves the key out. */
    @Override
    public String toString() {
        return "NewCertificate[" + hostname + ", " + chain.size() + " certificates, " + issuer + "]";
    }
}
