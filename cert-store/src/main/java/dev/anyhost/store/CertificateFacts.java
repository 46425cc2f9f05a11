package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.security.cert.X509Certificate;
import java.time.Instant;

/**
 * What a stored certificate says without its private key, which nobody needs who only asks when to renew it: no call to a key
 * service, no secret in memory, and not looked at whether the key fits.
 *
 * @param leaf the certificate itself
 * @param notBefore the leaf's, in whole seconds
 * @param notAfter the leaf's, in whole seconds
 * @param issuer the directory URL of the ACME server (RFC 8555 section 7.1.1)
 * @param version counts from 1 with every replacement
 */
public record CertificateFacts(
        Hostname hostname,
        X509Certificate leaf,
        Instant notBefore,
        Instant notAfter,
        String issuer,
        long version,
        LastVerdict lastVerdict,
        Upkeep upkeep) {

    /** Those of a certificate whose key was read. */
    public static CertificateFacts of(StoredCertificate stored) {
        return new CertificateFacts(
                stored.hostname(),
                stored.chain().getFirst(),
                stored.notBefore(),
                stored.notAfter(),
                stored.issuer(),
                stored.version(),
                stored.lastVerdict(),
                stored.upkeep());
    }
}
