package dev.anyhost.proxy.forward;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.anyhost.proxy.forward.Http2Wire.Frame;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A client that sends HTTP/2 frames as they are to an {@link EmbeddedProxy}, whose clock and connections are the test's. */
final class EmbeddedHttp2 implements AutoCloseable {

    static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    final EmbeddedProxy proxy = EmbeddedProxy.forHttp2();
    private final DefaultHttp2HeadersDecoder hpack = new DefaultHttp2HeadersDecoder(false);
    private String unread = "";

    /** One whose preface and SETTINGS have been exchanged. */
    static EmbeddedHttp2 connected() {
        var client = new EmbeddedHttp2();
        client.raw(PREFACE)
                .frame(Http2Wire.SETTINGS, 0, 0, new byte[0])
                .frame(Http2Wire.SETTINGS, Http2Wire.ACK, 0, new byte[0]);
        client.frames();
        return client;
    }

    EmbeddedHttp2 raw(String bytes) {
        proxy.send(bytes);
        settle();
        return this;
    }

    EmbeddedHttp2 frame(int type, int flags, int stream, byte[] payload) {
        return raw(text(type, flags, stream, payload));
    }

    /** A frame as text, each byte one character. */
    static String text(int type, int flags, int stream, byte[] payload) {
        return new String(Http2Wire.bytes(type, flags, stream, payload), ISO_8859_1);
    }

    EmbeddedHttp2 request(int stream, boolean end, String method, String path) {
        int flags = Http2Wire.END_HEADERS | (end ? Http2Wire.END_STREAM : 0);
        return frame(Http2Wire.HEADERS, flags, stream, section(method, path));
    }

    static byte[] section(String method, String path) {
        return Http2Wire.section(
                ":method", method, ":scheme", "https", ":path", path, ":authority", ProxyFixture.SHOP.value());
    }

    EmbeddedHttp2 answer(int origin, String bytes) {
        proxy.answer(origin, bytes);
        settle();
        return this;
    }

    /** Lets the loop do what it put off. */
    void settle() {
        proxy.client.runPendingTasks();
        proxy.origins.forEach(EmbeddedChannel::runPendingTasks);
        proxy.client.runPendingTasks();
    }

    /** The frames that came since the last call. */
    List<Frame> frames() {
        byte[] all = (unread + proxy.received()).getBytes(ISO_8859_1);
        ByteBuffer bytes = ByteBuffer.wrap(all);
        List<Frame> frames = new ArrayList<>();
        while (bytes.remaining() >= 9) {
            int start = bytes.position();
            int length = ((bytes.getShort() & 0xffff) << 8) | (bytes.get() & 0xff);
            int type = bytes.get();
            int flags = bytes.get() & 0xff;
            int stream = bytes.getInt();
            if (bytes.remaining() < length) {
                bytes.position(start);
                break;
            }
            byte[] payload = new byte[length];
            bytes.get(payload);
            frames.add(new Frame(type, flags, stream, payload, Optional.empty()).decoded(hpack));
        }
        unread = new String(all, bytes.position(), bytes.remaining(), ISO_8859_1);
        return frames;
    }

    @Override
    public void close() {
        proxy.close();
    }
}
