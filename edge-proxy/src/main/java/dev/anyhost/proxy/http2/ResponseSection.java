package dev.anyhost.proxy.http2;

import dev.anyhost.proxy.http1.HeadError;
import dev.anyhost.proxy.http1.Http1Limits;
import dev.anyhost.proxy.http1.Parsed;
import dev.anyhost.proxy.http1.ResponseComposer;
import dev.anyhost.proxy.http1.ResponseHead;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a response's header section (RFC 9113 section 8.3.2) into the head that the rest of the proxy knows, as
 * {@link HeaderSection} does it with requests.
 */
public final class ResponseSection {

    private static final AsciiString STATUS = Http2Headers.PseudoHeaderName.STATUS.value();
    /** Switching Protocols: nothing that HTTP/2 has (RFC 9113 section 8.6). */
    private static final int SWITCHING = 101;

    /** The first digit of statuses that say so. */
    private static final int SUCCESS = 2;

    private static final AsciiString CONNECTION = AsciiString.cached("connection");
    private static final AsciiString UPGRADE = AsciiString.cached("upgrade");
    private static final AsciiString WEBSOCKET = AsciiString.cached("websocket");
    private static final AsciiString ACCEPT = AsciiString.cached("sec-websocket-accept");
    /** A tunnel has no length (RFC 9110 section 9.3.6), and the answer is ours. */
    private static final Set<AsciiString> OF_NO_TUNNEL = Set.of(AsciiString.cached("content-length"), ACCEPT);

    /** What HTTP/1.1 calls each status: some clients take no response without a word for it. */
    private static final AsciiString[] REASONS =
            IntStream.range(0, 600).mapToObj(ResponseSection::usual).toArray(AsciiString[]::new);

    private ResponseSection() {}

    private static AsciiString usual(int status) {
        String reason = HttpResponseStatus.valueOf(status).reasonPhrase();
        return reason.contains("(") ? AsciiString.EMPTY_STRING : AsciiString.cached(reason);
    }

    /** Empty for what is no status, too, which the parser will say. */
    private static AsciiString reason(AsciiString status) {
        int code = 0;
        for (int i = 0; i < status.length(); i++) {
            int digit = status.charAt(i) - '0';
            if (digit < 0 || digit > 9 || code > 59) {
                return AsciiString.EMPTY_STRING;
            }
            code = code * 10 + digit;
        }
        return REASONS[code];
    }

    /**
     * The head, or what is wrong with it.
     *
     * @param toHead whether it answers a HEAD request
     * @param ended whether the stream ends with it
     */
    public static Parsed<ResponseHead> head(Http2Headers headers, boolean toHead, boolean ended, Http1Limits limits) {
        @Nullable AsciiString status = null;
        for (Map.Entry<CharSequence, CharSequence> header : headers) {
            if (STATUS.contentEquals(header.getKey())) {
                if (status != null) {
                    return new Parsed.Rejected<>(HeadError.PSEUDO_HEADER);
                }
                status = AsciiString.of(header.getValue());
            }
        }
        if (status == null) {
            return new Parsed.Rejected<>(HeadError.PSEUDO_HEADER);
        }
        return switch (composed(status, headers, Set.of()).head(toHead, ended, limits)) {
            case Parsed.Head<ResponseHead>(ResponseHead head)
            when head.status() == SWITCHING || (ended && head.isInterim()) ->
                new Parsed.Rejected<>(HeadError.STATUS_LINE);
            case Parsed<ResponseHead> parsed -> parsed;
        };
    }

    /**
     * The answer to a WebSocket's extended CONNECT as HTTP/1.1 has it: 101 where the origin took it (RFC 8441 section 5).
     *
     * @param key what a 101 has to answer
     * @param ended whether the stream ends with it
     */
    public static Parsed<ResponseHead> answer(
            Http2Headers headers, WebSocketKey key, boolean ended, Http1Limits limits) {
        Parsed<ResponseHead> answer = head(headers, false, ended, limits);
        boolean taken =
                answer instanceof Parsed.Head<ResponseHead>(ResponseHead head) && head.status() / 100 == SUCCESS;
        return taken ? switched(headers, key, limits) : answer;
    }

    private static Parsed<ResponseHead> switched(Http2Headers headers, WebSocketKey key, Http1Limits limits) {
        ResponseComposer response = composed(AsciiString.of(Integer.toString(SWITCHING)), headers, OF_NO_TUNNEL);
        response.fields().field(CONNECTION, UPGRADE);
        response.fields().field(UPGRADE, WEBSOCKET);
        response.fields().field(ACCEPT, AsciiString.of(key.answer()));
        return response.head(false, false, limits);
    }

    private static ResponseComposer composed(AsciiString status, Http2Headers headers, Set<AsciiString> dropped) {
        var response = new ResponseComposer(status, reason(status));
        for (Map.Entry<CharSequence, CharSequence> header : headers) {
            AsciiString name = AsciiString.of(header.getKey());
            if (dropped.contains(name)) {
                continue;
            }
            if (HeaderSection.isConnectionSpecific(name)) {
                response.fields().refuse(HeadError.CONNECTION_SPECIFIC);
            } else if (!name.contentEquals(STATUS)) {
                response.fields().field(name, AsciiString.of(header.getValue())); // No other pseudo field is a token.
            }
        }
        return response;
    }
}
