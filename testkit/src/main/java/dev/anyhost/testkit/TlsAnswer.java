package dev.anyhost.testkit;

import java.util.Map;
import java.util.Optional;

/** What a server does after the first bytes of a client, as seen on the wire. */
public sealed interface TlsAnswer {

    /** The level of all alerts that end a connection. */
    int FATAL = 2;

    /** RFC 8446 section 6.2. */
    int INTERNAL_ERROR = 80;

    /** RFC 6066 section 3. */
    int UNRECOGNIZED_NAME = 112;

    /** An alert in the clear (RFC 8446 section 6); equal to another of the same level and description. */
    record Alert(int level, int description) implements TlsAnswer {

        public static Alert fatal(int description) {
            return new Alert(FATAL, description);
        }
    }

    /**
     * A ServerHello.
     *
     * @param version the negotiated one, 0x0303 or 0x0304
     * @param cipherSuite its number
     * @param helloRetryRequest whether it is TLS 1.3's request for another key share
     * @param extensions types and bodies in hexadecimal
     */
    record ServerHello(int version, int cipherSuite, boolean helloRetryRequest, Map<Integer, String> extensions)
            implements TlsAnswer {

        public ServerHello {
            extensions = Map.copyOf(extensions);
        }

        /** The application protocol; TLS 1.3 encrypts it, so only TLS 1.2 tells. */
        public Optional<String> alpn() {
            return Optional.ofNullable(extensions.get(16)).map(ServerHelloReader::protocolIn);
        }
    }

    /** No byte, but the end: orderly, or by a reset. */
    record Closed(boolean reset) implements TlsAnswer {}

    /** Nothing at all within the limit; the connection is still open. */
    record Timeout() implements TlsAnswer {}

    /** Bytes that are no TLS record with an alert or a ServerHello; in hexadecimal, at most 64 of them. */
    record Garbage(String hex) implements TlsAnswer {}
}
