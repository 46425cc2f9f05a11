package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.BodyFraming;
import dev.anyhost.proxy.http1.Fields;
import dev.anyhost.proxy.http1.RequestHead;
import dev.anyhost.proxy.http1.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Future;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response, between a client's connection and an origin's on the same event loop. Each side is read
 * only while the other can take what it sends.
 */
final class Exchange {

    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE");

    private final ClientConnection client;
    private final RequestHead head;
    private final Origin target;
    private final OriginPool pool;
    private final ByteBuf requestHead;
    private final boolean upgrade;
    private @Nullable OriginConnection origin;
    private @Nullable BodyWriter toOrigin;
    private @Nullable BodyWriter toClient;
    private boolean requestDone;
    private boolean originKeepsAlive;
    private boolean lastOnConnection;
    private boolean untilClose;
    private boolean tunnel;
    private boolean retried;
    private boolean over;
    private int status;

    /** @param requestHead what the origin gets; released when the exchange is over */
    Exchange(
            ClientConnection client,
            RequestHead head,
            Origin target,
            OriginPool pool,
            ByteBuf requestHead,
            boolean upgrade) {
        this.client = client;
        this.head = head;
        this.target = target;
        this.pool = pool;
        this.requestHead = requestHead;
        this.upgrade = upgrade;
        this.requestDone = head.framing() instanceof BodyFraming.None;
    }

    void start() {
        OriginConnection idle = pool.idle(target);
        if (idle != null) {
            attach(idle);
        } else {
            connect();
        }
    }

    private void connect() {
        pool.connect(target).addListener((Future<OriginConnection> connected) -> {
            if (connected.isSuccess()) {
                connected(connected.getNow());
            } else if (!over) {
                boolean known = connected.cause() instanceof OriginFailure;
                int failure = known ? ((OriginFailure) connected.cause()).status() : 502;
                fail(failure, known ? String.valueOf(connected.cause().getMessage()) : "origin_failed");
            }
        });
    }

    private void connected(OriginConnection connection) {
        if (over) {
            pool.release(connection); // The client left while we connected.
        } else {
            attach(connection);
        }
    }

    private void attach(OriginConnection connection) {
        origin = connection;
        connection.begin(this);
        ChannelHandlerContext ctx = connection.context();
        ctx.write(requestHead.retainedDuplicate(), ctx.voidPromise());
        toOrigin = new BodyWriter(ctx, head.framing() instanceof BodyFraming.Chunked);
        if (requestDone) {
            ctx.flush();
            client.awaitResponse();
        } else {
            client.sendBody();
            ctx.flush();
        }
    }

    RequestHead head() {
        return head;
    }

    String method() {
        return head.method();
    }

    int status() {
        return status;
    }

    long bytesIn() {
        return toOrigin == null ? 0 : toOrigin.written();
    }

    long bytesOut() {
        return toClient == null ? 0 : toClient.written();
    }

    boolean isTunnel() {
        return tunnel;
    }

    /** Whether the response ends with the origin's connection. */
    boolean isUntilClose() {
        return untilClose;
    }

    /** Whether a piece of the request's body can be taken now. */
    boolean takesBody() {
        return origin != null && !requestDone && origin.channel().isWritable();
    }

    boolean isRequestDone() {
        return requestDone;
    }

    void requestData(ByteBuf piece) {
        if (toOrigin == null) {
            piece.release();
        } else {
            toOrigin.data(piece);
        }
    }

    void requestEnded(Fields trailers) {
        requestDone = true;
        if (toOrigin != null) {
            toOrigin.end(trailers);
        }
    }

    void flushOrigin() {
        if (origin != null) {
            origin.context().flush();
        }
    }

    void flushClient() {
        client.context().flush();
    }

    void originWritabilityChanged() {
        if (origin != null && origin.channel().isWritable()) {
            client.resume();
        }
    }

    void clientWritabilityChanged(boolean writable) {
        if (origin != null) {
            origin.channel().config().setAutoRead(writable);
        }
    }

    void response(ResponseHead response) {
        if (over) {
            return;
        }
        client.progress();
        if (response.status() == 101) {
            switchProtocols(response);
        } else if (response.status() < 200) {
            interim(response);
        } else {
            answer(response);
        }
    }

    /** RFC 9110 section 15.2: an HTTP/1.0 client doesn't know interim responses. */
    private void interim(ResponseHead response) {
        if (head.http11()) {
            write(response, new ForwardedHeaders.Answer(false, false, false));
            flushClient();
        }
    }

    private void switchProtocols(ResponseHead response) {
        if (!upgrade) {
            originFailed(502, "origin_switched_unasked");
            return;
        }
        status = response.status();
        tunnel = true;
        write(response, new ForwardedHeaders.Answer(false, false, true));
        flushClient();
        client.tunnelOpened();
    }

    private void answer(ResponseHead response) {
        status = response.status();
        originKeepsAlive = response.keepsAlive();
        untilClose = response.framing() instanceof BodyFraming.UntilClose;
        boolean unknownLength = untilClose || response.framing() instanceof BodyFraming.Chunked;
        boolean chunked = unknownLength && head.http11();
        lastOnConnection = client.isLast(head) || !requestDone || (unknownLength && !chunked);
        write(response, new ForwardedHeaders.Answer(chunked, lastOnConnection, false));
        toClient = new BodyWriter(client.context(), chunked);
    }

    private void write(ResponseHead response, ForwardedHeaders.Answer answer) {
        ByteBuf out = client.context().alloc().buffer(response.bytes().length + 64);
        ForwardedHeaders.writeResponse(response, answer, out);
        client.context().write(out, client.context().voidPromise());
    }

    void responseData(ByteBuf piece) {
        if (toClient == null || over) {
            piece.release();
            return;
        }
        client.progress();
        toClient.data(piece);
        if (!client.context().channel().isWritable()) {
            clientWritabilityChanged(false);
            flushClient();
        }
    }

    /** @return whether the origin's connection can serve another request */
    boolean responseEnded(Fields trailers) {
        if (over) {
            return false;
        }
        if (toClient != null) {
            toClient.end(trailers);
        }
        boolean reusable = originKeepsAlive && requestDone;
        origin = null;
        finish("");
        client.exchangeEnded(lastOnConnection);
        return reusable;
    }

    /** The origin closed before its response was complete. */
    void originGone(boolean wasUsed) {
        boolean untouched = status == 0 && head.framing() instanceof BodyFraming.None;
        if (wasUsed && untouched && !retried && !over && IDEMPOTENT.contains(head.method())) {
            retried = true;
            origin = null;
            toOrigin = null;
            connect();
        } else {
            originFailed(502, "origin_closed");
        }
    }

    void originFailed(int failure, String error) {
        if (!over) {
            fail(failure, error);
        }
    }

    /** Ends it with an error response, or by cutting the connection when a response has begun. */
    void fail(int failure, String error) {
        boolean begun = status != 0;
        if (!begun) {
            status = failure;
        }
        closeOrigin();
        finish(error);
        if (begun) {
            client.abort();
        } else {
            client.answerError(failure);
        }
    }

    /** The client closed its connection. */
    void clientGone() {
        if (over) {
            return;
        }
        if (status == 0) {
            status = 499;
        }
        closeOrigin();
        finish(tunnel ? "" : "client_closed");
    }

    void tunnelToOrigin(ByteBuf bytes) {
        requestData(bytes);
        flushOrigin();
        if (origin != null && !origin.channel().isWritable()) {
            client.pause();
        }
    }

    void tunnelToClient(ByteBuf bytes) {
        if (over) {
            bytes.release();
            return;
        }
        if (toClient == null) {
            toClient = new BodyWriter(client.context(), false);
        }
        client.progress();
        toClient.data(bytes);
        flushClient();
        if (!client.context().channel().isWritable()) {
            clientWritabilityChanged(false);
        }
    }

    void tunnelClosed() {
        if (!over) {
            origin = null;
            finish("");
            client.exchangeEnded(true);
        }
    }

    private void closeOrigin() {
        OriginConnection open = origin;
        origin = null;
        over = true;
        if (open != null) {
            open.channel().close();
        }
    }

    private void finish(String error) {
        over = true;
        requestHead.release();
        client.log(this, error);
    }
}
