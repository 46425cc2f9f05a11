package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * A certificate as the store has it: the key belongs to the leaf, and the leaf names the hostname. It may be expired,
 * and nothing here says that it was issued by a trusted authority.
 *
 * @param chain the leaf first, as it is sent in the handshake; never empty
 * @param notBefore the leaf's, in whole seconds
 * @param notAfter the leaf's, in whole seconds
 * @param issuer the directory URL of the ACME server (RFC 8555 section 7.1.1)
 * @param version counts from 1 with every replacement
 * @param fence the token of the lease under which it was written
 * @param upkeep what its renewal goes by
 */
public record StoredCertificate(
        Hostname hostname,
        List<X509Certificate> chain,
        PrivateKey privateKey,
        Instant notBefore,
        Instant notAfter,
        String issuer,
        long version,
        long fence,
        LastVerdict lastVerdict,
        Upkeep upkeep) {

    public StoredCertificate {
        chain = List.copyOf(chain);
    }

    /** Leaves the key out. */
    @Override
    public String toString() {
        return "StoredCertificate[" + hostname + ", version " + version + ", fence " + fence + ", serial "
                + chain.getFirst().getSerialNumber().toString(16) + ", until " + notAfter + "]";
    }
}
