package dev.anyhost.proxy.forward;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.http1.BodyFraming;
import dev.anyhost.proxy.http1.FieldName;
import dev.anyhost.proxy.http1.Fields;
import dev.anyhost.proxy.http1.RequestHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes the head the origin gets, in either version of HTTP: the client's, without what was meant for this hop and without what only we may say,
 * and then ours. The lines that stay the same for a whole connection are made once.
 */
final class ForwardedHeaders {

    private static final int STATUS_QUO = 128;
    private static final int STATUS_QUO_FIELDS = 10;
    private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
    private static final AsciiString TE = AsciiString.cached("te");
    private static final AsciiString TRAILERS = AsciiString.cached("trailers");
    private static final AsciiString CONNECT = AsciiString.cached("CONNECT");
    private static final AsciiString WEBSOCKET = AsciiString.cached("websocket");
    private static final AsciiString WEBSOCKET_KEY = AsciiString.cached("sec-websocket-key");
    private static final AsciiString HTTP = AsciiString.cached("http");
    private static final AsciiString HTTPS = AsciiString.cached("https");
    private static final AsciiString[] NONE = {};

    private final ForwardSettings settings;
    private final Hostname hostname;
    private final InetAddress client;
    private final boolean trusted;
    private final byte[] host;
    private final byte[] ours;
    private AsciiString @Nullable [] oursHttp2;

    private record Line(String name, String value) {}

    ForwardedHeaders(ForwardSettings settings, Hostname hostname, InetAddress client) {
        this.settings = settings;
        this.hostname = hostname;
        this.client = client;
        this.trusted = settings.trustedProxies().test(client);
        this.host = ascii("Host: " + publicAuthority() + "\r\n");
        this.ours = text(lines(Optional.empty()));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private String publicAuthority() {
        int usual = settings.scheme().equals("https") ? 443 : 80;
        return settings.publicPort() == usual ? hostname.value() : hostname.value() + ":" + settings.publicPort();
    }

    /** The head for the origin; the caller's to release. */
    ByteBuf rewrite(RequestHead request, OriginRoute.To to, ByteBufAllocator allocator) {
        Fields fields = request.fields();
        ByteBuf out = allocator.ioBuffer(ours.length + fields.byteSize() + STATUS_QUO);
        request.writeRequestLine(out);
        writeHost(to, out);
        for (int i = 0; i < fields.size(); i++) {
            if (passes(request, i)) {
                fields.writeLine(i, out);
            }
        }
        writeHop(request, out);
        out.writeBytes(trusted ? text(lines(Optional.of(fields))) : ours);
        return out;
    }

    /** The same as HTTP/2 says it (RFC 9113 section 8.3.1): a view of the request's own bytes. */
    Http2Headers http2(RequestHead request, OriginRoute.To to) {
        List<AsciiString> all = passing(request, name -> true);
        if (request.framing() instanceof BodyFraming.Fixed(long length)) {
            all.add(CONTENT_LENGTH);
            all.add(AsciiString.of(Long.toString(length)));
        }
        if (request.takesTrailers()) {
            all.add(TE);
            all.add(TRAILERS);
        }
        all.addAll(oursHttp2(request));
        return ReadOnlyHttp2Headers.clientHeaders(
                false,
                AsciiString.of(request.method()),
                AsciiString.of(request.target()),
                scheme(to),
                authority(to),
                all.toArray(NONE));
    }

    /** The head of a WebSocket's upgrade as HTTP/2 says it (RFC 8441 section 5), where it has no key. */
    Http2Headers extendedConnect(RequestHead request, OriginRoute.To to) {
        var headers = new DefaultHttp2Headers(false);
        headers.method(CONNECT);
        headers.add(Http2Headers.PseudoHeaderName.PROTOCOL.value(), WEBSOCKET);
        headers.scheme(scheme(to));
        headers.path(AsciiString.of(request.target()));
        headers.authority(authority(to));
        List<AsciiString> all = passing(request, name -> !name.contentEquals(WEBSOCKET_KEY));
        all.addAll(oursHttp2(request));
        for (int i = 0; i < all.size(); i += 2) {
            headers.add(all.get(i), all.get(i + 1));
        }
        return headers;
    }

    private static List<AsciiString> passing(RequestHead request, Predicate<AsciiString> wanted) {
        Fields fields = request.fields();
        List<AsciiString> all = new ArrayList<>((fields.size() + STATUS_QUO_FIELDS) * 2);
        for (int i = 0; i < fields.size(); i++) {
            if (passes(request, i)) {
                AsciiString name = fields.lowerCaseName(i);
                if (wanted.test(name)) {
                    all.add(name);
                    all.add(fields.valueBytes(i));
                }
            }
        }
        return all;
    }

    private static AsciiString scheme(OriginRoute.To to) {
        return to.origin().tls() ? HTTPS : HTTP;
    }

    private AsciiString authority(OriginRoute.To to) {
        return AsciiString.of(keepsHost(to) ? publicAuthority() : to.origin().hostHeader());
    }

    private List<AsciiString> oursHttp2(RequestHead request) {
        return List.of(trusted ? fields(lines(Optional.of(request.fields()))) : oursHttp2());
    }

    private AsciiString[] oursHttp2() {
        if (oursHttp2 == null) {
            oursHttp2 = fields(lines(Optional.empty()));
        }
        return oursHttp2;
    }

    private static byte[] text(List<Line> lines) {
        var text = new StringBuilder();
        lines.forEach(line ->
                text.append(line.name()).append(": ").append(line.value()).append("\r\n"));
        return ascii(text.append("\r\n").toString());
    }

    private static AsciiString[] fields(List<Line> lines) {
        return lines.stream()
                .flatMap(line -> Stream.of(line.name().toLowerCase(Locale.ROOT), line.value()))
                .map(AsciiString::of)
                .toArray(AsciiString[]::new);
    }

    private boolean keepsHost(OriginRoute.To to) {
        return to.policy().preserveHost().orElse(settings.preserveHost());
    }

    private void writeHost(OriginRoute.To to, ByteBuf out) {
        if (keepsHost(to)) {
            out.writeBytes(host);
        } else {
            out.writeCharSequence("Host: ", StandardCharsets.US_ASCII);
            out.writeCharSequence(to.origin().hostHeader(), StandardCharsets.US_ASCII);
            out.writeShort('\r' << 8 | '\n');
        }
    }

    private static boolean passes(RequestHead request, int i) {
        return passes(request, request.fields().name(i))
                && !request.connection().nominates(request.fields(), i);
    }

    private static boolean passes(RequestHead request, FieldName name) {
        return switch (name) {
            case OTHER, CDN_LOOP, TRAILER, ALT_SVC, PROXY_AUTHENTICATE, STRICT_TRANSPORT_SECURITY -> true;
            case EXPECT -> request.expectsContinue();
            case HOST, CONTENT_LENGTH, TRANSFER_ENCODING -> false; // written anew
            case CONNECTION, KEEP_ALIVE, PROXY_CONNECTION, PROXY_AUTHORIZATION, TE, UPGRADE, HTTP2_SETTINGS -> false;
            case PROXY -> false; // CGI-like origins take it for their HTTP_PROXY
            case FORWARDED, X_FORWARDED_FOR, X_FORWARDED_PROTO, X_FORWARDED_HOST, X_FORWARDED_PORT -> false;
            case X_FORWARDED_OTHER, X_REAL_IP, USER_CUSTOM_DOMAIN, UNDERSCORED -> false;
        };
    }

    /** Framing and the options of the hop to the origin. */
    private static void writeHop(RequestHead request, ByteBuf out) {
        switch (request.framing()) {
            case BodyFraming.None() -> {}
            case BodyFraming.Fixed(long length) -> write("Content-Length: " + length + "\r\n", out);
            case BodyFraming.Chunked() -> write("Transfer-Encoding: chunked\r\n", out);
            case BodyFraming.UntilClose() ->
                throw new IllegalStateException("a request never ends with its connection");
        }
        Optional<String> upgrade = Upgrades.requested(request);
        if (upgrade.isPresent()) {
            write("Connection: Upgrade\r\nUpgrade: " + upgrade.get() + "\r\n", out);
        } else if (request.takesTrailers()) {
            write("Connection: TE\r\nTE: trailers\r\n", out);
        }
    }

    private static void write(String text, ByteBuf out) {
        out.writeCharSequence(text, StandardCharsets.US_ASCII);
    }

    /**
     * Our lines.
     *
     * @param believed the fields of a trusted proxy's request: what it says once, it may say
     */
    private List<Line> lines(Optional<Fields> believed) {
        String address = NetUtil.toAddressString(client);
        List<Line> lines = new ArrayList<>();
        lines.add(new Line("X-Forwarded-For", listed(believed, FieldName.X_FORWARDED_FOR, address)));
        lines.add(new Line("X-Forwarded-Proto", said(believed, FieldName.X_FORWARDED_PROTO, settings.scheme())));
        lines.add(new Line("X-Forwarded-Host", said(believed, FieldName.X_FORWARDED_HOST, hostname.value())));
        String port = Integer.toString(settings.publicPort());
        lines.add(new Line("X-Forwarded-Port", said(believed, FieldName.X_FORWARDED_PORT, port)));
        lines.add(new Line("X-Real-IP", said(believed, FieldName.X_REAL_IP, address)));
        lines.add(new Line("User-Custom-Domain", hostname.value()));
        lines.add(new Line("CDN-Loop", RequestLoop.ID));
        if (settings.forwarded()) {
            lines.add(new Line("Forwarded", listed(believed, FieldName.FORWARDED, forwarded(address))));
        }
        return lines;
    }

    /** RFC 7239 section 4; an IPv6 address has brackets and therefore quotes. */
    private String forwarded(String address) {
        String node = client instanceof Inet6Address ? "\"[" + address + "]\"" : address;
        return "for=" + node + ";host=" + hostname.value() + ";proto=" + settings.scheme();
    }

    private static String said(Optional<Fields> believed, FieldName name, String ours) {
        return believed.filter(fields -> fields.count(name) == 1)
                .flatMap(fields -> fields.value(name))
                .filter(value -> !value.isEmpty())
                .orElse(ours);
    }

    private static String listed(Optional<Fields> believed, FieldName name, String ours) {
        var list = new StringBuilder();
        believed.ifPresent(fields -> {
            for (int i = 0; i < fields.size(); i++) {
                if (fields.name(i) == name && !fields.valueText(i).isEmpty()) {
                    list.append(fields.valueText(i)).append(", ");
                }
            }
        });
        return list.append(ours).toString();
    }
}
