package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.Fields;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Stream;

/**
 * A request's body on a client's HTTP/2 stream. What the listener doesn't take yet of it waits here, and the client's window
 * stays as much smaller.
 */
final class Http2RequestBody {

    /** In bytes: what is copied at once rather than passed on where it arrived. */
    private static final int SMALL = 1024;

    private final Http2ClientStream owner;
    private final Http2ClientConnection connection;
    private final Http2Stream stream;
    private final HeldBody held = new HeldBody();
    private Fields trailers = Fields.none();
    private boolean complete;
    private boolean endPassed;
    private boolean pumping;

    /** @param complete whether there is none */
    Http2RequestBody(Http2ClientStream owner, Http2ClientConnection connection, Http2Stream stream, boolean complete) {
        this.owner = owner;
        this.connection = connection;
        this.stream = stream;
        this.complete = complete;
    }

    /** Whether all of it has come. */
    boolean isComplete() {
        return complete;
    }

    /** The next of it; returns how much of that needs no more room here. */
    int arrived(ByteBuf data, boolean endOfStream) {
        complete |= endOfStream;
        int length = data.readableBytes();
        if (owner.listener() == null) {
            return length; // Answered already; the client may not know yet.
        }
        if (length >= SMALL && held.isEmpty()) {
            held.lend(data.retain());
            pump();
            held.settle(owner.allocator());
        } else {
            held.add(data, owner.allocator());
            pump();
        }
        return 0;
    }

    /** Its trailer section, and so its end. */
    void trailed(Fields fields) {
        trailers = fields;
        complete = true;
        pump();
    }

    /** Passes on what can be passed on. */
    void pump() {
        if (pumping) {
            return; // The origin took what was just written, and more; the loop below sees it.
        }
        pumping = true;
        try {
            while (takesMore() && passNext()) {
                // Each step passes on what it can.
            }
            passEnd();
        } finally {
            pumping = false;
        }
        connection.streams().touch(owner);
    }

    private boolean takesMore() {
        ClientListener to = owner.listener();
        return to != null && owner.passesBody() && to.takesBody();
    }

    private boolean passNext() {
        ByteBuf next = held.poll();
        ClientListener to = owner.listener();
        if (next == null || to == null) {
            return false;
        }
        int length = next.readableBytes();
        to.body(next);
        connection.streams().consumed(stream, length);
        return true;
    }

    private void passEnd() {
        ClientListener to = owner.listener();
        if (endPassed || to == null || !to.takesEnd()) {
            return;
        }
        if (!owner.passesBody()) {
            to.bodyEnded(Fields.none());
        } else if (complete && held.isEmpty()) {
            endPassed = true;
            to.bodyEnded(trailers);
        }
    }

    /** Nobody wants the rest. */
    void drop() {
        int dropped = held.clear();
        if (dropped > 0) {
            connection.streams().consumed(stream, dropped);
        }
    }
}
