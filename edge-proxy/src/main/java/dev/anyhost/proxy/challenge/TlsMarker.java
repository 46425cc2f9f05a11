package dev.anyhost.proxy.challenge;

import dev.anyhost.store.PostedChallenge;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Optional;

/**
 * How one of our instances is known on the https port, without any state: a handshake that offers this protocol alone (RFC 7301)
 * and a token in it is shown a certificate as for tls-alpn-01 (RFC 8737 section 3), for a key authorization that nobody posted:
 * the token and the account key's thumbprint.
 */
public final class TlsMarker {

    private static final String PREFIX = "anyhost-marker/";
    private static final int IDENTIFIER_BYTES = 32;

    private TlsMarker() {}

    /** The protocol to offer. */
    public static String protocol(String token) {
        return PREFIX + token;
    }

    /** The token in an offered protocol; empty where it is another one. */
    public static Optional<String> token(String protocol) {
        return protocol.startsWith(PREFIX) ? Optional.of(protocol.substring(PREFIX.length())) : Optional.empty();
    }

    /** Whether a certificate was made for a key authorization. */
    public static boolean isShown(X509Certificate certificate, String keyAuthorization) {
        byte[] extension = certificate.getExtensionValue(TlsAlpn01Certificates.ACME_IDENTIFIER_OID);
        // Inside two OCTET STRINGs, and nothing comes after it.
        return extension != null
                && extension.length > IDENTIFIER_BYTES
                && Arrays.equals(
                        extension,
                        extension.length - IDENTIFIER_BYTES,
                        extension.length,
                        PostedChallenge.acmeIdentifier(keyAuthorization),
                        0,
                        IDENTIFIER_BYTES);
    }
}
