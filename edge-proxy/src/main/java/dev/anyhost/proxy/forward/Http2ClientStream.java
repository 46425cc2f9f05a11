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
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One request and response on an HTTP/2 connection. What the origin doesn't take yet of a request's body waits here, and
 * the client's window stays as much smaller.
 */
final class Http2ClientStream implements ClientStream {

    private static final BodyFraming NO_BODY = new BodyFraming.None();
    /** In bytes: what is copied at once rather than passed on where it arrived. */
    private static final int SMALL = 1024;

    private final Http2ClientConnection connection;
    private final Http2Stream stream;
    private final HeldBody body = new HeldBody();
    private Fields trailers = Fields.none();
    private boolean requestEnded;
    private boolean endPassed;
    private boolean pumping;
    private boolean headRequest;
    private @Nullable WebSocketKey webSocket;
    private @Nullable Exchange exchange;
    /** The exchange, or the tunnel after it; null once nobody wants the rest of the request. */
    private @Nullable ClientListener listener;
    /** Not written yet, because the stream may end with it. */
    private @Nullable ByteBuf last;

    private boolean responseEnded;
    /** The response's end leaves the client its turn. */
    private boolean halfOpen;

    private long deadlineNanos;

    Http2ClientStream(Http2ClientConnection connection, Http2Stream stream, boolean requestEnded) {
        this.connection = connection;
        this.stream = stream;
        this.requestEnded = requestEnded;
    }

    Http2Stream stream() {
        return stream;
    }

    /** @throws Http2Exception when the request is malformed */
    void start(Http2Request request, ClientScope scope) throws Http2Exception {
        await(connection.times().bodyIdle());
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
                begun.forward();
            }
        }
    }

    /** Not HTTP/2's idea of a request (RFC 9113 section 8.1.1). */
    private Http2Exception malformed() {
        return Http2Exception.streamError(stream.id(), Http2Error.PROTOCOL_ERROR, "malformed request");
    }

    /** The next of the request's body; returns how much of it needs no more room here. */
    int arrived(ByteBuf data, boolean endOfStream) {
        requestEnded |= endOfStream;
        int length = data.readableBytes();
        if (listener == null) {
            return length; // Answered already; the client may not know yet.
        }
        if (length >= SMALL && body.isEmpty()) {
            body.lend(data.retain());
            pump();
            body.settle(allocator());
        } else {
            body.add(data, allocator());
            pump();
        }
        return 0;
    }

    /** The request's trailer section. */
    void trailers(BodyStep section) throws Http2Exception {
        switch (section) {
            case BodyStep.End(Fields fields) -> {
                trailers = fields;
                requestEnded = true;
                pump();
            }
            case BodyStep.Malformed _, BodyStep.Data _, BodyStep.NeedMore() -> throw malformed();
        }
    }

    private void pump() {
        if (pumping) {
            return; // The origin took what was just written, and more; the loop below sees it.
        }
        pumping = true;
        try {
            while (takesBody() && passNext()) {
                // Each step passes on what it can.
            }
            passEnd();
        } finally {
            pumping = false;
        }
        connection.flushOriginOf(this);
    }

    /** Whether the request's body is the origin's by now: what follows an extended CONNECT is for after the 101. */
    private boolean passesBody() {
        return webSocket == null || exchange == null;
    }

    private boolean takesBody() {
        return listener != null && passesBody() && listener.takesBody();
    }

    private boolean passNext() {
        ByteBuf next = body.poll();
        if (next == null || listener == null) {
            return false;
        }
        int length = next.readableBytes();
        listener.body(next);
        connection.consumed(stream, length);
        return true;
    }

    private void passEnd() {
        if (endPassed || listener == null || !listener.takesEnd()) {
            return;
        }
        if (!passesBody()) {
            listener.bodyEnded(Fields.none());
        } else if (requestEnded && body.isEmpty()) {
            endPassed = true;
            listener.bodyEnded(trailers);
        }
    }

    void flushOrigin() {
        if (listener != null) {
            listener.flushOrigin();
        }
    }

    /** The client's window, or the connection's room, has grown. */
    void writable() {
        if (listener != null) {
            listener.clientWritable();
        }
        flush();
    }

    void expire(long nowNanos) {
        if (deadlineNanos - nowNanos > 0) {
            connection.awaits(nowNanos, deadlineNanos - nowNanos);
        } else if (listener != null) {
            listener.timedOut();
        } else if (stream.isResetSent()) {
            connection.giveUp(); // Not even that is taken.
        } else {
            cut(); // All of the response is here, and nobody takes it.
        }
    }

    /** The stream is over, for whatever reason. */
    void closed() {
        if (halfOpen && requestEnded) {
            return; // What the client said last is on its way still.
        }
        ClientListener left = listener;
        forget();
        if (last != null) {
            last.release();
            last = null;
        }
        if (left != null) {
            left.clientLeft(responseEnded);
        }
    }

    /** Nobody wants the rest of the request. */
    private void forget() {
        exchange = null;
        listener = null;
        dropBody();
    }

    private void dropBody() {
        int dropped = body.clear();
        if (dropped > 0) {
            connection.consumed(stream, dropped);
        }
    }

    @Override
    public ByteBufAllocator allocator() {
        return connection.ctx().alloc();
    }

    @Override
    public long nanoTime() {
        return connection.nanoTime();
    }

    @Override
    public void awaitNanos(long limit) {
        long now = nanoTime();
        deadlineNanos = now + limit;
        connection.awaits(now, limit);
    }

    @Override
    public boolean takesMore() {
        return responseEnded || connection.takesMore(stream);
    }

    @Override
    public void resume() {
        pump();
    }

    @Override
    public void interim(ResponseHead head) {
        writeHeaders(ResponseFields.of(head, security()), false);
    }

    @Override
    public void respond(ResponseHead head) {
        boolean bodiless = head.framing().equals(NO_BODY) || head.framing().equals(new BodyFraming.Fixed(0));
        writeHeaders(ResponseFields.of(head, security()), bodiless);
    }

    private Optional<TransportSecurity> security() {
        return exchange == null ? Optional.empty() : exchange.security();
    }

    @Override
    public void data(ByteBuf data) {
        ByteBuf before = last;
        last = data; // First: the write may make room, and so bring what follows this.
        if (before != null) {
            write(before, false);
        }
    }

    @Override
    public void end(Fields sent) {
        if (responseEnded) {
            return;
        }
        Optional<Http2Headers> section = ResponseFields.trailers(sent);
        writeLast(section.isEmpty());
        section.ifPresent(fields -> writeHeaders(fields, true));
    }

    @Override
    public void finished() {
        forget();
        await(connection.times().bodyIdle());
        connection.flush();
    }

    @Override
    public void answer(SmallResponse response) {
        byte[] text = response.body().getBytes(StandardCharsets.UTF_8);
        boolean bodiless = headRequest || text.length == 0;
        writeHeaders(ResponseFields.of(response, text.length), bodiless);
        if (!bodiless) {
            last = allocator().ioBuffer(text.length).writeBytes(text);
            writeLast(true);
        }
        finished();
    }

    @Override
    public void cut() {
        forget();
        await(connection.times().bodyIdle());
        connection.reset(stream, Http2Error.INTERNAL_ERROR);
    }

    @Override
    public void tunnel(OriginStream origin, ResponseHead switched, Tally tally) {
        if (webSocket == null || !webSocket.isAnsweredBy(switched)) {
            origin.abandon();
            tally.finish(RequestError.RESPONSE_MALFORMED);
            answer(ErrorPage.text(RequestError.RESPONSE_MALFORMED));
            return;
        }
        writeHeaders(ResponseFields.tunnel(switched, security()), false);
        var tunnel = new Tunnel(
                connection.ctx().executor(),
                connection.times(),
                tally,
                side -> new Http2ClientTunnel(this, side),
                side -> origin.tunnel(side, false)); // An HTTP/1.1 origin's end nearly always is a close.
        tunnel.open();
    }

    /** What follows is a tunnel's. */
    void joined(Http2ClientTunnel tunnel) {
        exchange = null;
        listener = tunnel;
        awaitTunnel();
    }

    /** A tunnel has a time limit of its own. */
    void awaitTunnel() {
        await(connection.times().idle());
    }

    /** A tunnel's other end has said all; the client may go on. */
    void endOutput() {
        halfOpen = true;
        writeLast(true);
        connection.flush();
    }

    /** A tunnel is over: with all that was said, or broken off. */
    void left(boolean clean) {
        forget();
        halfOpen = false;
        await(connection.times().bodyIdle());
        if (clean && !responseEnded) {
            writeLast(true);
            connection.flush();
        } else if (stream.state() != Http2Stream.State.CLOSED && !(responseEnded && requestEnded)) {
            connection.reset(stream, responseEnded ? Http2Error.NO_ERROR : Http2Error.CANCEL);
        }
    }

    @Override
    public void flush() {
        writeLast(false);
        connection.flush();
    }

    private void writeLast(boolean endOfStream) {
        ByteBuf data = last == null ? Unpooled.EMPTY_BUFFER : last;
        last = null;
        if (endOfStream || data.isReadable()) {
            write(data, endOfStream);
        } else {
            data.release();
        }
    }

    private void write(ByteBuf data, boolean endOfStream) {
        connection.sent(data.readableBytes());
        connection.encoder().writeData(connection.ctx(), stream.id(), data, 0, endOfStream, promise(endOfStream));
    }

    private void writeHeaders(Http2Headers headers, boolean endOfStream) {
        connection.encoder().writeHeaders(connection.ctx(), stream.id(), headers, 0, endOfStream, promise(endOfStream));
    }

    private ChannelPromise promise(boolean endOfStream) {
        responseEnded |= endOfStream;
        ChannelPromise written = connection.ctx().newPromise();
        if (endOfStream && !requestEnded) {
            written.addListener(done -> {
                if (done.isSuccess() && !requestEnded && !halfOpen) {
                    // The response doesn't need the rest of the request (RFC 9113 section 8.1).
                    connection.reset(stream, Http2Error.NO_ERROR);
                }
            });
        }
        return written;
    }
}
