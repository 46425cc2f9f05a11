package dev.anyhost.proxy.handshake;

import dev.anyhost.domain.Hostname;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What a ClientHello (RFC 8446 section 4.1.2) says about whom it is for: the server_name extension (RFC 6066 section 3)
 * and whether application-layer protocol negotiation (RFC 7301 section 3.1) offers {@code acme-tls/1} and nothing else
 * (RFC 8737 section 3). The bytes are a stranger's: any input gives an answer.
 */
sealed interface ServerName {

    /** A hostname that may be asked about. */
    record Named(Hostname hostname, boolean acmeTls) implements ServerName {}

    /** No name, an IP address, or what can't be a public hostname: nobody is asked. */
    record Unusable() implements ServerName {}

    int SERVER_NAME = 0;
    int ALPN = 16;
    int HOST_NAME_TYPE = 0;
    int VERSION_AND_RANDOM = 34;
    byte[] ACME_TLS = "acme-tls/1".getBytes(StandardCharsets.US_ASCII);

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
        boolean acmeTls = false;
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
                acmeTls = offersAcmeTlsOnly(body);
            }
        }
        boolean acme = acmeTls;
        return hostname.<ServerName>map(name -> new Named(name, acme)).orElseGet(Unusable::new);
    }

    private static Optional<Hostname> hostname(ByteBuf body) {
        ByteBuf list = body.readSlice(body.readUnsignedShort());
        boolean isHostName = list.readUnsignedByte() == HOST_NAME_TYPE;
        int length = list.readUnsignedShort();
        String name = list.readCharSequence(length, StandardCharsets.ISO_8859_1).toString();
        boolean alone = !list.isReadable() && !body.isReadable();
        return isHostName && alone ? Hostname.parse(name) : Optional.empty();
    }

    private static boolean offersAcmeTlsOnly(ByteBuf body) {
        ByteBuf list = body.readSlice(body.readUnsignedShort());
        ByteBuf protocol = list.readSlice(list.readUnsignedByte());
        if (list.isReadable() || protocol.readableBytes() != ACME_TLS.length) {
            return false;
        }
        for (byte expected : ACME_TLS) {
            if (protocol.readByte() != expected) {
                return false;
            }
        }
        return true;
    }
}
