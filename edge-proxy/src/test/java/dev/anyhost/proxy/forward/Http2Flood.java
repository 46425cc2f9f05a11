package dev.anyhost.proxy.forward;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/**
 * Frames that cost us more than their sender.
 *
 * @param afterAResponse whether stream 1 has had a request and its response before
 * @param frames what the client sends next, from 0 on
 */
record Http2Flood(String name, boolean afterAResponse, IntFunction<byte[]> frames) {

    private static final byte[] NOTHING = {};
    private static final byte[] FOUR = new byte[4];
    private static final byte[] EIGHT = new byte[8];
    private static final byte[] CANCEL = {0, 0, 0, Http2Wire.CANCEL};
    private static final int LARGEST = 16_384;

    static Stream<Http2Flood> all() {
        return Stream.of(
                flood("PING", i -> Http2Wire.bytes(Http2Wire.PING, 0, 0, EIGHT)),
                flood("PING acknowledgements", i -> Http2Wire.bytes(Http2Wire.PING, Http2Wire.ACK, 0, EIGHT)),
                flood("SETTINGS", i -> Http2Wire.bytes(Http2Wire.SETTINGS, 0, 0, NOTHING)),
                flood("PRIORITY", i -> Http2Wire.bytes(Http2Wire.PRIORITY, 0, 1, new byte[] {0, 0, 0, 3, 1})),
                flood("unknown frames", i -> Http2Wire.bytes(0xbe, 0, 0, new byte[1])),
                flood("unknown frames of 4 KiB", i -> Http2Wire.bytes(0xbe, 0, 0, new byte[4_096])),
                flood("WINDOW_UPDATE", i -> Http2Wire.bytes(Http2Wire.WINDOW_UPDATE, 0, 0, new byte[] {0, 0, 0, 1})),
                new Http2Flood(
                        "WINDOW_UPDATE on a finished stream",
                        true,
                        i -> Http2Wire.bytes(Http2Wire.WINDOW_UPDATE, 0, 1, new byte[] {0, 0, 0, 1})),
                new Http2Flood(
                        "RST_STREAM on a finished stream",
                        true,
                        i -> Http2Wire.bytes(Http2Wire.RST_STREAM, 0, 1, CANCEL)),
                flood("GOAWAY", i -> Http2Wire.bytes(Http2Wire.GOAWAY, 0, 0, EIGHT)),
                flood(
                        "rapid reset",
                        i -> together(
                                request(i, true, "GET"), Http2Wire.bytes(Http2Wire.RST_STREAM, 0, id(i), CANCEL))),
                flood(
                        "MadeYouReset by window",
                        i -> together(
                                request(i, false, "POST"), Http2Wire.bytes(Http2Wire.WINDOW_UPDATE, 0, id(i), FOUR))),
                flood(
                        "MadeYouReset by length",
                        i -> together(
                                request(i, false, "POST", "content-length", "1"),
                                Http2Wire.bytes(
                                        Http2Wire.DATA, Http2Wire.END_STREAM, id(i), "ab".getBytes(ISO_8859_1)))),
                flood(
                        "MadeYouReset by priority",
                        i -> together(
                                request(i, false, "POST"), // Depends on itself.
                                Http2Wire.bytes(
                                        Http2Wire.PRIORITY,
                                        0,
                                        id(i),
                                        ByteBuffer.allocate(5).putInt(id(i)).array()))),
                flood("malformed requests", i -> headers(i, Http2Wire.section(":method", "GET"))),
                flood(
                        "empty DATA",
                        i -> together(
                                i == 0 ? request(0, false, "POST") : NOTHING,
                                Http2Wire.bytes(Http2Wire.DATA, 0, 1, NOTHING))),
                flood(
                        "DATA of padding",
                        i -> together(
                                i == 0 ? request(0, false, "POST") : NOTHING,
                                Http2Wire.bytes(Http2Wire.DATA, 8, 1, padding()))),
                flood("CONTINUATION", i -> continued(i, Http2Wire.section("x-a", "b"))),
                flood("empty CONTINUATION", i -> continued(i, NOTHING)),
                flood("large CONTINUATION", i -> continued(i, Http2Wire.section("x-a", "b".repeat(LARGEST - 20)))));
    }

    /** So many, one after the other. */
    byte[] first(int count) {
        var all = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            all.writeBytes(frames.apply(i));
        }
        return all.toByteArray();
    }

    private static Http2Flood flood(String what, IntFunction<byte[]> frames) {
        return new Http2Flood(what, false, frames);
    }

    private static int id(int request) {
        return request * 2 + 1;
    }

    private static byte[] request(int number, boolean end, String method, String... more) {
        byte[] section = Http2Wire.section(Stream.concat(
                        Stream.of(
                                ":method",
                                method,
                                ":scheme",
                                "https",
                                ":path",
                                "/",
                                ":authority",
                                ProxyFixture.SHOP.value()),
                        Stream.of(more))
                .toArray(String[]::new));
        int flags = Http2Wire.END_HEADERS | (end ? Http2Wire.END_STREAM : 0);
        return Http2Wire.bytes(Http2Wire.HEADERS, flags, id(number), section);
    }

    private static byte[] headers(int number, byte[] section) {
        return Http2Wire.bytes(Http2Wire.HEADERS, Http2Wire.END_HEADERS | Http2Wire.END_STREAM, id(number), section);
    }

    private static byte[] continued(int number, byte[] fragment) {
        return together(
                number == 0 ? Http2Wire.bytes(Http2Wire.HEADERS, 0, 1, Http2Wire.section(":method", "GET")) : NOTHING,
                Http2Wire.bytes(Http2Wire.CONTINUATION, 0, 1, fragment));
    }

    /** As much of it as there can be, and nothing else. */
    private static byte[] padding() {
        byte[] payload = new byte[256];
        payload[0] = (byte) 255;
        return payload;
    }

    private static byte[] together(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }

    @Override
    public String toString() {
        return name;
    }
}
