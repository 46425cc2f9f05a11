package dev.anyhost.proxy.issuance;

import dev.anyhost.domain.Hostname;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether a downloaded chain is what was ordered. An authority can err, and what passes here is stored and served: so
 * the key, the only name, the validity, and every signature but the last one's are looked at.
 */
public final class CertificateCheck {

    private static final int DNS_NAME = 2;
    private static final int LONGEST = 10;

    private CertificateCheck() {}

    /**
     * Looks for a fault.
     *
     * @param ours the key that the order was finalized with
     * @return what is wrong with the chain; empty when nothing is
     */
    static Optional<String> fault(List<X509Certificate> chain, Hostname hostname, PublicKey ours, Instant now) {
        if (isOfWrongSize(chain)) {
            return chainFault(chain);
        }
        X509Certificate leaf = chain.getFirst();
        if (!Arrays.equals(leaf.getPublicKey().getEncoded(), ours.getEncoded())) {
            return Optional.of("the certificate has another public key than the order's");
        }
        if (!hasOnly(leaf, hostname)) {
            return Optional.of("the certificate's names aren't just " + hostname);
        }
        if (!leaf.getNotAfter().toInstant().isAfter(now)) {
            return Optional.of(
                    "the certificate expired at " + leaf.getNotAfter().toInstant());
        }
        return chainFault(chain);
    }

    /** Whether each certificate is signed by the next; what is wrong, or empty. Says nothing about leaf and names. */
    public static Optional<String> chainFault(List<X509Certificate> chain) {
        return isOfWrongSize(chain)
                ? Optional.of("chain of " + chain.size() + " certificates (expected: 2 to " + LONGEST + ")")
                : brokenLink(chain);
    }

    private static boolean isOfWrongSize(List<X509Certificate> chain) {
        return chain.size() < 2 || chain.size() > LONGEST;
    }

    private static boolean hasOnly(X509Certificate leaf, Hostname hostname) {
        try {
            Collection<List<?>> names = leaf.getSubjectAlternativeNames();
            if (names == null || names.size() != 1) {
                return false;
            }
            List<?> name = names.iterator().next();
            return name.get(0).equals(DNS_NAME)
                    && name.get(1) instanceof String text
                    && text.toLowerCase(Locale.ROOT).equals(hostname.value());
        } catch (CertificateParsingException unreadable) {
            return false;
        }
    }

    private static Optional<String> brokenLink(List<X509Certificate> chain) {
        for (int i = 0; i + 1 < chain.size(); i++) {
            if (!signedBy(chain.get(i), chain.get(i + 1))) {
                return Optional.of("certificate " + i + " of the chain isn't signed by the next");
            }
        }
        return Optional.empty();
    }

    private static boolean signedBy(X509Certificate certificate, X509Certificate authority) {
        boolean named = certificate.getIssuerX500Principal().equals(authority.getSubjectX500Principal());
        boolean mayIssue = authority.getBasicConstraints() >= 0;
        try {
            certificate.verify(authority.getPublicKey());
            return named && mayIssue;
        } catch (GeneralSecurityException notItsSignature) {
            return false;
        }
    }
}
