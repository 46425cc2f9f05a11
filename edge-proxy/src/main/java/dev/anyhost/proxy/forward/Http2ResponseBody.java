package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.Fields;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * A response's body on an origin's HTTP/2 stream. What the listener doesn't take yet of it waits here, and the origin's
 * window stays as much smaller.
 */
final class Http2ResponseBody {

    private final Http2OriginStream owner;
    private final HeldBody held = new HeldBody();
    private Fields trailers = Fields.none();
    private boolean complete;
    private boolean cut;

    Http2ResponseBody(Http2OriginStream owner) {
        this.owner = owner;
    }

    /** Whether all of it has come. */
    boolean isComplete() {
        return complete;
    }

    /** The next of it; returns how much of that needs no more room here. */
    int arrived(ByteBuf data, boolean end, BodyListener to, ByteBufAllocator allocator) {
        int length = data.readableBytes();
        boolean passes = held.isEmpty() && to.takesMore();
        if (!passes) {
            held.add(data, allocator);
        } else if (length > 0) {
            to.data(data.retain());
        }
        if (end) {
            ended(Fields.none());
        }
        return passes ? length : 0;
    }

    /** All of it has come. */
    void ended(Fields with) {
        complete = true;
        trailers = with;
        conclude();
    }

    /** Passes on what can be passed on. */
    void resume() {
        BodyListener to = owner.listener();
        while (to != null && to.takesMore()) {
            ByteBuf next = held.poll();
            if (next == null) {
                break;
            }
            int length = next.readableBytes();
            to.data(next);
            owner.consumed(length);
            to = owner.listener();
        }
        conclude();
    }

    private void conclude() {
        BodyListener to = owner.listener();
        if (to != null && complete && held.isEmpty()) {
            to.end(trailers);
            if (cut) {
                owner.fail(RequestError.RESPONSE_CUT, BodyListener.Seen.SOMETHING);
            }
        }
    }

    /** The stream is closed before all that uses it has ended, which hears so after the rest of this. */
    void cut() {
        cut = true;
        resume();
    }

    /** Nobody wants the rest. */
    void drop() {
        held.clear();
    }
}
