package dev.anyhost.proxy.handshake;

import io.netty.handler.ssl.OpenSslSessionTicketKey;
import java.security.SecureRandom;
import java.util.List;

/**
 * The keys that encrypt session tickets (RFC 8446 section 4.6.1, RFC 5077 section 4): the first encrypts, all decrypt.
 * Every event loop's context gets the same.
 */
public final class TicketKeys {

    private static final int PART = 16;

    private final List<OpenSslSessionTicketKey> keys;

    private TicketKeys(List<OpenSslSessionTicketKey> keys) {
        this.keys = keys;
    }

    /** One new random key. */
    public static TicketKeys random() {
        var random = new SecureRandom();
        return new TicketKeys(List.of(new OpenSslSessionTicketKey(part(random), part(random), part(random))));
    }

    OpenSslSessionTicketKey[] all() {
        return keys.toArray(OpenSslSessionTicketKey[]::new);
    }

    private static byte[] part(SecureRandom random) {
        byte[] part = new byte[PART];
        random.nextBytes(part);
        return part;
    }
}
