package dev.anyhost.proxy.http2;

import dev.anyhost.proxy.http1.Fields;
import dev.anyhost.proxy.http1.RequestHead;
import dev.anyhost.proxy.http1.ResponseHead;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A nonce that HTTP/1.1's WebSockets have and HTTP/2's haven't (RFC 6455 section 4.1, RFC 8441 section 5): what we send to
 * an origin for a client without one, or answer to a client for an origin without one. It only shows that somebody
 * understood; no secret depends on it.
 */
public record WebSocketKey(String value) {

    private static final String ACCEPT = "sec-websocket-accept";
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int BYTES = 16;
    private static final String NAME = "sec-websocket-key";
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9+/]{22}==");

    public static WebSocketKey random() {
        byte[] nonce = new byte[BYTES];
        ThreadLocalRandom.current().nextBytes(nonce);
        return new WebSocketKey(Base64.getEncoder().encodeToString(nonce));
    }

    /** A client's own; empty when it sent none, several, or what isn't one. */
    public static Optional<WebSocketKey> of(RequestHead request) {
        Fields fields = request.fields();
        List<String> keys = IntStream.range(0, fields.size())
                .filter(i -> fields.nameText(i).equalsIgnoreCase(NAME))
                .mapToObj(fields::valueText)
                .toList();
        return keys.size() == 1 && FORM.matcher(keys.getFirst()).matches()
                ? Optional.of(new WebSocketKey(keys.getFirst()))
                : Optional.empty();
    }

    /** Whether the response answers this very key (RFC 6455 section 4.2.2). */
    public boolean isAnsweredBy(ResponseHead response) {
        return response.fields().value(ACCEPT).filter(answer()::equals).isPresent();
    }

    /** What shows that the key was understood: the value of Sec-WebSocket-Accept. */
    String answer() {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-1").digest((value + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (GeneralSecurityException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }
}
