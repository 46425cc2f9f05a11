package dev.anyhost.proxy.forward;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.http1.BodyFraming;
import dev.anyhost.proxy.http1.Fields;
import dev.anyhost.proxy.http1.RequestHead;
import dev.anyhost.proxy.http1.ResponseHead;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * The heads that go out, made from the heads that came in: hop-by-hop fields stripped (RFC 9110 section 7.6.1), and what
 * tells the origin about the visitor set by us alone. A client's own versions of our fields are dropped, and so is every
 * name with an underscore, which CGI-like origins can't tell from one with a hyphen.
 */
final class ForwardedHeaders {

    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authorization",
            "proxy-authenticate",
            "te",
            "transfer-encoding",
            "upgrade",
            "content-length");

    private static final Set<String> OURS = Set.of(
            "host",
            "forwarded",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-port",
            "x-forwarded-proto",
            "x-real-ip",
            "user-custom-domain");

    private static final byte[] CRLF = {'\r', '\n'};

    private ForwardedHeaders() {}

    /** Who the request is from and what for. */
    record Visitor(Hostname hostname, InetAddress address, boolean throughTrustedProxy) {}

    /**
     * The head for the origin.
     *
     * @param upgrade whether the connection is to be upgraded (RFC 9110 section 7.8)
     */
    static void writeRequest(
            RequestHead head, Visitor visitor, Origin origin, ForwardSettings settings, boolean upgrade, ByteBuf out) {
        ascii(out, head.method()).writeByte(' ');
        out.writeBytes(head.bytes(), head.targetFrom(), head.targetTo() - head.targetFrom());
        ascii(out, " HTTP/1.1\r\n");
        line(out, "Host", settings.preserveHost() ? visitor.hostname().value() : origin.authority());
        copy(head.fields(), true, out);
        writeForwarded(head.fields(), visitor, settings, out);
        if (head.fields().lists("te", "trailers")) {
            line(out, "TE", "trailers");
        }
        switch (head.framing()) {
            case BodyFraming.Length(long octets) -> line(out, "Content-Length", Long.toString(octets));
            case BodyFraming.Chunked _ -> line(out, "Transfer-Encoding", "chunked");
            case BodyFraming.None _ -> {
                if (head.fields().countOf("content-length") > 0) {
                    line(out, "Content-Length", "0");
                }
            }
            case BodyFraming.UntilClose _ -> throw new IllegalArgumentException("a request until close");
        }
        if (upgrade) {
            line(out, "Connection", "Upgrade");
            line(out, "Upgrade", head.fields().only("upgrade").orElse(""));
        }
        out.writeBytes(CRLF);
    }

    private static void writeForwarded(Fields fields, Visitor visitor, ForwardSettings settings, ByteBuf out) {
        String address = visitor.address().getHostAddress();
        boolean believed = visitor.throughTrustedProxy();
        String before =
                believed ? fields.only("x-forwarded-for").map(v -> v + ", ").orElse("") : "";
        line(out, "X-Forwarded-For", before + address);
        line(
                out,
                "X-Forwarded-Proto",
                believed ? fields.only("x-forwarded-proto").orElse("https") : "https");
        line(out, "X-Forwarded-Host", visitor.hostname().value());
        line(out, "X-Forwarded-Port", Integer.toString(settings.publicHttpsPort()));
        line(out, "X-Real-IP", believed ? fields.only("x-real-ip").orElse(address) : address);
        line(out, "User-Custom-Domain", visitor.hostname().value());
    }

    /** How the client is answered. */
    record Answer(boolean chunked, boolean close, boolean upgrade) {}

    /** The head for the client. */
    static void writeResponse(ResponseHead head, Answer answer, ByteBuf out) {
        ascii(out, "HTTP/1.1 ").writeCharSequence(Integer.toString(head.status()), StandardCharsets.US_ASCII);
        out.writeByte(' ');
        out.writeBytes(head.bytes(), head.reasonFrom(), head.reasonTo() - head.reasonFrom());
        out.writeBytes(CRLF);
        copy(head.fields(), false, out);
        if (answer.chunked()) {
            line(out, "Transfer-Encoding", "chunked");
        } else if (head.status() >= 200 && head.status() != 204) {
            head.fields().only("content-length").ifPresent(length -> line(out, "Content-Length", length));
        }
        if (answer.upgrade()) {
            line(out, "Connection", "Upgrade");
            line(out, "Upgrade", head.fields().only("upgrade").orElse(""));
        } else if (answer.close()) {
            line(out, "Connection", "close");
        }
        out.writeBytes(CRLF);
    }

    /** Trailers that may be passed on: none that would change framing, routing or our own fields. */
    static void writeTrailers(Fields trailers, ByteBuf out) {
        copy(trailers, true, out);
        out.writeBytes(CRLF);
    }

    private static void copy(Fields fields, boolean towardsOrigin, ByteBuf out) {
        boolean namesMore = fields.countOf("connection") > 0;
        for (int i = 0; i < fields.count(); i++) {
            String name = fields.name(i);
            boolean dropped = HOP_BY_HOP.contains(name)
                    || (namesMore && fields.lists("connection", name))
                    || (towardsOrigin && (OURS.contains(name) || name.indexOf('_') >= 0));
            if (!dropped) {
                int nameFrom = fields.nameFrom(i);
                out.writeBytes(fields.bytes(), nameFrom, fields.nameTo(i) - nameFrom);
                out.writeByte(':').writeByte(' ');
                out.writeBytes(fields.bytes(), fields.valueFrom(i), fields.valueTo(i) - fields.valueFrom(i));
                out.writeBytes(CRLF);
            }
        }
    }

    private static void line(ByteBuf out, String name, String value) {
        ascii(out, name).writeByte(':').writeByte(' ');
        out.writeCharSequence(value, StandardCharsets.ISO_8859_1);
        out.writeBytes(CRLF);
    }

    private static ByteBuf ascii(ByteBuf out, String text) {
        out.writeCharSequence(text, StandardCharsets.US_ASCII);
        return out;
    }
}
