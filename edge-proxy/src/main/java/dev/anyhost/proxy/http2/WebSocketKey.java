package dev.anyhost.proxy.http2;

import dev.anyhost.proxy.http1.ResponseHead;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A nonce that we send to an origin for a client whose HTTP/2 has none (RFC 6455 section 4.1, RFC 8441 section 5). It only
 * shows that the origin understood; no secret depends on it.
 */
public record WebSocketKey(String value) {

    private static final String ACCEPT = "sec-websocket-accept";
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int BYTES = 16;

    public static WebSocketKey random() {
        byte[] nonce = new byte[BYTES];
        ThreadLocalRandom.current().nextBytes(nonce);
        return new WebSocketKey(Base64.getEncoder().encodeToString(nonce));
    }

    /** Whether the response answers this very key (RFC 6455 section 4.2.2). */
    public boolean isAnsweredBy(ResponseHead response) {
        return response.fields().value(ACCEPT).filter(answer()::equals).isPresent();
    }

    private String answer() {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-1").digest((value + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (GeneralSecurityException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }
}
