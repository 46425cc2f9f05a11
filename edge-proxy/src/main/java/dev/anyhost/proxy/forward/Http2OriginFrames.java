package dev.anyhost.proxy.forward;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import java.util.List;

/** What an origin's frames say, once Netty has found them to be allowed where they stand. */
final class Http2OriginFrames extends Http2HeadersWithoutPriority {

    private final Http2OriginConnection connection;

    Http2OriginFrames(Http2OriginConnection connection) {
        this.connection = connection;
    }

    @Override
    public void onHeadersRead(ChannelHandlerContext ctx, int id, Http2Headers headers, int padding, boolean endOfStream)
            throws Http2Exception {
        Http2OriginStream stream = connection.touched(id);
        if (stream != null) {
            stream.headers(headers, endOfStream, id);
        }
    }

    @Override
    public int onDataRead(ChannelHandlerContext ctx, int id, ByteBuf data, int padding, boolean endOfStream)
            throws Http2Exception {
        Http2OriginStream stream = connection.touched(id);
        return padding + (stream == null ? data.readableBytes() : stream.data(data, endOfStream, id));
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext ctx, int id, long errorCode) {
        if (errorCode == Http2Error.REFUSED_STREAM.code()) {
            connection.room().refused();
        }
        Http2OriginStream stream = connection.touched(id);
        if (stream != null) {
            stream.reset(errorCode);
        }
    }

    @Override
    public void onGoAwayRead(ChannelHandlerContext ctx, int last, long errorCode, ByteBuf debugData) {
        // It hasn't looked at those after the last one (RFC 9113 section 6.8).
        List<Http2OriginStream> passedOver = connection.streamsAfter(last);
        connection.retire();
        passedOver.forEach(Http2OriginStream::passedOver);
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) {
        connection.room().told();
        connection.terms().told(settings);
    }
}
