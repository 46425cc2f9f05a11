package dev.anyhost.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.anyhost.domain.Hostname;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;

/** One request as frames (RFC 9113): all that {@link WarmUp} needs of a client. */
record Http2Visit(Hostname hostname) {

    static final String PROTOCOL = "h2";

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);
    private static final byte DATA = 0;
    private static final byte HEADERS = 1;
    private static final byte SETTINGS = 4;
    private static final byte END_STREAM = 1;
    private static final byte END_HEADERS = 4;
    private static final int FRAME_HEAD = 9;

    /** Asks, and reads to the end of the answer. */
    void make(Socket connection) throws IOException {
        connection.getOutputStream().write(request());
        var in = new DataInputStream(connection.getInputStream());
        boolean ended = false;
        while (!ended) {
            int length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            var _ = in.readInt();
            in.skipNBytes(length);
            ended = (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
        }
    }

    private byte[] request() {
        byte[] authority = hostname.value().getBytes(US_ASCII);
        // From the static table (RFC 7541 appendix A): GET, https, /, and the name of :authority.
        byte[] section = ByteBuffer.allocate(5 + authority.length)
                .put(new byte[] {(byte) 0x82, (byte) 0x87, (byte) 0x84, 0x01, (byte) authority.length})
                .put(authority)
                .array();
        return ByteBuffer.allocate(PREFACE.length + 2 * FRAME_HEAD + section.length)
                .put(PREFACE)
                .put(new byte[] {0, 0, 0, SETTINGS, 0, 0, 0, 0, 0})
                .put(new byte[] {0, 0, (byte) section.length, HEADERS, END_STREAM | END_HEADERS, 0, 0, 0, 1})
                .put(section)
                .array();
    }
}
