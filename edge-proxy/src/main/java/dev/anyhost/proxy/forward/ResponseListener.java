package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.Fields;
import dev.anyhost.proxy.http1.ResponseHead;
import io.netty.buffer.ByteBuf;

/** Who uses an origin stream at the moment; called on its event loop. After end or failed it is not called again. */
interface ResponseListener {

    /** What of a response was seen before it failed. */
    enum Seen {
        /** That the origin has done nothing with the request: another try is no second one. */
        REFUSAL,
        /** Not a byte. */
        NOTHING,
        SOMETHING
    }

    /** Whether it wants to switch protocols, which HTTP/1.1 only can. */
    boolean upgrades();

    /** The stream is ready for a request, perhaps before {@link OriginPool#acquire} returns. */
    void acquired(OriginStream stream);

    /** There is no connection. */
    void refused(RequestError error);

    /** Whether to go on with the response; when it is again, {@link OriginStream#resume} must be called. */
    boolean takesMore();

    void interim(ResponseHead head);

    void response(ResponseHead head);

    /** The listener's to release. */
    void data(ByteBuf data);

    void end(Fields trailers);

    void failed(RequestError error, Seen seen);

    /** The origin takes more of the request again. */
    void writable();

    /** No more of the response for now: what was written may be flushed. */
    void paused();
}
