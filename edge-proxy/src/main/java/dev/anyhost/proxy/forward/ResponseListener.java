package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.Fields;
import dev.anyhost.proxy.http1.ResponseHead;
import io.netty.buffer.ByteBuf;

/** Who uses an origin connection at the moment; called on its event loop. After end or failed it is not called again. */
interface ResponseListener {

    /** The connection is ready for a request, perhaps before {@link OriginPool#acquire} returns. */
    void acquired(OriginConnection connection);

    /** There is no connection. */
    void refused(RequestError error);

    /** Whether to go on with the response; when it is again, {@link OriginConnection#resume} must be called. */
    boolean takesMore();

    void interim(ResponseHead head);

    void response(ResponseHead head);

    /** The listener's to release. */
    void data(ByteBuf data);

    void end(Fields trailers);

    /** @param untouched whether not a byte of a response was seen */
    void failed(RequestError error, boolean untouched);

    /** The origin takes more of the request again. */
    void writable();

    /** No more of the response for now: what was written may be flushed. */
    void paused();
}
