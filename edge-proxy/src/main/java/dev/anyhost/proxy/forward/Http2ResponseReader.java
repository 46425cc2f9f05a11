package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.BodyFraming;
import dev.anyhost.proxy.http1.BodyStep;
import dev.anyhost.proxy.http1.Fields;
import dev.anyhost.proxy.http1.Http1Limits;
import dev.anyhost.proxy.http1.Parsed;
import dev.anyhost.proxy.http1.ResponseHead;
import dev.anyhost.proxy.http2.HeaderSection;
import dev.anyhost.proxy.http2.ResponseSection;
import dev.anyhost.proxy.http2.WebSocketKey;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/** Reads one response on a stream from an origin; what isn't well-formed is a stream error (RFC 9113 section 8.1.1). */
final class Http2ResponseReader {

    private static final long UNKNOWN = -1;

    private final Http1Limits limits;
    private boolean toHead;
    private @Nullable WebSocketKey key;
    private boolean hasHead;
    /** Of the body, in bytes. */
    private long left = UNKNOWN;

    Http2ResponseReader(Http1Limits limits) {
        this.limits = limits;
    }

    /** The response will be to a HEAD request, or to another. */
    void expect(boolean answersHead) {
        toHead = answersHead;
    }

    /** The response will be to a WebSocket's extended CONNECT: 101 where the origin takes that. */
    void expect(WebSocketKey ofClient) {
        key = ofClient;
    }

    /** Whether the head has come that isn't an interim response's. */
    boolean hasHead() {
        return hasHead;
    }

    /** A header section before the body: an interim response's, or the response's. */
    ResponseHead head(Http2Headers headers, boolean end, int stream) throws Http2Exception {
        Parsed<ResponseHead> parsed = key == null
                ? ResponseSection.head(headers, toHead, end, limits)
                : ResponseSection.answer(headers, key, end, limits);
        if (!(parsed instanceof Parsed.Head<ResponseHead>(ResponseHead head))) {
            throw error(stream, "a malformed response");
        }
        if (!head.isInterim()) {
            left = length(head);
            if (end && left > 0) {
                throw error(stream, "no body in spite of its length");
            }
            hasHead = true;
        }
        return head;
    }

    private static long length(ResponseHead head) {
        return switch (head.framing()) {
            case BodyFraming.None() -> head.status() == 101 ? UNKNOWN : 0;
            case BodyFraming.Fixed(long length) -> length;
            case BodyFraming.Chunked(), BodyFraming.UntilClose() -> UNKNOWN;
        };
    }

    /** Some of the body has come. */
    void data(int length, boolean end, int stream) throws Http2Exception {
        if (!hasHead) {
            throw error(stream, "a body without a head");
        }
        if (left != UNKNOWN) {
            left -= length;
            if (left < 0 || (end && left > 0)) {
                throw error(stream, "a body of another length than the head says");
            }
        }
    }

    /** The header section after the body. */
    Fields trailers(Http2Headers headers, int stream) throws Http2Exception {
        if (!(HeaderSection.trailers(headers, limits) instanceof BodyStep.End(Fields fields)) || left > 0) {
            throw error(stream, "malformed trailers, or a body that is too short");
        }
        return fields;
    }

    private static Http2Exception error(int stream, String what) {
        return Http2Exception.streamError(stream, Http2Error.PROTOCOL_ERROR, what);
    }
}
