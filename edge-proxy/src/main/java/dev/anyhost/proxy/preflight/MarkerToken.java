package dev.anyhost.proxy.preflight;

import java.security.SecureRandom;
import java.util.Base64;

/** Tokens as authorities make them (RFC 8555 section 8.3), for challenges that there aren't. */
final class MarkerToken {

    private static final int BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private MarkerToken() {}

    /** 256 bits in base64url: 43 characters. */
    static String random() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
