package dev.anyhost.proxy.forward;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** A client, or an origin, that sends HTTP/2 frames as they are, allowed or not, and reads what comes. Acknowledges SETTINGS only. */
final class Http2Wire implements AutoCloseable {

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;

    static final int NO_ERROR = 0;
    static final int PROTOCOL_ERROR = 1;
    static final int INTERNAL_ERROR = 2;
    static final int STREAM_CLOSED = 5;
    static final int REFUSED_STREAM = 7;
    static final int CANCEL = 8;
    static final int ENHANCE_YOUR_CALM = 11;

    static final int ENABLE_PUSH = 2;
    static final int MAX_CONCURRENT_STREAMS = 3;
    static final int INITIAL_WINDOW_SIZE = 4;
    static final int MAX_HEADER_LIST_SIZE = 6;
    static final int ENABLE_CONNECT_PROTOCOL = 8;

    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    private final WireClient wire;
    /** Whether the response that is being read has ended. */
    private boolean ended;

    private final DefaultHttp2HeadersDecoder hpack = new DefaultHttp2HeadersDecoder(false);

    Http2Wire(WireClient wire) {
        this.wire = wire;
    }

    /** Takes dynamic tables up to that size. */
    Http2Wire withHeaderTable(int bytes) {
        try {
            hpack.configuration().maxHeaderTableSize(bytes);
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
        return this;
    }

    /** The last of the dynamic table size updates that a header section begins with (RFC 7541 section 6.3); or -1. */
    long lastTableSize(Frame headers) {
        ByteBuffer section = ByteBuffer.wrap(headers.payload());
        long last = -1;
        while (section.hasRemaining() && (section.get(section.position()) & 0xe0) == 0x20) {
            last = section.get() & 0x1f;
            for (int shift = 0, octet = 0x80; last >= 31 && (octet & 0x80) != 0; shift += 7) {
                octet = section.get();
                last += (long) (octet & 0x7f) << shift;
            }
        }
        return last;
    }

    /** A frame as it came, a header section decoded; CONTINUATIONs aren't expected. */
    record Frame(int type, int flags, int stream, byte[] payload, Optional<Http2Headers> section) {

        Http2Headers headers() {
            return section.orElseThrow();
        }

        /** With its section, if it is a HEADERS frame. */
        Frame decoded(DefaultHttp2HeadersDecoder hpack) {
            return type == HEADERS
                    ? new Frame(type, flags, stream, payload, Optional.of(decode(hpack, stream, payload)))
                    : this;
        }

        boolean ends() {
            return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
        }

        /** The payload, each byte one character. */
        String text() {
            return new String(payload, ISO_8859_1);
        }

        /** The error code of a RST_STREAM or a GOAWAY. */
        int error() {
            return ByteBuffer.wrap(payload).getInt(type == GOAWAY ? 4 : 0);
        }

        /** A GOAWAY's last stream. */
        int last() {
            return ByteBuffer.wrap(payload).getInt(0);
        }
    }

    /** A whole response. */
    record Response(Http2Headers head, String body, Optional<Http2Headers> trailers) {

        String status() {
            return String.valueOf(head.status());
        }
    }

    /** Connection preface with SETTINGS as id and value, and so on. */
    Http2Wire preface(int... settings) {
        wire.send(PREFACE);
        return settings(settings);
    }

    /** The other side of it: reads a client's, and answers with SETTINGS. */
    Http2Wire acceptPreface(int... settings) {
        assertThat(wire.read(PREFACE.length())).isEqualTo(PREFACE);
        return settings(settings);
    }

    /** SETTINGS as id and value, and so on. */
    Http2Wire settings(int... settings) {
        ByteBuffer payload = ByteBuffer.allocate(settings.length / 2 * 6);
        for (int i = 0; i < settings.length; i += 2) {
            payload.putShort((short) settings[i]).putInt(settings[i + 1]);
        }
        return frame(SETTINGS, 0, 0, payload.array());
    }

    Http2Wire frame(int type, int flags, int stream, byte[] payload) {
        wire.send(bytes(type, flags, stream, payload));
        return this;
    }

    static byte[] bytes(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .putShort((short) (payload.length >> 8))
                .put((byte) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    Http2Wire raw(byte[] bytes) {
        wire.send(bytes);
        return this;
    }

    /** A header section from name and value, and so on: each literal, without indexing. */
    Http2Wire headers(int stream, boolean end, String... fields) {
        return frame(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, section(fields));
    }

    static byte[] section(String... fields) {
        var out = new ByteArrayOutputStream();
        for (int i = 0; i < fields.length; i += 2) {
            out.write(0);
            string(fields[i], out);
            string(fields[i + 1], out);
        }
        return out.toByteArray();
    }

    private static void string(String text, ByteArrayOutputStream out) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        if (bytes.length < 127) {
            out.write(bytes.length);
        } else {
            out.write(127);
            int rest = bytes.length - 127;
            while (rest >= 128) {
                out.write(rest % 128 + 128);
                rest /= 128;
            }
            out.write(rest);
        }
        out.writeBytes(bytes);
    }

    /** A request for the fixture's hostname. */
    Http2Wire request(int stream, boolean end, String method, String path, String... more) {
        List<String> fields = new ArrayList<>(
                List.of(":method", method, ":scheme", "https", ":path", path, ":authority", ProxyFixture.SHOP.value()));
        fields.addAll(List.of(more));
        return headers(stream, end, fields.toArray(new String[0]));
    }

    Http2Wire get(int stream, String path) {
        return request(stream, true, "GET", path);
    }

    Http2Wire data(int stream, boolean end, String text) {
        return frame(DATA, end ? END_STREAM : 0, stream, text.getBytes(ISO_8859_1));
    }

    Http2Wire windowUpdate(int stream, int increment) {
        return frame(
                WINDOW_UPDATE,
                0,
                stream,
                ByteBuffer.allocate(4).putInt(increment).array());
    }

    Http2Wire reset(int stream, int error) {
        return frame(RST_STREAM, 0, stream, ByteBuffer.allocate(4).putInt(error).array());
    }

    /** A response without a body yet. */
    Http2Wire respond(int stream, boolean end, String status, String... more) {
        List<String> fields = new ArrayList<>(List.of(":status", status));
        fields.addAll(List.of(more));
        return headers(stream, end, fields.toArray(new String[0]));
    }

    Http2Wire goAway(int last, int error) {
        return frame(
                GOAWAY, 0, 0, ByteBuffer.allocate(8).putInt(last).putInt(error).array());
    }

    /** The next frame, whatever it is. */
    Frame read() {
        Frame frame = readOnly();
        if (frame.type() == SETTINGS && (frame.flags() & ACK) == 0) {
            frame(SETTINGS, ACK, 0, new byte[0]);
        }
        return frame;
    }

    /** As above, and answers nothing: a connection that was reset can still have something to read, but takes nothing. */
    private Frame readOnly() {
        String head = wire.read(9);
        ByteBuffer bytes = ByteBuffer.wrap(head.getBytes(ISO_8859_1));
        int length = ((bytes.getShort() & 0xffff) << 8) | (bytes.get() & 0xff);
        int type = bytes.get();
        int flags = bytes.get() & 0xff;
        int stream = bytes.getInt();
        byte[] payload = wire.read(length).getBytes(ISO_8859_1);
        return new Frame(type, flags, stream, payload, Optional.empty()).decoded(hpack);
    }

    /** Frames up to one that is wanted, which is returned; the others are dropped. */
    Frame await(Predicate<Frame> wanted) {
        Frame frame = read();
        while (!wanted.test(frame)) {
            frame = read();
        }
        return frame;
    }

    Frame await(int type) {
        return await(frame -> frame.type() == type);
    }

    /** The other side of a preface, without SETTINGS yet; the next request that comes all the same. */
    Frame awaitHeadersBeforeSettings() {
        assertThat(wire.read(PREFACE.length())).isEqualTo(PREFACE);
        Frame frame = readOnly();
        while (frame.type() != HEADERS) {
            frame = readOnly();
        }
        return frame;
    }

    /** The next request, or what else comes as a header section. */
    Frame awaitHeaders() {
        return await(HEADERS);
    }

    /** The next header section of a stream. */
    Http2Headers awaitHeaders(int stream) {
        return await(frame -> frame.type() == HEADERS && frame.stream() == stream)
                .headers();
    }

    private static Http2Headers decode(DefaultHttp2HeadersDecoder hpack, int stream, byte[] section) {
        ByteBuf payload = Unpooled.wrappedBuffer(section);
        try {
            return hpack.decodeHeaders(stream, payload);
        } catch (Http2Exception e) {
            throw new IllegalStateException(java.util.HexFormat.of().formatHex(section), e);
        }
    }

    /** The rest of a body, with its end; opens no window. */
    String bodyToEnd() {
        var all = new StringBuilder();
        Frame frame;
        do {
            frame = await(DATA);
            all.append(frame.text());
        } while (!frame.ends());
        return all.toString();
    }

    /** The next of a body, at least so many bytes; opens no window. */
    String body(int count) {
        var all = new StringBuilder();
        while (all.length() < count) {
            all.append(await(DATA).text());
        }
        return all.toString();
    }

    /** How much of a stream's window was given back until now, since the last that was read. */
    int returned(int stream) {
        frame(PING, 0, 0, "12345678".getBytes(ISO_8859_1));
        int sum = 0;
        while (true) {
            Frame frame = read();
            if (frame.type() == WINDOW_UPDATE && frame.stream() == stream) {
                sum += ByteBuffer.wrap(frame.payload()).getInt();
            } else if (frame.type() == PING) {
                return sum;
            }
        }
    }

    /** A stream's whole response; interim ones are skipped. Opens windows as it reads. */
    Response response(int stream) {
        Http2Headers head = awaitHead(stream);
        Optional<Http2Headers> trailers = Optional.empty();
        var body = new StringBuilder();
        while (!ended) {
            Frame frame = await(any -> any.stream() == stream && any.type() != WINDOW_UPDATE);
            switch (frame.type()) {
                case HEADERS -> trailers = frame.section();
                case DATA -> {
                    body.append(new String(frame.payload(), ISO_8859_1));
                    giveRoom(frame);
                }
                default -> throw new AssertionError("frame " + frame.type() + " with error " + frame.error());
            }
            ended = frame.ends();
        }
        return new Response(head, body.toString(), trailers);
    }

    private Http2Headers awaitHead(int stream) {
        while (true) {
            Frame frame = await(any -> any.stream() == stream && any.type() != WINDOW_UPDATE);
            if (frame.type() != HEADERS) {
                throw new AssertionError("frame " + frame.type() + " with error " + frame.error());
            }
            ended = frame.ends();
            if (!String.valueOf(frame.headers().status()).startsWith("1")) {
                return frame.headers();
            }
        }
    }

    private void giveRoom(Frame data) {
        int length = data.payload().length;
        if (length > 0) {
            windowUpdate(0, length);
        }
        if (length > 0 && !data.ends()) {
            windowUpdate(data.stream(), length);
        }
    }

    /** Frames up to the connection's end, however it comes. */
    List<Frame> readToAnyEnd() {
        List<Frame> all = new ArrayList<>();
        try {
            while (true) {
                all.add(readOnly());
            }
        } catch (UncheckedIOException end) {
            if (end.getCause() instanceof SocketTimeoutException) {
                throw new AssertionError("no end after " + all, end);
            }
            return all;
        }
    }

    /** Frames up to an orderly end of the connection; a reset is an exception. */
    List<Frame> readToEnd() {
        List<Frame> all = new ArrayList<>();
        try {
            while (true) {
                all.add(readOnly());
            }
        } catch (UncheckedIOException end) {
            if (end.getCause() instanceof EOFException) {
                return all;
            }
            throw end;
        }
    }

    WireClient wire() {
        return wire;
    }

    /** Whether all that was sent has been taken, so that what it causes is on its way. */
    void ping() {
        frame(PING, 0, 0, "12345678".getBytes(ISO_8859_1));
        await(frame -> frame.type() == PING && (frame.flags() & ACK) != 0);
    }

    @Override
    public void close() {
        wire.close();
    }
}
