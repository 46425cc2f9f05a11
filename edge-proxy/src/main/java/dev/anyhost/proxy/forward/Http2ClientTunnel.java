package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.Fields;
import io.netty.buffer.ByteBuf;

/** A client's end of a tunnel that is a stream of its HTTP/2 connection, after an extended CONNECT (RFC 8441). */
final class Http2ClientTunnel implements TunnelEnd, ClientListener {

    private final Http2ClientStream stream;
    private final Tunnel.Side side;

    Http2ClientTunnel(Http2ClientStream stream, Tunnel.Side side) {
        this.stream = stream;
        this.side = side;
    }

    @Override
    public void open() {
        stream.joined(this);
        timedOut();
    }

    @Override
    public boolean isWritable() {
        return stream.takesMore();
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
        stream.endOutput();
    }

    @Override
    public void resume() {
        stream.resume();
    }

    @Override
    public void close() {
        stream.left(true);
    }

    @Override
    public void abort() {
        stream.left(false);
    }

    @Override
    public boolean takesBody() {
        return side.takesMore();
    }

    @Override
    public void body(ByteBuf data) {
        side.arrived(data);
    }

    @Override
    public boolean takesEnd() {
        return true;
    }

    @Override
    public void bodyEnded(Fields trailers) {
        side.ended();
    }

    @Override
    public void flushOrigin() {
        side.paused();
    }

    @Override
    public void clientWritable() {
        side.writable();
    }

    /** The tunnel has a time limit of its own. */
    @Override
    public void timedOut() {
        stream.await(side.idle());
    }

    @Override
    public void clientLeft(boolean answered) {
        side.gone(false);
    }
}
