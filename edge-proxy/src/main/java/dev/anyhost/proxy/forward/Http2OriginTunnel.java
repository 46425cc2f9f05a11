package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.Fields;
import io.netty.buffer.ByteBuf;

/** An origin's end of a tunnel that is a stream of a shared connection, after an extended CONNECT (RFC 8441). */
final class Http2OriginTunnel implements TunnelEnd, BodyListener {

    private final Http2OriginStream stream;
    private final Tunnel.Side side;

    Http2OriginTunnel(Http2OriginStream stream, Tunnel.Side side) {
        this.stream = stream;
        this.side = side;
    }

    @Override
    public void open() {
        stream.joined(this);
    }

    @Override
    public boolean isWritable() {
        return stream.isWritable();
    }

    @Override
    public void write(ByteBuf data) {
        stream.data(data);
    }

    @Override
    public void flush() {
        stream.flush();
    }

    @Override
    public void finish() {
        stream.end(Fields.none());
        stream.flush();
    }

    @Override
    public void resume() {
        stream.resume();
    }

    @Override
    public void close() {
        stream.takeLeave(side.linger());
    }

    @Override
    public void abort() {
        stream.abandon();
    }

    @Override
    public boolean takesMore() {
        return side.takesMore();
    }

    @Override
    public void data(ByteBuf data) {
        side.arrived(data);
    }

    @Override
    public void end(Fields trailers) {
        side.ended();
    }

    @Override
    public void failed(RequestError error, Seen seen) {
        side.gone(false);
    }

    @Override
    public void writable() {
        side.writable();
    }

    @Override
    public void paused() {
        side.paused();
    }
}
