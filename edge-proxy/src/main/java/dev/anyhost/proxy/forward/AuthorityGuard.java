package dev.anyhost.proxy.forward;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.http1.RequestHead;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Lets only requests pass that are for the connection's own hostname: one customer's connection must never reach
 * another customer's origin. The port in Host is of no account, because port mappings change it on the way.
 */
final class AuthorityGuard {

    private final Hostname hostname;
    private final byte[] bytes;

    AuthorityGuard(Hostname hostname) {
        this.hostname = hostname;
        this.bytes = hostname.value().getBytes(StandardCharsets.US_ASCII);
    }

    /** HTTP/1.0 may leave Host out; SNI has then said it. */
    boolean permits(RequestHead request) {
        if (request.isHost(bytes)) {
            return true;
        }
        Optional<String> host = request.host();
        return host.isEmpty()
                || host.flatMap(Hostname::parse).filter(hostname::equals).isPresent();
    }
}
