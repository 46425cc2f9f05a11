package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.BodyFraming;
import dev.anyhost.proxy.http1.BodyStep;
import dev.anyhost.proxy.http1.Fields;
import dev.anyhost.proxy.http1.HeadError;
import dev.anyhost.proxy.http1.RequestHead;
import dev.anyhost.proxy.http1.ResponseHead;
import dev.anyhost.proxy.http2.Http2Request;
import dev.anyhost.proxy.http2.WebSocketKey;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One request and response on a client's HTTP/2 connection, or what becomes of them: a tunnel. */
final class Http2ClientStream implements ClientStream, Http2Streams.User {

    private static final BodyFraming NO_BODY = new BodyFraming.None();

    private final Http2ClientConnection connection;
    private final Http2Stream stream;
    private final Http2RequestBody body;
    private final Http2ResponseWriter response;
    private boolean headRequest;
    private boolean forwarded;
    private @Nullable WebSocketKey webSocket;
    private @Nullable Exchange exchange;
    /** The exchange, or the tunnel after it; null once nobody wants the rest of the request. */
    private @Nullable ClientListener listener;
    /** The response's end leaves the client its turn. */
    private boolean halfOpen;

    private long deadlineNanos;

    Http2ClientStream(Http2ClientConnection connection, Http2Stream stream, boolean requestEnded) {
        this.connection = connection;
        this.stream = stream;
        this.body = new Http2RequestBody(this, connection, stream, requestEnded);
        this.response = new Http2ResponseWriter(connection, stream.id(), this::responseWritten);
    }

    @Nullable
    ClientListener listener() {
        return listener;
    }

    /** @throws Http2Exception when the request is malformed */
    void start(Http2Request request, ClientScope scope) throws Http2Exception {
        await(connection.limits().bodyIdle());
        switch (request) {
            case Http2Request.Plain(RequestHead head) -> start(head, scope);
            case Http2Request.WebSocket(RequestHead head, WebSocketKey key) -> {
                webSocket = key;
                start(head, scope);
            }
            case Http2Request.Refused(HeadError error) -> {
                ClientScope.Destination.Refused refused = scope.unreadable(error);
                scope.tally(null).finish(refused.answer().status(), Optional.of(refused.error()));
                if (error.status() == 400) {
                    throw malformed(); // Also beyond a limit: a reset counts, and ends a flood sooner.
                } else {
                    answer(refused.answer());
                }
            }
        }
    }

    private void start(RequestHead head, ClientScope scope) {
        headRequest = head.isHead();
        switch (scope.destination(head)) {
            case ClientScope.Destination.Refused(RequestError error, SmallResponse answer) -> {
                scope.tally(head).finish(error);
                answer(answer);
                if (error == RequestError.NOT_SERVED) {
                    connection.leave();
                }
            }
            case ClientScope.Destination.Forwarded(OriginRoute.To to) -> {
                var begun = new Exchange(this, scope, head, to);
                exchange = begun;
                listener = begun;
                connection.streams().touch(this);
            }
        }
    }

    /** Not HTTP/2's idea of a request (RFC 9113 section 8.1.1). */
    private Http2Exception malformed() {
        return Http2Exception.streamError(stream.id(), Http2Error.PROTOCOL_ERROR, "malformed request");
    }

    /** The next of the request's body; returns how much of it needs no more room here. */
    int arrived(ByteBuf data, boolean endOfStream) {
        return body.arrived(data, endOfStream);
    }

    /** The request's trailer section. */
    void trailers(BodyStep section) throws Http2Exception {
        switch (section) {
            case BodyStep.End(Fields fields) -> body.trailed(fields);
            case BodyStep.Malformed _, BodyStep.Data _, BodyStep.NeedMore() -> throw malformed();
        }
    }

    /** Whether the request's body is the origin's by now: what follows an extended CONNECT is for after the 101. */
    boolean passesBody() {
        return webSocket == null || exchange == null;
    }

    /**
     * What was passed on of the request's body goes out, with all that was read now. A request that was reset by it, too, goes to
     * no origin: else a flood would have us connect for each.
     */
    @Override
    public void paused() {
        if (exchange != null && !forwarded && !connection.isEnding()) {
            forwarded = true;
            exchange.forward();
        }
        if (listener != null) {
            listener.flushOrigin();
        }
    }

    @Override
    public void writable() {
        if (listener != null) {
            listener.clientWritable();
        }
        flush();
    }

    void expire(long nowNanos) {
        if (deadlineNanos - nowNanos > 0) {
            connection.times().awaits(nowNanos, deadlineNanos - nowNanos);
        } else if (listener != null) {
            listener.timedOut();
        } else if (stream.isResetSent()) {
            connection.giveUp(); // Not even that is taken.
        } else {
            cut(); // All of the response is here, and nobody takes it.
        }
    }

    @Override
    public void closed() {
        if (halfOpen && body.isComplete()) {
            return; // What the client said last is on its way still.
        }
        ClientListener left = listener;
        forget();
        response.drop();
        if (left != null) {
            left.clientLeft(response.hasEnded());
        }
    }

    /** Nobody wants the rest of the request. */
    private void forget() {
        exchange = null;
        listener = null;
        body.drop();
    }

    @Override
    public ByteBufAllocator allocator() {
        return connection.ctx().alloc();
    }

    @Override
    public long nanoTime() {
        return connection.times().nanoTime();
    }

    @Override
    public void awaitNanos(long limit) {
        long now = nanoTime();
        deadlineNanos = now + limit;
        connection.times().awaits(now, limit);
    }

    @Override
    public boolean takesMore() {
        return response.hasEnded() || connection.streams().takesMore(stream);
    }

    @Override
    public void resume() {
        body.pump();
    }

    @Override
    public void interim(ResponseHead head) {
        response.headers(ResponseFields.of(head, security()), false);
    }

    @Override
    public void respond(ResponseHead head) {
        boolean bodiless = head.framing().equals(NO_BODY) || head.framing().equals(new BodyFraming.Fixed(0));
        response.headers(ResponseFields.of(head, security()), bodiless);
    }

    private Optional<TransportSecurity> security() {
        return exchange == null ? Optional.empty() : exchange.security();
    }

    @Override
    public void data(ByteBuf data) {
        response.data(data);
    }

    @Override
    public void end(Fields sent) {
        response.end(ResponseFields.trailers(sent).orElse(null));
    }

    @Override
    public void finished() {
        forget();
        await(connection.limits().bodyIdle());
        connection.flush();
    }

    @Override
    public void answer(SmallResponse ours) {
        response.whole(ours, headRequest, allocator());
        finished();
    }

    @Override
    public void cut() {
        reset(Http2Error.INTERNAL_ERROR);
    }

    @Override
    public boolean cancel() {
        reset(Http2Error.CANCEL);
        return true;
    }

    private void reset(Http2Error error) {
        forget();
        await(connection.limits().bodyIdle());
        connection.reset(stream, error);
    }

    @Override
    public void tunnel(OriginStream origin, ResponseHead switched, Tally tally) {
        if (webSocket == null || !webSocket.isAnsweredBy(switched)) {
            origin.abandon();
            tally.finish(RequestError.RESPONSE_MALFORMED);
            answer(ErrorPage.text(RequestError.RESPONSE_MALFORMED));
            return;
        }
        response.headers(ResponseFields.tunnel(switched, security()), false);
        var tunnel = new Tunnel(
                connection.ctx().executor(),
                connection.limits(),
                tally,
                side -> new Http2ClientTunnel(this, side),
                side -> origin.tunnel(side, false)); // An HTTP/1.1 origin's end nearly always is a close.
        tunnel.open();
    }

    /** What follows is a tunnel's. */
    void joined(Http2ClientTunnel tunnel) {
        exchange = null;
        listener = tunnel;
    }

    /** A tunnel's other end has said all; the client may go on. */
    void endOutput() {
        halfOpen = true;
        response.end(null);
        connection.flush();
    }

    /** A tunnel is over: with all that was said, or broken off. */
    void left(boolean clean) {
        forget();
        halfOpen = false;
        await(connection.limits().bodyIdle());
        boolean answered = response.hasEnded();
        if (clean && !answered) {
            response.end(null);
            connection.flush();
        } else if (stream.state() != Http2Stream.State.CLOSED && !(answered && body.isComplete())) {
            connection.reset(stream, answered ? Http2Error.NO_ERROR : Http2Error.CANCEL);
        }
    }

    @Override
    public void flush() {
        response.pause();
        connection.flush();
    }

    private void responseWritten() {
        if (!body.isComplete() && !halfOpen) {
            // The response doesn't need the rest of the request (RFC 9113 section 8.1).
            connection.reset(stream, Http2Error.NO_ERROR);
        }
    }
}
