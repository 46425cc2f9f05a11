package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.RequestHead;
import dev.anyhost.proxy.http1.ResponseHead;
import java.util.Locale;
import java.util.Optional;

/** Which switches of protocol go through. */
final class Upgrades {

    private static final String WEBSOCKET = "websocket";
    private static final String GET = "GET";

    /** What a request asks for. */
    enum Kind {
        NONE,
        /** Which HTTP/2 has, too (RFC 8441). */
        WEBSOCKET,
        /** What only HTTP/1.1 can switch to. */
        OTHER
    }

    private Upgrades() {}

    static Kind of(RequestHead request) {
        Optional<String> protocol = requested(request);
        if (protocol.isEmpty()) {
            return Kind.NONE;
        }
        return protocol.get().equalsIgnoreCase(WEBSOCKET) && request.method().equals(GET) ? Kind.WEBSOCKET : Kind.OTHER;
    }

    /**
     * The protocol a request may switch to. Never HTTP or TLS: inside such a tunnel the client could send requests that
     * nobody checks (known as h2c smuggling).
     */
    static Optional<String> requested(RequestHead request) {
        return request.connection().upgrade() ? request.upgrade().filter(Upgrades::isTunnelled) : Optional.empty();
    }

    private static boolean isTunnelled(String protocol) {
        String name = protocol.toLowerCase(Locale.ROOT);
        return !name.startsWith("h2") && !name.startsWith("h3") && !name.startsWith("http") && !name.startsWith("tls");
    }

    /** Whether a 101 switches to what was asked for. */
    static boolean accepted(RequestHead request, ResponseHead response) {
        Optional<String> asked = requested(request);
        return asked.isPresent()
                && response.upgrade().filter(asked.get()::equalsIgnoreCase).isPresent();
    }
}
