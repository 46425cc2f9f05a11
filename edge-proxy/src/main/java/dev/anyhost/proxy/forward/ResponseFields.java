package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.FieldName;
import dev.anyhost.proxy.http1.Fields;
import dev.anyhost.proxy.http1.ResponseHead;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Makes what HTTP/2 clients read of responses: the same fields as {@link ResponseWriter} lets through. */
final class ResponseFields {

    private static final AsciiString SECURITY = AsciiString.cached("strict-transport-security");
    private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
    private static final AsciiString[] NONE = {};

    private ResponseFields() {}

    /** An origin's head. */
    static Http2Headers of(ResponseHead response, Optional<TransportSecurity> security) {
        return of(response, response.status(), security);
    }

    /** The answer to an extended CONNECT that the origin took (RFC 8441 section 5). */
    static Http2Headers tunnel(ResponseHead switched, Optional<TransportSecurity> security) {
        return of(switched, HttpResponseStatus.OK.code(), security);
    }

    private static Http2Headers of(ResponseHead response, int status, Optional<TransportSecurity> security) {
        Fields fields = response.fields();
        List<AsciiString> all = new ArrayList<>(fields.size() * 2 + 2);
        for (int i = 0; i < fields.size(); i++) {
            if (ResponseWriter.passes(response, i, security)) {
                all.add(fields.lowerCaseName(i));
                all.add(fields.valueBytes(i));
            }
        }
        security.ifPresent(ours -> {
            all.add(SECURITY);
            all.add(AsciiString.of(ours.value()));
        });
        return headers(status, all);
    }

    /** A response of ours. */
    static Http2Headers of(SmallResponse response, int length) {
        List<AsciiString> all = new ArrayList<>();
        response.headers().forEach((name, value) -> {
            all.add(AsciiString.of(name.toLowerCase(Locale.ROOT)));
            all.add(AsciiString.of(value));
        });
        if (response.status() != HttpResponseStatus.NO_CONTENT.code()
                && response.status() != HttpResponseStatus.NOT_MODIFIED.code()) {
            all.add(CONTENT_LENGTH);
            all.add(AsciiString.of(Integer.toString(length)));
        }
        return headers(response.status(), all);
    }

    private static Http2Headers headers(int status, List<AsciiString> fields) {
        return ReadOnlyHttp2Headers.serverHeaders(
                false, HttpResponseStatus.valueOf(status).codeAsText(), fields.toArray(NONE));
    }

    /** Those trailers that no one could take for framing, routing or our word; empty when there are none. */
    static Optional<Http2Headers> trailers(Fields trailers) {
        List<AsciiString> all = new ArrayList<>();
        for (int i = 0; i < trailers.size(); i++) {
            if (trailers.name(i) == FieldName.OTHER) {
                all.add(trailers.lowerCaseName(i));
                all.add(trailers.valueBytes(i));
            }
        }
        return all.isEmpty() ? Optional.empty() : Optional.of(ReadOnlyHttp2Headers.trailers(false, all.toArray(NONE)));
    }
}
