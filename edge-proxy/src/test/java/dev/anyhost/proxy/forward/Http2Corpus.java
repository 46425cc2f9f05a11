package dev.anyhost.proxy.forward;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Conversations on HTTP/2 as lists of frames, and how they are damaged. */
final class Http2Corpus {

    private static final String SMUGGLED = "GET /smuggled HTTP/1.1\r\n\r\n";
    private static final int PADDED = 8;
    private static final int WITH_PRIORITY = 0x20;

    /** What no request may have, or only in another place. */
    private static final String[][] POISON = {
        {"transfer-encoding", "chunked"},
        {"content-length", "5"},
        {"content-length", "+3"},
        {"connection", "content-length"},
        {"Upper", "case"},
        {"x", "a\r\nx-forwarded-for: 6.6.6.6"},
        {"x", "a\0b"},
        {"x y", "z"},
        {"", "empty"},
        {":path", "/twice"},
        {":path", "/a b HTTP/1.1\r\n\r\n"},
        {":status", "200"},
        {":authority", "other.example.com"},
        {"host", "other.example.com"},
        {"te", "chunked"},
        {"upgrade", "h2c"},
        {"x-forwarded-for", "6.6.6.6"},
        {"cookie", "a=b"},
    };

    private Http2Corpus() {}

    /** @param length as the frame's head has it, which may be a lie */
    record Piece(int length, int type, int flags, int stream, byte[] payload) {

        Piece(int type, int flags, int stream, byte[] payload) {
            this(payload.length, type, flags, stream, payload);
        }

        String text() {
            byte[] bytes = Http2Wire.bytes(type, flags, stream, payload);
            bytes[0] = (byte) (length >> 16);
            bytes[1] = (byte) (length >> 8);
            bytes[2] = (byte) length;
            return new String(bytes, ISO_8859_1);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(ISO_8859_1);
    }

    private static byte[] joined(byte[]... parts) {
        var all = ByteBuffer.allocate(
                List.of(parts).stream().mapToInt(part -> part.length).sum());
        List.of(parts).forEach(all::put);
        return all.array();
    }

    private static Piece head(int stream, int flags, String method, String... more) {
        byte[] section = joined(EmbeddedHttp2.section(method, "/" + stream), Http2Wire.section(more));
        return new Piece(Http2Wire.HEADERS, Http2Wire.END_HEADERS | flags, stream, section);
    }

    private static Piece data(int stream, int flags, String text) {
        return new Piece(Http2Wire.DATA, flags, stream, ascii(text));
    }

    /** Streams from {@code first} on. */
    static List<Piece> conversation(int kind, int first) {
        int next = first + 2;
        return switch (kind) {
            case 0 -> List.of(head(first, 1, "GET"), head(next, 1, "HEAD", "accept", "*/*"));
            case 1 -> List.of(head(first, 0, "POST", "content-length", "26"), data(first, 1, SMUGGLED));
            case 2 ->
                List.of(
                        head(first, 0, "POST"),
                        data(first, 0, SMUGGLED),
                        head(next, 1, "GET"),
                        data(first, 0, "0\r\n\r\n"),
                        new Piece(Http2Wire.HEADERS, 5, first, Http2Wire.section("x-sum", "1")));
            case 3 -> {
                byte[] section = EmbeddedHttp2.section("GET", "/" + first);
                byte[] start = java.util.Arrays.copyOf(section, 20);
                byte[] rest = java.util.Arrays.copyOfRange(section, 20, section.length);
                yield List.of(
                        new Piece(Http2Wire.HEADERS, Http2Wire.END_STREAM, first, start),
                        new Piece(Http2Wire.CONTINUATION, Http2Wire.END_HEADERS, first, rest));
            }
            case 4 ->
                List.of(
                        new Piece(Http2Wire.SETTINGS, 0, 0, new byte[] {0, 4, 0, 0, 0, 100}),
                        new Piece(Http2Wire.PING, 0, 0, new byte[8]),
                        new Piece(Http2Wire.WINDOW_UPDATE, 0, 0, new byte[] {0, 0, 1, 0}),
                        head(first, 1, "GET"),
                        new Piece(Http2Wire.PRIORITY, 0, next, new byte[] {0, 0, 0, 1, 1}));
            case 5 ->
                List.of(
                        head(first, 0, "PUT"),
                        data(first, 0, SMUGGLED),
                        new Piece(Http2Wire.RST_STREAM, 0, first, new byte[] {0, 0, 0, 8}),
                        head(next, 1, "GET"));
            case 6 ->
                List.of(
                        new Piece(
                                Http2Wire.HEADERS,
                                Http2Wire.END_HEADERS | PADDED | WITH_PRIORITY,
                                first,
                                joined(
                                        new byte[] {3, 0, 0, 0, 0, 15},
                                        EmbeddedHttp2.section("POST", "/" + first),
                                        new byte[3])),
                        data(first, 1 | PADDED, "\2abc\0\0"));
            default -> {
                // x-indexed: 1 goes into the dynamic table, and is named from there.
                byte[] entry = joined(new byte[] {0x40, 9}, ascii("x-indexed"), new byte[] {1, '1'});
                byte[] named = {(byte) 0xbe};
                yield List.of(
                        new Piece(
                                Http2Wire.HEADERS, 5, first, joined(EmbeddedHttp2.section("GET", "/" + first), entry)),
                        new Piece(Http2Wire.HEADERS, 5, next, joined(EmbeddedHttp2.section("GET", "/" + next), named)));
            }
        };
    }

    static List<Piece> damaged(List<Piece> pieces, Random random) {
        List<Piece> all = new ArrayList<>(pieces);
        for (int hits = random.nextInt(4); hits > 0 && !all.isEmpty(); hits--) {
            int at = random.nextInt(all.size());
            switch (random.nextInt(5)) {
                case 0 -> all.remove(at);
                case 1 -> all.add(at, all.get(random.nextInt(all.size())));
                case 2 -> java.util.Collections.swap(all, at, random.nextInt(all.size()));
                default -> all.set(at, damaged(all.get(at), random));
            }
        }
        return all;
    }

    private static Piece damaged(Piece piece, Random random) {
        byte[] payload = piece.payload().clone();
        if (payload.length > 0) {
            payload[random.nextInt(payload.length)] = (byte) random.nextInt();
        }
        int bit = 1 << random.nextInt(8);
        int length = payload.length + random.nextInt(20) - 10;
        String[] poison = POISON[random.nextInt(POISON.length)];
        return switch (random.nextInt(7)) {
            case 0 -> new Piece(piece.type(), piece.flags(), piece.stream(), payload);
            case 1 -> new Piece(random.nextInt(12), piece.flags(), piece.stream(), piece.payload());
            case 2 -> new Piece(piece.type(), piece.flags() ^ bit, piece.stream(), piece.payload());
            case 3 -> new Piece(piece.type(), piece.flags(), random.nextInt(12), piece.payload());
            case 4 -> new Piece(Math.max(0, length), piece.type(), piece.flags(), piece.stream(), piece.payload());
            default ->
                piece.type() == Http2Wire.HEADERS
                        ? new Piece(
                                piece.type(),
                                piece.flags(),
                                piece.stream(),
                                joined(piece.payload(), Http2Wire.section(poison)))
                        : new Piece(piece.type(), piece.flags(), piece.stream(), new byte[random.nextInt(40)]);
        };
    }
}
