package dev.anyhost.proxy.forward;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;

/** A listener for which HEADERS are the same with priority and without, which nobody heeds (RFC 9113 section 5.3.2). */
abstract class Http2HeadersWithoutPriority extends Http2FrameAdapter {

    @Override
    public final void onHeadersRead(
            ChannelHandlerContext ctx,
            int id,
            Http2Headers headers,
            int dependency,
            short weight,
            boolean exclusive,
            int padding,
            boolean endOfStream)
            throws Http2Exception {
        onHeadersRead(ctx, id, headers, padding, endOfStream);
    }

    @Override
    public abstract void onHeadersRead(
            ChannelHandlerContext ctx, int id, Http2Headers headers, int padding, boolean endOfStream)
            throws Http2Exception;
}
