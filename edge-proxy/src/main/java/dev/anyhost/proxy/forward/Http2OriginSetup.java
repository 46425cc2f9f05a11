package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.Http1Limits;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.AsciiString;
import java.util.Set;

/** Makes HTTP/2 connections to origins: what we offer in SETTINGS, and which abuse Netty's codec ends by itself. */
final class Http2OriginSetup extends AbstractHttp2ConnectionHandlerBuilder<Http2OriginConnection, Http2OriginSetup> {

    /** What an origin may send of one response before the client takes it, in bytes: 12 MiB for a client's 128 streams. */
    static final int STREAM_WINDOW = 96 * 1024;

    /** Responses at a time on one connection. */
    static final int MOST_STREAMS = 100;

    /**
     * Requests that we cancel on one connection, in its life. It ends with those under way, which may be cancelled as
     * well: some origins end a connection, and with it everybody's requests, at 200 in half a minute (CVE-2023-44487).
     */
    static final int MOST_CANCELLED = 100;

    /** So that clients who take nothing never keep the connection's window from the others. */
    static final int CONNECTION_WINDOW = MOST_STREAMS * STREAM_WINDOW;

    private static final int MOST_CONTROL_FRAMES_UNSENT = 1_000;
    private static final int MOST_EMPTY_DATA = 100;
    private static final int MOST_SMALL_CONTINUATIONS = 16;
    /** One for each request isn't too many: an origin may have had enough of each of them. */
    private static final int MOST_RESETS = 10_000;

    private static final int RESETS_SECONDS = 10;

    /**
     * What many visitors' requests have in common. All else is never put into the table: one visitor could else find out
     * what another one's request said by its size (RFC 7541 section 7.1).
     */
    private static final Set<AsciiString> COMMON = Set.of(
            AsciiString.cached(":method"),
            AsciiString.cached(":scheme"),
            AsciiString.cached(":authority"),
            AsciiString.cached(":protocol"),
            AsciiString.cached("te"),
            AsciiString.cached("content-type"),
            AsciiString.cached("x-forwarded-proto"),
            AsciiString.cached("x-forwarded-port"));

    private final Origin origin;
    private final OriginPool pool;
    private final ForwardSettings settings;

    Http2OriginSetup(Origin origin, OriginPool pool, ForwardSettings settings) {
        this.origin = origin;
        this.pool = pool;
        this.settings = settings;
        connection(Http2Streams.connection(false));
        initialSettings(Http2Settings.defaultSettings()
                .pushEnabled(false)
                .initialWindowSize(STREAM_WINDOW)
                .maxHeaderListSize(settings.responses().head()));
        headerSensitivityDetector((name, value) -> !COMMON.contains(AsciiString.of(name)));
        encoderIgnoreMaxHeaderListSize(true); // We look at it ourselves; Netty would throw.
        encoderEnforceMaxQueuedControlFrames(MOST_CONTROL_FRAMES_UNSENT);
        encoderEnforceMaxRstFramesPerWindow(0, 0); // Clients' leaving is no reason to end the others' responses.
        decoderEnforceMaxConsecutiveEmptyDataFrames(MOST_EMPTY_DATA);
        decoderEnforceMaxSmallContinuationFrames(MOST_SMALL_CONTINUATIONS);
        decoderEnforceMaxRstFramesPerWindow(MOST_RESETS, RESETS_SECONDS);
    }

    @Override
    public Http2OriginConnection build() {
        return super.build();
    }

    @Override
    protected Http2OriginConnection build(
            Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
        return new Http2OriginConnection(decoder, encoder, settings, this);
    }

    Origin origin() {
        return origin;
    }

    OriginPool pool() {
        return pool;
    }

    Http1Limits limits() {
        return settings.responses();
    }

    TimeLimits times() {
        return settings.times();
    }
}
