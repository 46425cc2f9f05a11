package dev.anyhost.proxy.handshake;

import dev.anyhost.domain.Hostname;
import io.netty.channel.ChannelHandler;
import java.time.Duration;

/**
 * What every connection's handshake shares.
 *
 * @param certificates for visitors
 * @param validations for those who look whether a hostname leads to us
 * @param established what comes after TLS
 * @param timeLimit to a complete ClientHello, and again from the certificate to established TLS
 */
public record Handshakes(
        CertificateLookup certificates,
        ValidationLookup validations,
        TlsContexts contexts,
        HandshakeEvents events,
        Established established,
        Duration timeLimit) {

    /** Makes the handler that serves an established connection. */
    @FunctionalInterface
    public interface Established {

        /** Takes the protocol that ALPN negotiated; {@code http/1.1} when the client offered none. */
        ChannelHandler handler(Hostname hostname, String protocol);
    }
}
