package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.Fields;
import dev.anyhost.proxy.http1.RequestHead;
import io.netty.buffer.ByteBuf;

/** The origin's side of one {@link Exchange}, in whatever version of HTTP the origin speaks. On its event loop. */
sealed interface OriginStream permits OriginConnection, Http2OriginStream {

    /** Whether an earlier request was answered on the same connection, so that the origin may have closed it since. */
    boolean wasUsed();

    /** Takes it for one request, and sends the request's head; nothing is flushed. */
    void begin(ResponseListener user, RequestHead request, OriginRoute.To to, ForwardedHeaders headers);

    /** Whether to go on with the request's body; when it is again, {@link ResponseListener#writable} is called. */
    boolean isWritable();

    /** The next of the request's body; the stream's to release. */
    void data(ByteBuf data);

    /** Whether the end of the request's body may come, which needs no room. */
    default boolean takesEnd() {
        return true;
    }

    /** All of the request's body was written. */
    void end(Fields trailers);

    /** What was written goes out. */
    void flush();

    /** Goes on with what has arrived; the listener calls it when it takes more again. */
    void resume();

    /** The response is complete, and the exchange over. */
    void done(boolean requestComplete, long nowNanos);

    /** Gives it back; it wasn't used for anything. */
    void giveBack(long nowNanos);

    /** Ends the exchange; whoever used it hears nothing more. */
    void abandon();

    /**
     * After a 101: its end of a tunnel. The exchange is over.
     *
     * @param halves whether an origin that has said all may still listen, where it can
     */
    TunnelEnd tunnel(Tunnel.Side side, boolean halves);

    /** It kept us waiting for too long: no further request is to wait for the same connection. */
    void doubt();
}
