package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.FieldName;
import dev.anyhost.proxy.http1.Fields;
import dev.anyhost.proxy.http1.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Writes what clients and origins read: response heads, chunks, trailers. */
final class ResponseWriter {

    private static final int SLACK = 64;
    private static final int LONGEST_SIZE = 12;
    private static final ByteBuf LINE_END = constant("\r\n");
    private static final ByteBuf LAST_CHUNK = constant("0\r\n\r\n");

    private ResponseWriter() {}

    private static ByteBuf constant(String text) {
        return Unpooled.unreleasableBuffer(Unpooled.directBuffer()
                .writeBytes(text.getBytes(StandardCharsets.US_ASCII))
                .asReadOnly());
    }

    /**
     * An origin's head as the client gets it: without what was meant for the hop between origin and us.
     *
     * @param hop the lines of the hop between us and the client, each with its line end
     * @param security our own {@code Strict-Transport-Security}, which then takes the place of the origin's
     */
    static ByteBuf head(
            ResponseHead response, String hop, Optional<TransportSecurity> security, ByteBufAllocator allocator) {
        Fields fields = response.fields();
        int ours = hop.length() + security.map(line -> line.line().length()).orElse(0);
        ByteBuf out = allocator.ioBuffer(fields.byteSize() + ours + SLACK);
        response.writeStatusLine(out);
        for (int i = 0; i < fields.size(); i++) {
            if (passes(response, i, security)) {
                fields.writeLine(i, out);
            }
        }
        security.ifPresent(line -> ByteBufUtil.writeAscii(out, line.line()));
        ByteBufUtil.writeAscii(out, hop);
        return out.writeShort('\r' << 8 | '\n');
    }

    /** Whether field {@code i} is the client's. */
    static boolean passes(ResponseHead response, int i, Optional<TransportSecurity> security) {
        Fields fields = response.fields();
        boolean replaced = security.isPresent() && fields.name(i) == FieldName.STRICT_TRANSPORT_SECURITY;
        return !replaced
                && passes(response, fields.name(i))
                && !response.connection().nominates(fields, i);
    }

    private static boolean passes(ResponseHead response, FieldName name) {
        return switch (name) {
            // 1xx and 204 have none (RFC 9110 section 8.6), and a client that believed it would wait.
            case CONTENT_LENGTH -> response.status() >= 200 && response.status() != 204;
            case CONNECTION, KEEP_ALIVE, PROXY_CONNECTION, PROXY_AUTHENTICATE, TE, TRANSFER_ENCODING, UPGRADE -> false;
            case ALT_SVC -> false; // names the origin's own alternatives, which don't serve the customer's hostname
            case OTHER, CDN_LOOP, HOST, PROXY_AUTHORIZATION, PROXY, TRAILER, EXPECT, HTTP2_SETTINGS, FORWARDED -> true;
            case X_FORWARDED_FOR, X_FORWARDED_PROTO, X_FORWARDED_HOST, X_FORWARDED_PORT, X_FORWARDED_OTHER -> true;
            case X_REAL_IP, USER_CUSTOM_DOMAIN, UNDERSCORED, STRICT_TRANSPORT_SECURITY -> true;
        };
    }

    /** What comes before a chunk of {@code length} bytes, 1 or more. */
    static ByteBuf chunkSize(int length, ByteBufAllocator allocator) {
        ByteBuf out = allocator.ioBuffer(LONGEST_SIZE);
        ByteBufUtil.writeAscii(out, Integer.toHexString(length));
        return out.writeShort('\r' << 8 | '\n');
    }

    /** What comes after a chunk. */
    static ByteBuf chunkEnd() {
        return LINE_END.duplicate();
    }

    /** The last chunk with those trailers that no one could take for framing, routing or our word. */
    static ByteBuf lastChunk(Fields trailers, ByteBufAllocator allocator) {
        if (trailers.size() == 0) {
            return LAST_CHUNK.duplicate();
        }
        ByteBuf out = allocator.ioBuffer(trailers.byteSize() + SLACK);
        ByteBufUtil.writeAscii(out, "0\r\n");
        for (int i = 0; i < trailers.size(); i++) {
            if (trailers.name(i) == FieldName.OTHER) {
                trailers.writeLine(i, out);
            }
        }
        return out.writeShort('\r' << 8 | '\n');
    }
}
