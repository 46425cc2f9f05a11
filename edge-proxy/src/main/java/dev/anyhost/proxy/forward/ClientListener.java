package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.Fields;
import io.netty.buffer.ByteBuf;

/** Who uses a {@link ClientStream} at the moment; called on its event loop. */
interface ClientListener {

    /** Whether to go on with the request's body; when it is again, {@link ClientStream#resume} is called. */
    boolean takesBody();

    /** The next of the request's body, only when {@link #takesBody}; the listener's to release. */
    void body(ByteBuf data);

    /** Whether to go on with the body's end, if nothing is left of the body. */
    boolean takesEnd();

    /** The request is complete, only when {@link #takesEnd}. */
    void bodyEnded(Fields trailers);

    /** What was passed on of the request goes out. */
    void flushOrigin();

    /** The client takes more of the response again. */
    void clientWritable();

    /** What is waited for takes too long. */
    void timedOut();

    /**
     * The client's stream is over.
     *
     * @param answered whether all of the response was written before
     */
    void clientLeft(boolean answered);
}
