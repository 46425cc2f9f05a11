package dev.anyhost.proxy.challenge;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.ECPublicKey;
import java.util.Base64;

/**
 * The JWK thumbprint of the account's public key (RFC 7638), the second half of every key authorization. It isn't secret.
 *
 * @param value 43 characters of base64url
 */
public record AccountThumbprint(String value) {

    private static final int COORDINATE_BYTES = 32;
    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

    /**
     * Computes the thumbprint of a P-256 key: SHA-256 over the required members in lexicographic order, without white
     * space (RFC 7638 section 3).
     */
    public static AccountThumbprint of(ECPublicKey key) {
        String jwk = "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\""
                + coordinate(key.getW().getAffineX())
                + "\",\"y\":\""
                + coordinate(key.getW().getAffineY())
                + "\"}";
        return new AccountThumbprint(BASE64URL.encodeToString(sha256(jwk)));
    }

    /** {@code token.thumbprint} (RFC 8555 section 8.1). */
    public String keyAuthorization(String token) {
        return token + "." + value;
    }

    /** Coordinates have the full length of the field, leading zeros included (RFC 7518 section 6.2.1.2). */
    private static String coordinate(BigInteger number) {
        byte[] minimal = number.toByteArray();
        byte[] octets = new byte[COORDINATE_BYTES];
        int skipped = Math.max(0, minimal.length - COORDINATE_BYTES);
        int length = minimal.length - skipped;
        System.arraycopy(minimal, skipped, octets, COORDINATE_BYTES - length, length);
        return BASE64URL.encodeToString(octets);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }
}
