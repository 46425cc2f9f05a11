package dev.anyhost.proxy.certificate;

import dev.anyhost.domain.Route;
import dev.anyhost.proxy.issuance.Authority;
import dev.anyhost.proxy.issuance.Urgency;
import dev.anyhost.store.CertificateFacts;
import dev.anyhost.store.StoredCertificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is wanted, of whom, and for whom.
 *
 * @param authorities not empty
 * @param former the certificate that a newer one is wanted for; empty when any valid one will do
 */
record WantedCertificate(List<Authority> authorities, Route route, Urgency urgency, Optional<CertificateFacts> former) {

    boolean isMetBy(StoredCertificate found, Instant now) {
        return LeasedIssuance.isValid(found, now)
                && former.filter(known -> known.version() >= found.version()).isEmpty();
    }

    List<String> directories() {
        return authorities.stream()
                .map(authority -> authority.issuer().directory())
                .toList();
    }

    WantedCertificate without(Set<String> directories) {
        List<Authority> others = authorities.stream()
                .filter(authority -> !directories.contains(authority.issuer().directory()))
                .toList();
        return new WantedCertificate(others, route, urgency, former);
    }

    /** Only the authority that issued a certificate can see it replaced (RFC 9773 section 5). */
    Optional<X509Certificate> replaces(String directory) {
        return former.filter(known -> known.issuer().equals(directory)).map(CertificateFacts::leaf);
    }
}
