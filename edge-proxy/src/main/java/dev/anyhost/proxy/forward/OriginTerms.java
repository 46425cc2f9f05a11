package dev.anyhost.proxy.forward;

import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What an origin's SETTINGS say of requests, and those requests that wait to hear it. On one event loop. */
final class OriginTerms {

    /** Of each field, in the size of a header section; in bytes (RFC 9113 section 6.5.2). */
    private static final int FIELD_OVERHEAD = 32;

    /**
     * Of a header section that is sent before the origin has said what it takes, in bytes: half of the smallest limit that
     * is usual (Jetty, Tomcat, Netty, gRPC). What is beyond an origin's limit may end the connection, with all requests on it.
     */
    private static final int SAFE = 4 * 1024;

    /** What becomes of a request. */
    enum Answer {
        TAKEN,
        TOO_LARGE,
        /** No extended CONNECT (RFC 8441 section 3). */
        NO_TUNNELS,
        /** Nobody knows until the origin's SETTINGS have come. */
        UNTOLD
    }

    private final Http2HeadersEncoder.Configuration sections;
    private final Duration limit;
    private final Deadline deadline;
    private final List<Http2OriginStream> waiting = new ArrayList<>(0);
    private boolean told;
    private boolean tunnels;

    /**
     * The terms of a new connection.
     *
     * @param sections where the codec keeps what it is told of header sections
     * @param limit how long requests may wait
     * @param expired runs when they have waited for so long
     */
    OriginTerms(Http2HeadersEncoder.Configuration sections, EventExecutor loop, Duration limit, Runnable expired) {
        this.sections = sections;
        this.limit = limit;
        this.deadline = new Deadline(loop, expired);
    }

    /** Whether the origin takes the request with this header section, as far as it has said. */
    Answer of(Http2Headers section, boolean tunnel) {
        if (!told) {
            return !tunnel && takes(section) ? Answer.TAKEN : Answer.UNTOLD;
        }
        if (tunnel && !tunnels) {
            return Answer.NO_TUNNELS;
        }
        return takes(section) ? Answer.TAKEN : Answer.TOO_LARGE;
    }

    /** Whether the origin takes a header section that large, for all that is known (RFC 9113 section 6.5.2). */
    boolean takes(Http2Headers section) {
        long size = 0;
        for (Map.Entry<CharSequence, CharSequence> field : section) {
            size += field.getKey().length() + field.getValue().length() + FIELD_OVERHEAD;
        }
        return size <= (told ? sections.maxHeaderListSize() : SAFE);
    }

    /** How many requests wait. */
    int waiting() {
        return waiting.size();
    }

    /** The stream hears {@link Http2OriginStream#told} once there is more to say, unless it is taken back before. */
    void await(Http2OriginStream stream) {
        if (waiting.isEmpty()) {
            deadline.in(limit);
        }
        waiting.add(stream);
    }

    /** The stream doesn't wait any more. */
    void forget(Http2OriginStream stream) {
        waiting.remove(stream);
    }

    /** Nobody waits any more; returns those who did. */
    List<Http2OriginStream> takeWaiting() {
        List<Http2OriginStream> all = List.copyOf(waiting);
        waiting.clear();
        deadline.cancel();
        return all;
    }

    /** The origin's SETTINGS have come; the codec knows them already. */
    void told(Http2Settings settings) {
        told = true;
        Boolean connects = settings.connectProtocolEnabled();
        if (connects != null) {
            tunnels = connects;
        }
        takeWaiting().forEach(Http2OriginStream::told);
    }
}
