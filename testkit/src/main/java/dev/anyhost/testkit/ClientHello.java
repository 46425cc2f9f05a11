package dev.anyhost.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.List;

/**
 * A TLS ClientHello (RFC 8446 section 4.1.2) made of bytes of one's own choice. Starts out as one that TLS 1.3 and 1.2
 * servers answer with a ServerHello; each method returns a changed copy. Nothing is checked: servers are to.
 */
public final class ClientHello {

    public static final int TLS_1_2 = 0x0303;
    public static final int TLS_1_3 = 0x0304;

    private static final int SERVER_NAME = 0;
    private static final int SUPPORTED_GROUPS = 10;
    private static final int EC_POINT_FORMATS = 11;
    private static final int SIGNATURE_ALGORITHMS = 13;
    private static final int ALPN = 16;
    private static final int PADDING = 21;
    private static final int SUPPORTED_VERSIONS = 43;
    private static final int PSK_KEY_EXCHANGE_MODES = 45;
    private static final int KEY_SHARE = 51;
    private static final int RENEGOTIATION_INFO = 0xff01;
    private static final int X25519 = 29;
    private static final int P_256 = 23;
    private static final int EXTENSIONS_LIMIT = 0xffff;
    private static final int RECORD_LIMIT = 1 << 14;
    private static final List<Integer> CIPHER_SUITES = List.of(0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030);

    private final List<Integer> cipherSuites;
    private final List<Extension> extensions;
    private final int paddedTo;

    private ClientHello(List<Integer> cipherSuites, List<Extension> extensions, int paddedTo) {
        this.cipherSuites = List.copyOf(cipherSuites);
        this.extensions = List.copyOf(extensions);
        this.paddedTo = paddedTo;
    }

    /** One for {@code hostname}, as browsers send it, without ALPN. */
    public static ClientHello forName(String hostname) {
        return withoutName().serverName(hostname.getBytes(US_ASCII));
    }

    /** One without the server_name extension. */
    public static ClientHello withoutName() {
        byte[] groups = new ByteWriter().u16(X25519).u16(P_256).toBytes();
        byte[] signatures = new ByteWriter()
                .u16(0x0403)
                .u16(0x0804)
                .u16(0x0401)
                .u16(0x0503)
                .u16(0x0805)
                .toBytes();
        return new ClientHello(CIPHER_SUITES, List.of(), 0)
                .extension(RENEGOTIATION_INFO, new byte[] {0})
                .extension(EC_POINT_FORMATS, new byte[] {1, 0})
                .extension(SUPPORTED_GROUPS, vector16(groups))
                .extension(SIGNATURE_ALGORITHMS, vector16(signatures))
                .extension(PSK_KEY_EXCHANGE_MODES, new byte[] {1, 1})
                .extension(KEY_SHARE, keyShare())
                .versions(TLS_1_3, TLS_1_2);
    }

    /** A server_name extension (RFC 6066 section 3) with one host_name entry of these very bytes, if any. */
    public ClientHello serverName(byte[] name) {
        return serverNames(name);
    }

    /** A server_name extension with several host_name entries, which RFC 6066 forbids. */
    public ClientHello serverNames(byte[]... names) {
        ByteWriter list = new ByteWriter();
        for (byte[] name : names) {
            list.u8(0).vector16(name);
        }
        return serverNameExtension(vector16(list.toBytes()));
    }

    /** A server_name extension with this body, well-formed or not. */
    public ClientHello serverNameExtension(byte[] body) {
        return without(SERVER_NAME).extension(SERVER_NAME, body);
    }

    /** The application protocols (RFC 7301), for example {@code acme-tls/1}. */
    public ClientHello alpn(String... protocols) {
        ByteWriter list = new ByteWriter();
        for (String protocol : protocols) {
            list.vector8(protocol.getBytes(US_ASCII));
        }
        return without(ALPN).extension(ALPN, vector16(list.toBytes()));
    }

    /** The supported_versions; {@link #TLS_1_2} alone leaves the extensions of TLS 1.3 out, as an old client does. */
    public ClientHello versions(int... versions) {
        if (versions.length == 1 && versions[0] == TLS_1_2) {
            return without(SUPPORTED_VERSIONS).without(KEY_SHARE).without(PSK_KEY_EXCHANGE_MODES);
        }
        ByteWriter list = new ByteWriter();
        for (int version : versions) {
            list.u16(version);
        }
        return without(SUPPORTED_VERSIONS)
                .extension(
                        SUPPORTED_VERSIONS,
                        new ByteWriter().vector8(list.toBytes()).toBytes());
    }

    public ClientHello cipherSuites(Integer... suites) {
        return new ClientHello(List.of(suites), extensions, paddedTo);
    }

    /** One more extension, even of a type that is there already. */
    public ClientHello extension(int type, byte[] body) {
        List<Extension> more = new ArrayList<>(extensions);
        more.add(new Extension(type, body));
        return new ClientHello(cipherSuites, more, paddedTo);
    }

    /** Without the extensions of this type. */
    public ClientHello without(int type) {
        List<Extension> others =
                extensions.stream().filter(extension -> extension.type != type).toList();
        return new ClientHello(cipherSuites, others, paddedTo);
    }

    /**
     * Grows the handshake message to {@code bytes}, its four-byte header included: by the padding extension (RFC 7685),
     * and past 64 KiB by cipher suites that don't exist.
     */
    public ClientHello paddedTo(int bytes) {
        return new ClientHello(cipherSuites, extensions, bytes);
    }

    /** The handshake message, outside of any record. */
    public byte[] handshake() {
        if (paddedTo == 0) {
            return message(cipherSuites, extensions);
        }
        int missing = paddedTo - message(cipherSuites, extensions).length;
        int room = EXTENSIONS_LIMIT - encoded(extensions).length;
        int inSuites = missing <= room ? 0 : (missing - room + 1) / 2 * 2;
        int inExtension = missing - inSuites - 4;
        if (inExtension < 0) {
            throw new IllegalArgumentException(
                    "paddedTo: " + paddedTo + " (expected: " + (paddedTo - inExtension) + " or more)");
        }
        List<Integer> suites = new ArrayList<>(cipherSuites);
        for (int added = 0; added < inSuites; added += 2) {
            suites.add(0x0a0a);
        }
        return message(suites, extension(PADDING, new byte[inExtension]).extensions);
    }

    /** As TLS records: one, or as few as fit when the message is longer than a record may be. */
    public byte[] records() {
        return records(new int[0]);
    }

    /** As TLS records of these sizes (of payload, in bytes); what is left follows in records as long as allowed. */
    public byte[] records(int... sizes) {
        byte[] message = handshake();
        ByteWriter records = new ByteWriter();
        int sent = 0;
        for (int i = 0; sent < message.length; i++) {
            int size = Math.min(i < sizes.length ? sizes[i] : RECORD_LIMIT, message.length - sent);
            records.u8(22).u16(0x0301).u16(size).bytes(message, sent, size);
            sent += size;
        }
        return records.toBytes();
    }

    private static byte[] message(List<Integer> cipherSuites, List<Extension> extensions) {
        ByteWriter suites = new ByteWriter();
        cipherSuites.forEach(suites::u16);
        byte[] body = new ByteWriter()
                .u16(TLS_1_2)
                .bytes(filled(32, 'r'))
                .vector8(filled(32, 's'))
                .vector16(suites.toBytes())
                .vector8(new byte[] {0})
                .vector16(encoded(extensions))
                .toBytes();
        return new ByteWriter().u8(1).vector24(body).toBytes();
    }

    private static byte[] encoded(List<Extension> extensions) {
        ByteWriter encoded = new ByteWriter();
        for (Extension extension : extensions) {
            encoded.u16(extension.type).vector16(extension.body);
        }
        return encoded.toBytes();
    }

    /** X25519's base point is as good a public key as any for a handshake that nobody means to finish. */
    private static byte[] keyShare() {
        byte[] basePoint = new byte[32];
        basePoint[0] = 9;
        return vector16(new ByteWriter().u16(X25519).vector16(basePoint).toBytes());
    }

    private static byte[] vector16(byte[] content) {
        return new ByteWriter().vector16(content).toBytes();
    }

    private static byte[] filled(int length, char with) {
        return String.valueOf(with).repeat(length).getBytes(US_ASCII);
    }

    /** A type and its body, kept apart from the caller's array. */
    private static final class Extension {

        private final int type;
        private final byte[] body;

        Extension(int type, byte[] body) {
            this.type = type;
            this.body = body.clone();
        }
    }
}
