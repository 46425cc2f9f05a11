package dev.anyhost.proxy.http2;

import dev.anyhost.proxy.http1.BodyStep;
import dev.anyhost.proxy.http1.FieldsComposer;
import dev.anyhost.proxy.http1.HeadError;
import dev.anyhost.proxy.http1.Http1Limits;
import dev.anyhost.proxy.http1.Parsed;
import dev.anyhost.proxy.http1.RequestComposer;
import dev.anyhost.proxy.http1.RequestHead;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a request's header section (RFC 9113 section 8.3) into the head that the rest of the proxy knows. The order of
 * pseudo-header fields is the decoder's to check: here it can't be seen any more.
 */
public final class HeaderSection {

    private static final AsciiString METHOD = Http2Headers.PseudoHeaderName.METHOD.value();
    private static final AsciiString SCHEME = Http2Headers.PseudoHeaderName.SCHEME.value();
    private static final AsciiString PATH = Http2Headers.PseudoHeaderName.PATH.value();
    private static final AsciiString AUTHORITY = Http2Headers.PseudoHeaderName.AUTHORITY.value();
    private static final AsciiString PROTOCOL = Http2Headers.PseudoHeaderName.PROTOCOL.value();

    private static final AsciiString GET = AsciiString.cached("GET");
    private static final AsciiString CONNECT = AsciiString.cached("CONNECT");
    private static final AsciiString HOST = AsciiString.cached("host");
    private static final AsciiString COOKIE = AsciiString.cached("cookie");
    private static final AsciiString TE = AsciiString.cached("te");
    private static final AsciiString TRAILERS = AsciiString.cached("trailers");
    private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
    private static final AsciiString TRANSFER_ENCODING = AsciiString.cached("transfer-encoding");
    private static final AsciiString CHUNKED = AsciiString.cached("chunked");
    private static final AsciiString CONNECTION = AsciiString.cached("connection");
    private static final AsciiString UPGRADE = AsciiString.cached("upgrade");
    private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");
    private static final AsciiString PROXY_CONNECTION = AsciiString.cached("proxy-connection");
    private static final AsciiString WEBSOCKET = AsciiString.cached("websocket");
    private static final AsciiString WEBSOCKET_KEY = AsciiString.cached("sec-websocket-key");

    private final Http2Headers headers;
    private final Http1Limits limits;
    private @Nullable AsciiString method;
    private @Nullable AsciiString scheme;
    private @Nullable AsciiString path;
    private @Nullable AsciiString authority;
    private @Nullable AsciiString protocol;
    private boolean malformed;

    private HeaderSection(Http2Headers headers, Http1Limits limits) {
        this.headers = headers;
        this.limits = limits;
    }

    /**
     * The request that a section describes.
     *
     * @param endOfStream whether there is no body
     */
    public static Http2Request request(Http2Headers headers, boolean endOfStream, Http1Limits limits) {
        return new HeaderSection(headers, limits).read(endOfStream);
    }

    /** A trailer section: End, or Malformed. */
    public static BodyStep trailers(Http2Headers headers, Http1Limits limits) {
        var composer = new FieldsComposer();
        for (Map.Entry<CharSequence, CharSequence> header : headers) {
            AsciiString name = AsciiString.of(header.getKey());
            if (isConnectionSpecific(name)) {
                composer.refuse(HeadError.CONNECTION_SPECIFIC);
            }
            composer.field(name, AsciiString.of(header.getValue()));
        }
        return composer.trailers(limits);
    }

    private Http2Request read(boolean endOfStream) {
        for (Map.Entry<CharSequence, CharSequence> header : headers) {
            AsciiString name = AsciiString.of(header.getKey());
            if (isPseudo(name)) {
                pseudo(name, AsciiString.of(header.getValue()));
            }
        }
        if (malformed || method == null) {
            return new Http2Request.Refused(HeadError.PSEUDO_HEADER);
        }
        boolean connect = method.contentEquals(CONNECT);
        if (protocol != null) {
            return connect ? extendedConnect(protocol) : new Http2Request.Refused(HeadError.PSEUDO_HEADER);
        }
        return connect ? new Http2Request.Refused(HeadError.METHOD_REFUSED) : plain(method, endOfStream);
    }

    private static boolean isPseudo(AsciiString name) {
        return !name.isEmpty() && name.byteAt(0) == ':';
    }

    private void pseudo(AsciiString name, AsciiString value) {
        if (name.contentEquals(METHOD)) {
            method = once(method, value);
        } else if (name.contentEquals(PATH)) {
            path = once(path, value);
        } else if (name.contentEquals(SCHEME)) {
            scheme = once(scheme, value);
        } else if (name.contentEquals(AUTHORITY)) {
            authority = once(authority, value);
        } else if (name.contentEquals(PROTOCOL)) {
            protocol = once(protocol, value);
        } else {
            malformed = true;
        }
    }

    private AsciiString once(@Nullable AsciiString before, AsciiString value) {
        malformed |= before != null;
        return value;
    }

    private Http2Request plain(AsciiString as, boolean endOfStream) {
        RequestComposer request = compose(as);
        if (!endOfStream && !headers.contains(CONTENT_LENGTH)) {
            request.fields().field(TRANSFER_ENCODING, CHUNKED);
        }
        return switch (request.head(limits)) {
            case Parsed.Head<RequestHead>(RequestHead head) -> new Http2Request.Plain(head);
            case Parsed.Rejected<RequestHead>(HeadError error) -> new Http2Request.Refused(error);
            case Parsed.NeedMore<RequestHead>() -> throw new IllegalStateException("a composed head is complete");
        };
    }

    /** RFC 8441 section 4; any other protocol than WebSocket would be a tunnel that nobody looks into. */
    private Http2Request extendedConnect(AsciiString asked) {
        if (!asked.contentEqualsIgnoreCase(WEBSOCKET)) {
            return new Http2Request.Refused(HeadError.METHOD_REFUSED);
        }
        var key = WebSocketKey.random();
        RequestComposer request = compose(GET);
        request.fields().field(CONNECTION, UPGRADE);
        request.fields().field(UPGRADE, WEBSOCKET);
        request.fields().field(WEBSOCKET_KEY, AsciiString.of(key.value()));
        if (headers.contains(WEBSOCKET_KEY) || headers.contains(CONTENT_LENGTH)) {
            request.fields().refuse(HeadError.CONNECTION_SPECIFIC);
        }
        return switch (request.head(limits)) {
            case Parsed.Head<RequestHead>(RequestHead head) -> new Http2Request.WebSocket(head, key);
            case Parsed.Rejected<RequestHead>(HeadError error) -> new Http2Request.Refused(error);
            case Parsed.NeedMore<RequestHead>() -> throw new IllegalStateException("a composed head is complete");
        };
    }

    private RequestComposer compose(AsciiString as) {
        var request = new RequestComposer(as, path == null ? AsciiString.EMPTY_STRING : path);
        FieldsComposer fields = request.fields();
        if (scheme == null || !(scheme.contentEqualsIgnoreCase("https") || scheme.contentEqualsIgnoreCase("http"))) {
            fields.refuse(HeadError.PSEUDO_HEADER);
        }
        if (authority != null) {
            fields.field(HOST, authority);
        }
        if (headers.getAll(HOST).size() > 1) {
            fields.refuse(HeadError.HOST_REPEATED);
        }
        @Nullable StringBuilder cookies = null;
        for (Map.Entry<CharSequence, CharSequence> header : headers) {
            AsciiString name = AsciiString.of(header.getKey());
            if (name.contentEquals(COOKIE)) {
                cookies = cookies == null ? new StringBuilder() : cookies.append("; ");
                cookies.append(header.getValue());
            } else if (!isPseudo(name)) {
                field(fields, name, AsciiString.of(header.getValue()));
            }
        }
        if (cookies != null) {
            fields.field(COOKIE, AsciiString.of(cookies)); // RFC 9113 section 8.2.3
        }
        return request;
    }

    private void field(FieldsComposer fields, AsciiString name, AsciiString value) {
        if (isConnectionSpecific(name) || (name.contentEquals(TE) && !value.contentEqualsIgnoreCase(TRAILERS))) {
            fields.refuse(HeadError.CONNECTION_SPECIFIC);
        } else if (name.contentEquals(HOST) && authority != null) {
            if (!authority.contentEqualsIgnoreCase(value)) {
                fields.refuse(HeadError.TARGET_MISMATCH);
            }
        } else {
            fields.field(name, value);
        }
    }

    /** RFC 9113 section 8.2.2. */
    static boolean isConnectionSpecific(AsciiString name) {
        return name.contentEquals(CONNECTION)
                || name.contentEquals(TRANSFER_ENCODING)
                || name.contentEquals(UPGRADE)
                || name.contentEquals(KEEP_ALIVE)
                || name.contentEquals(PROXY_CONNECTION);
    }
}
