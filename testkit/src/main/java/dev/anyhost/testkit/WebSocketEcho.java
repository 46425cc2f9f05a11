package dev.anyhost.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** The server's side of a WebSocket (RFC 6455) that sends every frame back as it came, only unmasked. */
final class WebSocketEcho {

    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final long FRAME_LIMIT = 1 << 24;

    private final DataInputStream in;
    private final OutputStream out;

    WebSocketEcho(InputStream in, OutputStream out) {
        this.in = new DataInputStream(in);
        this.out = out;
    }

    /** Upgrades the connection, and returns after the closing handshake. */
    void run(RawRequest request) throws IOException {
        String accept = accept(request.header("Sec-WebSocket-Key").orElse(""));
        out.write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: " + accept + "\r\n\r\n")
                .getBytes(ISO_8859_1));
        int opcode = 0;
        while (opcode != CLOSE) {
            int first = in.readUnsignedByte();
            opcode = first & 0x0f;
            byte[] payload = payload();
            if (opcode == PING) {
                send((first & 0xf0) | PONG, payload);
            } else if (opcode != PONG) {
                send(first, payload);
            }
        }
    }

    private byte[] payload() throws IOException {
        int second = in.readUnsignedByte();
        long length = second & 0x7f;
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        if ((second & 0x80) == 0 || length < 0 || length > FRAME_LIMIT) {
            throw new IOException("a frame that is unmasked or longer than " + FRAME_LIMIT + ": " + length);
        }
        byte[] mask = new byte[4];
        in.readFully(mask);
        byte[] payload = new byte[(int) length];
        in.readFully(payload);
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= mask[i % 4];
        }
        return payload;
    }

    private void send(int first, byte[] payload) throws IOException {
        ByteWriter frame = new ByteWriter().u8(first);
        if (payload.length < 126) {
            frame.u8(payload.length);
        } else if (payload.length <= 0xffff) {
            frame.u8(126).u16(payload.length);
        } else {
            frame.u8(127).u16(0).u16(0).u16(payload.length >> 16).u16(payload.length);
        }
        out.write(frame.bytes(payload).toBytes());
    }

    private static String accept(String key) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            return Base64.getEncoder().encodeToString(sha1.digest((key + GUID).getBytes(ISO_8859_1)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }
}
