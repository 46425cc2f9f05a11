package dev.anyhost.proxy.forward;

import io.netty.handler.codec.http2.Http2Connection;

/** How many requests a shared connection to an origin takes at a time, as far as the origin has said. */
final class StreamRoom {

    /** Somewhat before the last one that a connection can have. */
    private static final int LAST_STREAM = Integer.MAX_VALUE - 1_000;

    private final Http2Connection connection;
    private int most = Http2OriginSetup.MOST_STREAMS;
    private boolean used;

    StreamRoom(Http2Connection connection) {
        this.connection = connection;
    }

    /** @param waiting how many have a place already, and no stream yet */
    boolean isFree(int waiting) {
        return connection.numActiveStreams() + waiting < most
                && connection.local().canOpenStream()
                && connection.local().lastStreamCreated() < LAST_STREAM;
    }

    /** Whether the origin has answered a request. */
    boolean wasUsed() {
        return used;
    }

    /** The origin has answered a request; if it refused any, it may take one more by now. */
    void answered() {
        used = true;
        most = Math.min(most + 1, Http2OriginSetup.MOST_STREAMS);
    }

    /** The origin has refused a request: it takes as many as it had without that one. */
    void refused() {
        most = Math.max(1, connection.numActiveStreams() - 1);
    }

    /** The origin says anew how many it takes; Netty remembers the number. */
    void told() {
        most = Http2OriginSetup.MOST_STREAMS;
    }
}
