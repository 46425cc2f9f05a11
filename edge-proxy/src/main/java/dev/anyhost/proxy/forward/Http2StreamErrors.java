package dev.anyhost.proxy.forward;

import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.Arrays;

/**
 * What a client's frame on a stream that it has ended is answered with (RFC 9113 section 5.1), where Netty's codec is
 * lenient because it forgets streams with their end, or names another error.
 */
final class Http2StreamErrors {

    /** More than a client may have us reset before the connection ends. */
    private static final int REMEMBERED = 256;

    private final Http2Connection connection;
    private int[] resets = {};
    private int next;

    Http2StreamErrors(Http2Connection connection) {
        this.connection = connection;
    }

    /** We end a stream: what comes on it for a while was on its way. */
    void weReset(int id) {
        if (wasReset(id)) {
            return;
        }
        if (resets.length == 0) {
            resets = new int[REMEMBERED];
        }
        resets[next] = id;
        next = (next + 1) % REMEMBERED;
    }

    /** Whether a frame was only on its way when we reset its stream: nothing more needs to be said. */
    boolean isLate(Http2Exception.StreamException found) {
        int id = found.streamId();
        return found.error() == Http2Error.STREAM_CLOSED && connection.stream(id) == null && wasReset(id);
    }

    /** The error that Netty found, or the one that it should have found. */
    Http2Exception strict(Http2Exception.StreamException found) {
        int id = found.streamId();
        Http2Stream stream = connection.stream(id);
        if (stream == null && found.error() == Http2Error.STREAM_CLOSED && !wasReset(id)) {
            return Http2Exception.connectionError(Http2Error.STREAM_CLOSED, "a frame on a stream that had ended");
        }
        if (stream != null && stream.state() == Http2Stream.State.HALF_CLOSED_REMOTE && saysTooManyHeaders(found)) {
            return Http2Exception.streamError(id, Http2Error.STREAM_CLOSED, "a header section after the request's end");
        }
        return found;
    }

    private boolean wasReset(int id) {
        return Arrays.stream(resets).anyMatch(reset -> reset == id);
    }

    /** Netty takes a request without a body for one whose trailers have come, too; only its words tell. */
    private static boolean saysTooManyHeaders(Http2Exception found) {
        return String.valueOf(found.getMessage()).contains("too many headers");
    }
}
