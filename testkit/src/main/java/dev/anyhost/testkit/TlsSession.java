package dev.anyhost.testkit;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * What a finished handshake agreed on.
 *
 * @param chain the server's, leaf first
 * @param protocol {@code TLSv1.3} or {@code TLSv1.2}
 * @param cipherSuite its IANA name
 * @param alpn the application protocol, if one was agreed on
 */
public record TlsSession(List<X509Certificate> chain, String protocol, String cipherSuite, Optional<String> alpn) {

    public TlsSession {
        chain = List.copyOf(chain);
    }

    public X509Certificate leaf() {
        return chain.getFirst();
    }

    /** The leaf's serial number. */
    public BigInteger serial() {
        return leaf().getSerialNumber();
    }
}
