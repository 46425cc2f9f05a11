package dev.anyhost.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/** Reads a ServerHello (RFC 8446 section 4.1.3) out of its handshake message. */
final class ServerHelloReader {

    private static final int SERVER_HELLO = 2;
    private static final int SUPPORTED_VERSIONS = 43;
    private static final String HELLO_RETRY_RANDOM = "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c";

    private ServerHelloReader() {}

    /** Empty when {@code message} (with its four-byte header) is something else. */
    static Optional<TlsAnswer.ServerHello> read(byte[] message) {
        try {
            ByteBuffer in = ByteBuffer.wrap(message);
            if (in.get() != SERVER_HELLO) {
                return Optional.empty();
            }
            take(in, 3);
            int legacyVersion = in.getShort() & 0xffff;
            String random = HexFormat.of().formatHex(take(in, 32));
            take(in, in.get() & 0xff);
            int cipherSuite = in.getShort() & 0xffff;
            take(in, 1);
            Map<Integer, String> extensions = extensions(in);
            String selected = extensions.get(SUPPORTED_VERSIONS);
            int version = selected == null ? legacyVersion : HexFormat.fromHexDigits(selected);
            return Optional.of(
                    new TlsAnswer.ServerHello(version, cipherSuite, random.equals(HELLO_RETRY_RANDOM), extensions));
        } catch (BufferUnderflowException | IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    /** The one protocol in the body of an ALPN extension, given in hexadecimal. */
    static String protocolIn(String extension) {
        return new String(HexFormat.of().parseHex(extension, 6, extension.length()), US_ASCII);
    }

    private static Map<Integer, String> extensions(ByteBuffer in) {
        Map<Integer, String> extensions = new HashMap<>();
        if (in.remaining() >= 2) {
            in.getShort();
        }
        while (in.hasRemaining()) {
            int type = in.getShort() & 0xffff;
            byte[] body = take(in, in.getShort() & 0xffff);
            extensions.put(type, HexFormat.of().formatHex(body));
        }
        return extensions;
    }

    private static byte[] take(ByteBuffer in, int length) {
        byte[] taken = new byte[length];
        in.get(taken);
        return taken;
    }
}
