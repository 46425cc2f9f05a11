package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.Fields;
import dev.anyhost.proxy.http1.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;

/** The client's side of one {@link Exchange}, in whatever version of HTTP the client speaks. On its event loop. */
interface ClientStream {

    ByteBufAllocator allocator();

    long nanoTime();

    /** Sets the time limit of what is waited for now; after it comes {@link Exchange#timedOut}. */
    default void await(Duration limit) {
        awaitNanos(limit.toNanos());
    }

    /** As {@link #await}, in nanoseconds. */
    void awaitNanos(long limit);

    /** Whether the response may go on; when it may again, {@link Exchange#clientWritable} is called. */
    boolean takesMore();

    /** The origin takes more of the request: it may be given what has come of the body. */
    void resume();

    void interim(ResponseHead head);

    /** Begins the response. */
    void respond(ResponseHead head);

    /** The stream's to release. */
    void data(ByteBuf data);

    /** All of the body is there; {@link #finished} follows. */
    void end(Fields trailers);

    /** The response is complete, and the exchange over. */
    void finished();

    /** Instead of a response from the origin; the exchange is over. */
    void answer(SmallResponse response);

    /** Ends a response that has begun so that the client can't take it for the whole; the exchange is over. */
    void cut();

    /**
     * Ends the exchange as its origin did, by CANCEL (RFC 9113 section 7).
     *
     * @return whether it did; HTTP/1.1 has no word for it
     */
    boolean cancel();

    /** After a 101: what follows is no HTTP; the exchange is over. */
    void tunnel(OriginStream origin, ResponseHead switched, Tally tally);

    /** What was written goes out. */
    void flush();
}
