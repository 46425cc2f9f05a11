package dev.anyhost.proxy.challenge;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/** What a tls-alpn-01 validation is served: proof for the authority, worthless for anybody else (RFC 8737 section 3). */
public record ChallengeCertificate(X509Certificate certificate, PrivateKey privateKey) {

    /** Leaves the key out. */
    @Override
    public String toString() {
        return "ChallengeCertificate[" + certificate.getSerialNumber().toString(16) + "]";
    }
}
