package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;

/**
 * A tls-alpn-01 challenge that any proxy may be asked to answer (RFC 8737).
 *
 * @param keyAuthorization token and thumbprint (RFC 8555 section 8.1)
 * @param expires when it is over, in whole seconds
 */
public record PostedChallenge(Hostname hostname, String keyAuthorization, Instant expires) {

    /** The content of the acmeIdentifier extension: the SHA-256 of the key authorization (RFC 8737 section 3). */
    public byte[] acmeIdentifier() {
        return acmeIdentifier(keyAuthorization);
    }

    /** The same for any key authorization. */
    public static byte[] acmeIdentifier(String keyAuthorization) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(keyAuthorization.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }
}
