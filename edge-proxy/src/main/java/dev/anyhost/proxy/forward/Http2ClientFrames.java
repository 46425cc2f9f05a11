package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.concurrent.TokenBucket;
import dev.anyhost.proxy.http2.HeaderSection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.concurrent.Ticker;

/**
 * What a client's frames say, once Netty has found them to be allowed where they stand. Frames that carry nothing (PING,
 * SETTINGS, PRIORITY, RST_STREAM, GOAWAY, WINDOW_UPDATE, unknown ones) are cheap to send and not free to take: so many at
 * once are, so many a second, two for each request and one for each KiB that goes out, so that a busy connection may send
 * many and an idle one few.
 */
final class Http2ClientFrames extends Http2HeadersWithoutPriority {

    private static final int MOST_IDLE = 500;
    private static final double IDLE_A_SECOND = 20;
    private static final int PAYS_FOR_ONE = 1024;
    private static final int EACH_REQUEST = 2;

    private static final int MOST_RESETS = 200;
    private static final double RESETS_A_SECOND = MOST_RESETS / 30.0;

    private static final TokenBucket NONE = new TokenBucket(0, 0, () -> 0);

    private final Http2ClientConnection connection;
    private TokenBucket idle = NONE;
    private TokenBucket resets = NONE;
    private int unpaid;

    Http2ClientFrames(Http2ClientConnection connection) {
        this.connection = connection;
    }

    /** The connection's clock is known from now on. */
    void start(Ticker ticker) {
        idle = new TokenBucket(IDLE_A_SECOND, MOST_IDLE, ticker::nanoTime);
        resets = new TokenBucket(RESETS_A_SECOND, MOST_RESETS, ticker::nanoTime);
    }

    /** So many bytes of bodies went out. */
    void sent(int bytes) {
        unpaid += bytes;
        idle.giveBack(unpaid / PAYS_FOR_ONE);
        unpaid %= PAYS_FOR_ONE;
    }

    /** So many frames that carry nothing have come; returns whether they are paid for. */
    boolean pay(int frames) {
        boolean paid = true;
        for (int i = 0; i < frames && paid; i++) {
            paid = idle.tryTake();
        }
        return paid;
    }

    /**
     * We end a stream; returns whether that is paid for, as it is where we only no longer need the rest of a request. Who makes
     * us do it for other reasons has work begun for nothing (MadeYouReset, CVE-2025-8671). Netty would count as well, but
     * it closes before its GOAWAY is out.
     */
    boolean payForReset(long errorCode) {
        return errorCode == Http2Error.CANCEL.code() || errorCode == Http2Error.NO_ERROR.code() || resets.tryTake();
    }

    @Override
    public void onHeadersRead(ChannelHandlerContext ctx, int id, Http2Headers headers, int padding, boolean endOfStream)
            throws Http2Exception {
        idle.giveBack(EACH_REQUEST);
        if (connection.isOverfull()) {
            throw calm("requests without taking their responses");
        }
        Http2ClientStream known = connection.streams().user(id);
        if (known == null) {
            connection.begin(id, HeaderSection.request(headers, endOfStream, connection.sections()), endOfStream);
        } else {
            known.trailers(HeaderSection.trailers(headers, connection.sections()));
        }
    }

    static Http2Exception calm(String reason) {
        return Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, reason);
    }

    @Override
    public int onDataRead(ChannelHandlerContext ctx, int id, ByteBuf data, int padding, boolean endOfStream) {
        Http2ClientStream stream = connection.streams().user(id);
        return padding + (stream == null ? data.readableBytes() : stream.arrived(data, endOfStream));
    }

    @Override
    public void onPingAckRead(ChannelHandlerContext ctx, long data) {
        connection.pinged();
    }
}
