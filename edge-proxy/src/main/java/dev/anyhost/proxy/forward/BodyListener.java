package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.Fields;
import io.netty.buffer.ByteBuf;

/**
 * Who uses an origin stream once the response has begun; called on its event loop. After end or failed it is not called
 * again, but that in a tunnel the stream may fail after its end.
 */
interface BodyListener {

    /** What of a response was seen before it failed. */
    enum Seen {
        /** That the origin has done nothing with the request: another try is no second one. */
        REFUSAL,
        /** Not a byte. */
        NOTHING,
        SOMETHING
    }

    /** Whether to go on with the response; when it is again, {@link OriginStream#resume} must be called. */
    boolean takesMore();

    /** The listener's to release. */
    void data(ByteBuf data);

    void end(Fields trailers);

    void failed(RequestError error, Seen seen);

    /** The origin takes more of the request again. */
    void writable();

    /** No more of the response for now: what was written may be flushed. */
    void paused();
}
