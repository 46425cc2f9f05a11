package dev.anyhost.proxy.forward;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A whole response of ours.
 *
 * @param status 200 to 599
 * @param headers neither framing nor Connection; names and values are ours, so they must not carry a peer's line ends
 * @param body in UTF-8
 */
public record SmallResponse(int status, Map<String, String> headers, String body) {

    /** Text, which browsers must not take for anything else and caches must not keep. */
    public static SmallResponse text(int status, String body) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "text/plain; charset=utf-8");
        headers.put("X-Content-Type-Options", "nosniff");
        headers.put("Cache-Control", "no-store");
        return new SmallResponse(status, headers, body);
    }

    /** No body. */
    public static SmallResponse empty(int status) {
        return new SmallResponse(status, Map.of("Cache-Control", "no-store"), "");
    }

    public SmallResponse with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new SmallResponse(status, more, body);
    }

    /**
     * The response as bytes, the caller's to release.
     *
     * @param toHead whether it answers a HEAD request: all but the body
     */
    ByteBuf write(boolean toHead, boolean close, ByteBufAllocator allocator) {
        ByteBuf out = allocator.ioBuffer();
        ByteBufUtil.writeAscii(
                out,
                "HTTP/1.1 " + status + " " + HttpResponseStatus.valueOf(status).reasonPhrase() + "\r\n");
        headers.forEach((name, value) -> ByteBufUtil.writeAscii(out, name + ": " + value + "\r\n"));
        if (status != 204 && status != 304) {
            ByteBufUtil.writeAscii(out, "Content-Length: " + ByteBufUtil.utf8Bytes(body) + "\r\n");
        }
        ByteBufUtil.writeAscii(out, close ? "Connection: close\r\n\r\n" : "\r\n");
        if (!toHead) {
            out.writeCharSequence(body, StandardCharsets.UTF_8);
        }
        return out;
    }
}
