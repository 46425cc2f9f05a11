package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.BodyFraming;
import dev.anyhost.proxy.http1.BodyStep;
import dev.anyhost.proxy.http1.Fields;
import dev.anyhost.proxy.http1.Parsed;
import dev.anyhost.proxy.http1.RequestHead;
import dev.anyhost.proxy.http1.ResponseHead;
import dev.anyhost.proxy.http2.HeaderSection;
import dev.anyhost.proxy.http2.ResponseSection;
import dev.anyhost.proxy.http2.WebSocketKey;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request and response on an HTTP/2 connection to an origin. What the client doesn't take yet of the response's body
 * waits here, and the origin's window for this stream stays as much smaller.
 */
final class Http2OriginStream implements OriginStream {

    private static final long UNKNOWN = -1;

    private final Http2OriginConnection connection;
    private final HeldBody held = new HeldBody();
    /** Of the request, until it is sent. */
    private @Nullable Http2Headers section;

    private @Nullable Http2Stream stream;
    /** Who hears of heads; the same as {@link #listener} until that is a tunnel. */
    private @Nullable ResponseListener user;

    private @Nullable BodyListener listener;
    /** Of the client's WebSocket, which HTTP/2 has no word for. */
    private @Nullable WebSocketKey key;

    private boolean tunnelling;
    private boolean toHead;
    private boolean requestEnded;
    /** Of the request's body, in bytes. */
    private long unsent = UNKNOWN;
    /** Of a body of known length; not written yet, because the stream may end with it. */
    private @Nullable ByteBuf last;

    private boolean untouched = true;
    private @Nullable ResponseHead head;
    /** Of the response's body, in bytes. */
    private long left = UNKNOWN;

    private boolean responseEnded;
    /** The stream is closed, but the tunnel on it isn't. */
    private boolean over;

    private Fields trailers = Fields.none();

    Http2OriginStream(Http2OriginConnection connection) {
        this.connection = connection;
    }

    @Override
    public boolean wasUsed() {
        return connection.room().wasUsed();
    }

    @Override
    public void begin(ResponseListener by, RequestHead request, OriginRoute.To to, ForwardedHeaders headers) {
        user = by;
        listener = by;
        if (Upgrades.of(request) == Upgrades.Kind.WEBSOCKET) {
            beginWebSocket(request, headers.extendedConnect(request, to));
            return;
        }
        toHead = request.isHead();
        unsent = length(request.framing());
        requestEnded = unsent == 0;
        send(headers.http2(request, to));
    }

    /** The origin won't see the key, so that looking at it is ours (RFC 6455 section 4.2.1, RFC 8441 section 5). */
    private void beginWebSocket(RequestHead request, Http2Headers connect) {
        key = WebSocketKey.of(request).orElse(null);
        if (key == null) {
            refuse(RequestError.REQUEST_MALFORMED);
        } else {
            send(connect);
        }
    }

    /** The origin has said what it takes. */
    void told() {
        if (section != null) {
            send(section);
            writable();
        }
    }

    /** Sends the request's head, or waits until it is known whether the origin takes it. */
    private void send(Http2Headers head) {
        section = head;
        switch (connection.terms().of(head, key != null)) {
            case TAKEN -> open(head);
            case TOO_LARGE -> refuse(RequestError.REQUEST_TOO_LARGE_FOR_ORIGIN);
            case NO_TUNNELS -> refuse(RequestError.UPGRADE_IMPOSSIBLE);
            case UNTOLD -> connection.terms().await(this);
        }
    }

    private void open(Http2Headers head) {
        section = null;
        stream = connection.open(this, head, requestEnded);
        if (stream == null) {
            fail(RequestError.ORIGIN_CLOSED, BodyListener.Seen.REFUSAL);
        }
    }

    /** On another connection it would be the same, so that it isn't tried. */
    private void refuse(RequestError error) {
        connection.rest();
        fail(error, BodyListener.Seen.SOMETHING);
    }

    private static long length(BodyFraming framing) {
        return switch (framing) {
            case BodyFraming.None() -> 0;
            case BodyFraming.Fixed(long length) -> length;
            case BodyFraming.Chunked(), BodyFraming.UntilClose() -> UNKNOWN;
        };
    }

    @Override
    public boolean isWritable() {
        return requestEnded || (stream != null && connection.takesMore(stream));
    }

    @Override
    public void data(ByteBuf data) {
        if (stream == null) {
            data.release();
            return;
        }
        if (unsent != UNKNOWN) {
            unsent -= data.readableBytes();
        }
        if (unsent == 0 && last == null) {
            last = data;
        } else {
            connection.writeData(stream, data, false);
        }
    }

    private void writeLast(Http2Stream to, boolean end) {
        ByteBuf data = last == null ? Unpooled.EMPTY_BUFFER : last;
        last = null;
        if (end || data.isReadable()) {
            connection.writeData(to, data, end);
        }
    }

    @Override
    public boolean takesEnd() {
        return stream != null || requestEnded;
    }

    @Override
    public void end(Fields sent) {
        if (stream == null || requestEnded || (key != null && !tunnelling)) {
            return; // The end of a CONNECT is its tunnel's.
        }
        Optional<Http2Headers> fields = ResponseFields.trailers(sent).filter(connection.terms()::takes);
        if (fields.isPresent()) {
            requestEnded = true;
            writeLast(stream, false);
            connection.writeTrailers(stream, fields.get());
        } else {
            endRequest();
        }
    }

    private void endRequest() {
        if (stream != null) {
            requestEnded = true;
            writeLast(stream, true);
        }
    }

    @Override
    public void flush() {
        if (stream != null) {
            writeLast(stream, false);
        }
        connection.flush();
    }

    /** A header section: an interim response's, the response's, or its trailers. */
    void headers(Http2Headers headers, boolean end) throws Http2Exception {
        ResponseListener by = user;
        if (listener == null || by == null) {
            return;
        }
        untouched = false;
        if (head != null) {
            trailers(HeaderSection.trailers(headers, connection.limits()));
            return;
        }
        switch (read(headers, end)) {
            case Parsed.Head<ResponseHead>(ResponseHead next) when next.isInterim() -> by.interim(next);
            case Parsed.Head<ResponseHead>(ResponseHead last) -> respond(by, last, end);
            case Parsed.Rejected<ResponseHead> _, Parsed.NeedMore<ResponseHead>() ->
                throw error("a malformed response");
        }
    }

    private Parsed<ResponseHead> read(Http2Headers headers, boolean end) {
        return key == null
                ? ResponseSection.head(headers, toHead, end, connection.limits())
                : ResponseSection.answer(headers, key, end, connection.limits());
    }

    private void respond(ResponseListener by, ResponseHead last, boolean end) throws Http2Exception {
        left = last.status() == 101 ? UNKNOWN : length(last.framing());
        if (end && left > 0) {
            throw error("no body in spite of its length");
        }
        head = last;
        connection.room().answered();
        by.response(last);
        if (end) {
            ended(Fields.none());
        }
    }

    private void trailers(BodyStep section) throws Http2Exception {
        if (!(section instanceof BodyStep.End(Fields fields)) || left > 0) {
            throw error("malformed trailers, or a body that is too short");
        }
        ended(fields);
    }

    /** The next of the response's body; returns how much of it needs no more room here. */
    int data(ByteBuf data, boolean end) throws Http2Exception {
        BodyListener to = listener;
        int length = data.readableBytes();
        if (to == null) {
            return length;
        }
        untouched = false;
        count(length, end);
        boolean passes = held.isEmpty() && to.takesMore();
        if (!passes) {
            held.add(data, connection.channel().alloc());
        } else if (length > 0) {
            to.data(data.retain());
        }
        if (end) {
            ended(Fields.none());
        }
        return passes ? length : 0;
    }

    private void count(int length, boolean end) throws Http2Exception {
        if (head == null) {
            throw error("a body without a head");
        }
        if (left != UNKNOWN) {
            left -= length;
            if (left < 0 || (end && left > 0)) {
                throw error("a body of another length than the head says");
            }
        }
    }

    private Http2Exception error(String what) {
        int id = stream == null ? 0 : stream.id();
        return Http2Exception.streamError(id, Http2Error.PROTOCOL_ERROR, what);
    }

    private void ended(Fields with) {
        responseEnded = true;
        trailers = with;
        conclude();
    }

    private void conclude() {
        if (listener != null && responseEnded && held.isEmpty()) {
            listener.end(trailers);
            if (over) {
                fail(RequestError.RESPONSE_CUT, BodyListener.Seen.SOMETHING);
            }
        }
    }

    @Override
    public void resume() {
        while (listener != null && listener.takesMore()) {
            ByteBuf next = held.poll();
            if (next == null) {
                break;
            }
            int length = next.readableBytes();
            listener.data(next);
            if (stream != null) {
                connection.consumed(stream, length);
            }
        }
        conclude();
    }

    /** No more has come for now. */
    void paused() {
        if (listener != null) {
            listener.paused();
        }
    }

    /** The origin's window, or the connection's room, has grown. */
    void writable() {
        if (listener != null) {
            listener.writable();
        }
    }

    /** The origin wants no more of it; a response that is complete stands (RFC 9113 section 8.1). */
    void reset(long code) {
        if (responseEnded) {
            return;
        }
        if (code == Http2Error.REFUSED_STREAM.code() && untouched) {
            fail(RequestError.OVERLOADED, BodyListener.Seen.REFUSAL);
        } else {
            fail(RequestError.RESPONSE_CUT, BodyListener.Seen.SOMETHING);
        }
    }

    /** The origin has left, and says not to have looked at the request (RFC 9113 section 6.8); unless it answered. */
    void passedOver() {
        if (responseEnded) {
            return;
        }
        if (untouched) {
            fail(RequestError.ORIGIN_CLOSED, BodyListener.Seen.REFUSAL);
        } else {
            fail(RequestError.RESPONSE_CUT, BodyListener.Seen.SOMETHING);
        }
    }

    /** What came is no HTTP/2; Netty resets the stream, or ends the connection. */
    void malformed() {
        fail(head == null ? RequestError.RESPONSE_MALFORMED : RequestError.RESPONSE_CUT, BodyListener.Seen.SOMETHING);
    }

    /** The stream is over, for whatever reason. */
    void closed() {
        if (!responseEnded) {
            fail(
                    untouched ? RequestError.ORIGIN_CLOSED : RequestError.RESPONSE_CUT,
                    untouched ? BodyListener.Seen.NOTHING : BodyListener.Seen.SOMETHING);
        } else if (tunnelling && !requestEnded) {
            over = true; // It has said all, and listens no more.
            conclude();
        }
    }

    void fail(RequestError error, BodyListener.Seen seen) {
        BodyListener to = listener;
        leave();
        if (to != null) {
            to.failed(error, seen);
        }
    }

    private void leave() {
        listener = null;
        user = null;
        held.clear();
        if (last != null) {
            last.release();
            last = null;
        }
        if (section != null) {
            section = null;
            connection.terms().forget(this);
            connection.rest();
        }
    }

    @Override
    public TunnelEnd tunnel(Tunnel.Side side, boolean halves) {
        return new Http2OriginTunnel(this, side);
    }

    /** What follows is a tunnel's. */
    void joined(Http2OriginTunnel tunnel) {
        listener = tunnel;
        tunnelling = true;
    }

    /** A tunnel is over: the origin may read what was said last, and end the stream itself. */
    void takeLeave(Duration limit) {
        end(Fields.none());
        flush();
        leave();
        if (!responseEnded) {
            connection.channel().eventLoop().schedule(this::cancel, limit.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void done(boolean requestComplete, long nowNanos) {
        leave();
        if (!requestEnded && requestComplete) {
            endRequest(); // A CONNECT that came to nothing.
        } else if (!requestEnded) {
            cancel();
        }
    }

    @Override
    public void giveBack(long nowNanos) {
        connection.rest();
    }

    @Override
    public void abandon() {
        leave();
        cancel();
    }

    private void cancel() {
        if (stream != null) {
            connection.reset(stream, Http2Error.CANCEL);
        }
    }

    @Override
    public void doubt() {
        connection.retire();
    }
}
