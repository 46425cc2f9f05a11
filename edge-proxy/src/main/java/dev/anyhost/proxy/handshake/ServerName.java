package dev.anyhost.proxy.handshake;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.challenge.TlsMarker;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What a ClientHello (RFC 8446 section 4.1.2) says about whom it is for and what it is about: the server_name extension
 * (RFC 6066 section 3), and whether application-layer protocol negotiation (RFC 7301 section 3.1) offers one of the protocols of
 * a validation and nothing else. The bytes are a stranger's: any input gives an answer.
 */
sealed interface ServerName {

    /** A hostname that may be asked about. */
    record Named(Hostname hostname, Purpose purpose) implements ServerName {}

    /** What a handshake is about. */
    sealed interface Purpose {

        /** A visitor's. */
        record Visit() implements Purpose {}

        /** An authority's look at a challenge: {@code acme-tls/1} (RFC 8737 section 3). */
        record Validation() implements Purpose {}

        /** Our own look, before an order, whether the hostname leads to us ({@link TlsMarker}). */
        record Marker(String token) implements Purpose {}
    }

    /** No name, an IP address, or what can't be a public hostname: nobody is asked. */
    record Unusable() implements ServerName {}

    int SERVER_NAME = 0;
    int ALPN = 16;
    int HOST_NAME_TYPE = 0;
    int VERSION_AND_RANDOM = 34;
    String ACME_TLS = "acme-tls/1";

    /** Reads the body of a ClientHello, from its legacy_version on; the reader index stays. */
    static ServerName in(ByteBuf hello) {
        try {
            return read(hello.slice());
        } catch (IndexOutOfBoundsException truncated) {
            return new Unusable();
        }
    }

    private static ServerName read(ByteBuf in) {
        in.skipBytes(VERSION_AND_RANDOM);
        in.skipBytes(in.readUnsignedByte()); // legacy_session_id
        in.skipBytes(in.readUnsignedShort()); // cipher_suites
        in.skipBytes(in.readUnsignedByte()); // legacy_compression_methods
        if (!in.isReadable()) {
            return new Unusable();
        }
        ByteBuf extensions = in.readSlice(in.readUnsignedShort());
        Optional<Hostname> hostname = Optional.empty();
        boolean named = false;
        Purpose purpose = new Purpose.Visit();
        while (extensions.isReadable()) {
            int type = extensions.readUnsignedShort();
            ByteBuf body = extensions.readSlice(extensions.readUnsignedShort());
            if (type == SERVER_NAME) {
                if (named) {
                    return new Unusable(); // one extension of a type, RFC 8446 section 4.2
                }
                named = true;
                hostname = hostname(body);
            } else if (type == ALPN) {
                purpose = purpose(body);
            }
        }
        Purpose offered = purpose;
        return hostname.<ServerName>map(name -> new Named(name, offered)).orElseGet(Unusable::new);
    }

    private static Optional<Hostname> hostname(ByteBuf body) {
        ByteBuf list = body.readSlice(body.readUnsignedShort());
        boolean isHostName = list.readUnsignedByte() == HOST_NAME_TYPE;
        int length = list.readUnsignedShort();
        String name = list.readCharSequence(length, StandardCharsets.ISO_8859_1).toString();
        boolean alone = !list.isReadable() && !body.isReadable();
        return isHostName && alone ? Hostname.parse(name) : Optional.empty();
    }

    private static Purpose purpose(ByteBuf body) {
        ByteBuf list = body.readSlice(body.readUnsignedShort());
        int length = list.readUnsignedByte();
        String first =
                list.readCharSequence(length, StandardCharsets.ISO_8859_1).toString();
        if (list.isReadable()) {
            return new Purpose.Visit();
        }
        return first.equals(ACME_TLS)
                ? new Purpose.Validation()
                : TlsMarker.token(first).<Purpose>map(Purpose.Marker::new).orElseGet(Purpose.Visit::new);
    }
}
