package dev.anyhost.proxy.forward;

import dev.anyhost.domain.Hostname;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Settings;

/** Makes clients' HTTP/2 connections: what we offer in SETTINGS, and which abuse Netty's codec ends by itself. */
final class Http2Setup extends AbstractHttp2ConnectionHandlerBuilder<Http2ClientConnection, Http2Setup> {

    /** What a client can make us hold of its requests' bodies, all streams together, in bytes. */
    static final int CONNECTION_WINDOW = 1024 * 1024;

    private static final int STREAM_WINDOW = 256 * 1024;
    private static final int MOST_STREAMS = 128;
    private static final int MOST_CONTROL_FRAMES_UNSENT = 500;
    private static final int MOST_EMPTY_DATA = 10;
    private static final int MOST_SMALL_CONTINUATIONS = 10;
    private static final int MOST_RESETS = 200;
    private static final int RESETS_SECONDS = 30;

    private final Forwarding forwarding;
    private final Hostname hostname;

    /** @param hostname the connection's own, as SNI said it */
    Http2Setup(Forwarding forwarding, Hostname hostname) {
        this.forwarding = forwarding;
        this.hostname = hostname;
        connection(Http2Streams.connection(true));
        initialSettings(Http2Settings.defaultSettings()
                .maxConcurrentStreams(MOST_STREAMS)
                .initialWindowSize(STREAM_WINDOW)
                .maxHeaderListSize(forwarding.settings().requests().head())
                .connectProtocolEnabled(true));
        encoderIgnoreMaxHeaderListSize(true); // Advice only (RFC 9113 section 10.5.1); Netty would send nothing at all.
        encoderEnforceMaxQueuedControlFrames(MOST_CONTROL_FRAMES_UNSENT);
        decoderEnforceMaxConsecutiveEmptyDataFrames(MOST_EMPTY_DATA);
        decoderEnforceMaxSmallContinuationFrames(MOST_SMALL_CONTINUATIONS);
        decoderEnforceMaxRstFramesPerWindow(MOST_RESETS, RESETS_SECONDS); // Rapid reset, CVE-2023-44487.
        encoderEnforceMaxRstFramesPerWindow(0, 0); // Http2ClientFrames counts our own.
    }

    @Override
    public Http2ClientConnection build() {
        return super.build();
    }

    @Override
    protected Http2ClientConnection build(
            Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
        return new Http2ClientConnection(decoder, encoder, settings, this);
    }

    Forwarding forwarding() {
        return forwarding;
    }

    Hostname hostname() {
        return hostname;
    }
}
