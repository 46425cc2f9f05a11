package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.BodyFraming;
import dev.anyhost.proxy.http1.BodyReader;
import dev.anyhost.proxy.http1.BodyStep;
import dev.anyhost.proxy.http1.ChunkedBody;
import dev.anyhost.proxy.http1.FieldName;
import dev.anyhost.proxy.http1.Fields;
import dev.anyhost.proxy.http1.Http1Limits;
import dev.anyhost.proxy.http1.RequestHead;
import dev.anyhost.proxy.http1.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** One request and response on an HTTP/1.1 connection: finds the body in what arrives, and frames the response. */
final class Http1Stream implements ClientStream {

    private static final BodyFraming EMPTY = new BodyFraming.Fixed(0);

    /** How the client finds the response's end. */
    private enum Delimiting {
        AS_SENT,
        CHUNKS,
        CLOSE
    }

    private final ClientConnection connection;
    private final RequestHead request;
    private final Http1Limits limits;
    private final Exchange exchange;
    private final BodyReader body;
    /** Waiting for the first chunk's size before anything is sent: most bad framing shows there. */
    private boolean held;

    private boolean keepAlive;
    private Delimiting delimiting = Delimiting.AS_SENT;

    Http1Stream(ClientConnection connection, ClientScope scope, RequestHead request, OriginRoute.To target) {
        this.connection = connection;
        this.request = request;
        this.limits = scope.forwarding().settings().requests();
        this.exchange = new Exchange(this, scope, request, target);
        this.body = BodyReader.of(request.framing(), limits);
        this.held = request.framing() instanceof BodyFraming.Chunked && !request.expectsContinue();
    }

    void start() {
        await(connection.times().bodyIdle());
        if (!held) {
            exchange.forward();
        }
    }

    Exchange exchange() {
        return exchange;
    }

    /** Takes what it can of the request's body out of {@code in}. */
    void pump(ByteBuf in) {
        if (held && !release(in)) {
            return;
        }
        while (exchange.takesBody()) {
            switch (body.next(in)) {
                case BodyStep.NeedMore() -> {
                    connection.awaitBody();
                    return;
                }
                case BodyStep.Data(int length) -> exchange.body(in.readRetainedSlice(length));
                case BodyStep.End(Fields trailers) -> exchange.bodyEnded(trailers);
                case BodyStep.Malformed _ -> exchange.fail(RequestError.REQUEST_BODY_MALFORMED);
            }
        }
        // Nobody may wait for an end that needs no room, once all of the body was passed on.
        if (exchange.takesEnd() && body.end(in) instanceof BodyStep.End(Fields trailers)) {
            exchange.bodyEnded(trailers);
        }
    }

    private boolean release(ByteBuf in) {
        switch (ChunkedBody.preview(in, limits)) {
            case BodyStep.NeedMore() -> connection.awaitBody();
            case BodyStep.Malformed _ -> exchange.fail(RequestError.REQUEST_BODY_MALFORMED);
            case BodyStep.Data _, BodyStep.End _ -> {
                held = false;
                exchange.forward();
            }
        }
        return !held;
    }

    @Override
    public ByteBufAllocator allocator() {
        return connection.allocator();
    }

    @Override
    public long nanoTime() {
        return connection.nanoTime();
    }

    @Override
    public void awaitNanos(long limit) {
        connection.awaitNanos(limit);
    }

    @Override
    public boolean takesMore() {
        return connection.isWritable();
    }

    @Override
    public void resume() {
        connection.resume();
    }

    @Override
    public void interim(ResponseHead head) {
        if (!request.isHttp10()) {
            connection.write(ResponseWriter.head(head, "", exchange.security(), allocator()));
        }
    }

    @Override
    public void respond(ResponseHead head) {
        delimiting = delimiting(head);
        keepAlive = exchange.requestComplete()
                && request.isKeepAlive()
                && delimiting != Delimiting.CLOSE
                && !connection.isDraining();
        connection.write(ResponseWriter.head(head, hop(head), exchange.security(), allocator()));
    }

    private Delimiting delimiting(ResponseHead head) {
        return switch (head.framing()) {
            case BodyFraming.None(), BodyFraming.Fixed _ -> Delimiting.AS_SENT;
            case BodyFraming.Chunked(), BodyFraming.UntilClose() ->
                request.isHttp10() ? Delimiting.CLOSE : Delimiting.CHUNKS;
        };
    }

    private String hop(ResponseHead head) {
        String framing = framing(head);
        if (!keepAlive) {
            return framing + "Connection: close\r\n";
        }
        return request.isHttp10() ? framing + "Connection: keep-alive\r\n" : framing;
    }

    private String framing(ResponseHead head) {
        if (delimiting == Delimiting.CHUNKS) {
            return "Transfer-Encoding: chunked\r\n";
        }
        // An origin's HTTP/2 ends a stream without a word about its length.
        boolean unsaid = head.framing().equals(EMPTY)
                && head.fields().value(FieldName.CONTENT_LENGTH).isEmpty();
        return unsaid ? "Content-Length: 0\r\n" : "";
    }

    @Override
    public void data(ByteBuf data) {
        if (delimiting == Delimiting.CHUNKS) {
            connection.write(ResponseWriter.chunkSize(data.readableBytes(), allocator()));
            connection.write(data);
            connection.write(ResponseWriter.chunkEnd());
        } else {
            connection.write(data);
        }
    }

    @Override
    public void end(Fields trailers) {
        if (delimiting == Delimiting.CHUNKS) {
            connection.write(ResponseWriter.lastChunk(trailers, allocator()));
        }
    }

    @Override
    public void finished() {
        connection.finished(keepAlive);
    }

    @Override
    public boolean cancel() {
        return false;
    }

    @Override
    public void answer(SmallResponse response) {
        boolean goOn = exchange.requestComplete()
                && response.status() >= 500
                && request.isKeepAlive()
                && !request.isHttp10()
                && !connection.isDraining();
        connection.write(response.write(request.isHead(), !goOn, allocator()));
        connection.finished(goOn);
    }

    @Override
    public void cut() {
        connection.cut(delimiting == Delimiting.CLOSE);
    }

    @Override
    public void tunnel(OriginStream origin, ResponseHead switched, Tally tally) {
        String hop = "Connection: Upgrade\r\nUpgrade: " + switched.upgrade().orElseThrow() + "\r\n";
        connection.write(ResponseWriter.head(switched, hop, exchange.security(), allocator()));
        connection.tunnel(origin, tally);
    }

    @Override
    public void flush() {
        connection.flush();
    }
}
