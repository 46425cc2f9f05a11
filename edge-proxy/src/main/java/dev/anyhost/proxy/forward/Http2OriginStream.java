package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.Fields;
import dev.anyhost.proxy.http1.RequestHead;
import dev.anyhost.proxy.http1.ResponseHead;
import dev.anyhost.proxy.http2.WebSocketKey;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One request and response on an HTTP/2 connection to an origin, or what becomes of them: a tunnel. */
final class Http2OriginStream implements OriginStream, Http2Streams.User {

    private final Http2OriginConnection connection;
    private final Http2RequestWriter request;
    private final Http2ResponseReader response;
    private final Http2ResponseBody body;
    /** Of the request, until it is sent. */
    private @Nullable Http2Headers section;
    /** Who hears of heads; the same as {@link #listener} until that is a tunnel. */
    private @Nullable ResponseListener user;

    private @Nullable BodyListener listener;
    private boolean connect;
    private boolean tunnelling;
    private boolean untouched = true;

    Http2OriginStream(Http2OriginConnection connection) {
        this.connection = connection;
        this.request = new Http2RequestWriter(connection);
        this.response = new Http2ResponseReader(connection.limits());
        this.body = new Http2ResponseBody(this);
    }

    @Nullable
    BodyListener listener() {
        return listener;
    }

    @Override
    public boolean wasUsed() {
        return connection.room().wasUsed();
    }

    @Override
    public void begin(ResponseListener by, RequestHead head, OriginRoute.To to, ForwardedHeaders headers) {
        user = by;
        listener = by;
        if (Upgrades.of(head) == Upgrades.Kind.WEBSOCKET) {
            beginWebSocket(head, headers.extendedConnect(head, to));
            return;
        }
        request.expect(head.framing());
        response.expect(head.isHead());
        send(headers.http2(head, to));
    }

    /** The origin won't see the key, so that looking at it is ours (RFC 6455 section 4.2.1, RFC 8441 section 5). */
    private void beginWebSocket(RequestHead head, Http2Headers extendedConnect) {
        Optional<WebSocketKey> key = WebSocketKey.of(head);
        if (key.isEmpty()) {
            refuse(RequestError.REQUEST_MALFORMED);
            return;
        }
        connect = true;
        response.expect(key.get());
        send(extendedConnect);
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
        switch (connection.terms().of(head, connect)) {
            case TAKEN -> open(head);
            case TOO_LARGE -> refuse(RequestError.REQUEST_TOO_LARGE_FOR_ORIGIN);
            case NO_TUNNELS -> refuse(RequestError.UPGRADE_IMPOSSIBLE);
            case UNTOLD -> connection.terms().await(this);
        }
    }

    private void open(Http2Headers head) {
        section = null;
        if (!request.head(this, head)) {
            fail(RequestError.ORIGIN_CLOSED, BodyListener.Seen.REFUSAL);
        }
    }

    /** On another connection it would be the same, so that it isn't tried. */
    private void refuse(RequestError error) {
        connection.rest();
        fail(error, BodyListener.Seen.SOMETHING);
    }

    @Override
    public boolean isWritable() {
        return request.isWritable();
    }

    @Override
    public void data(ByteBuf data) {
        request.data(data);
    }

    @Override
    public boolean takesEnd() {
        return request.takesEnd();
    }

    @Override
    public void end(Fields sent) {
        if (!connect || tunnelling) { // The end of a CONNECT is its tunnel's.
            request.end(sent);
        }
    }

    @Override
    public void flush() {
        request.pause();
        connection.flush();
    }

    /** A header section: an interim response's, the response's, or its trailers. */
    void headers(Http2Headers headers, boolean end, int stream) throws Http2Exception {
        ResponseListener by = user;
        if (listener == null || by == null) {
            return;
        }
        untouched = false;
        if (response.hasHead()) {
            body.ended(response.trailers(headers, stream));
            return;
        }
        ResponseHead head = response.head(headers, end, stream);
        if (head.isInterim()) {
            by.interim(head);
            return;
        }
        connection.room().answered();
        by.response(head);
        if (end) {
            body.ended(Fields.none());
        }
    }

    /** The next of the response's body; returns how much of it needs no more room here. */
    int data(ByteBuf data, boolean end, int stream) throws Http2Exception {
        BodyListener to = listener;
        if (to == null) {
            return data.readableBytes();
        }
        untouched = false;
        response.data(data.readableBytes(), end, stream);
        return body.arrived(data, end, to, connection.channel().alloc());
    }

    /** So much of the response's body was passed on. */
    void consumed(int bytes) {
        request.consumed(bytes);
    }

    @Override
    public void resume() {
        body.resume();
    }

    @Override
    public void paused() {
        if (listener != null) {
            listener.paused();
        }
    }

    @Override
    public void writable() {
        if (listener != null) {
            listener.writable();
        }
    }

    /** The origin wants no more of it. */
    void reset(long code) {
        if (code == Http2Error.REFUSED_STREAM.code()) {
            cut(RequestError.OVERLOADED, BodyListener.Seen.REFUSAL);
        } else if (code == Http2Error.CANCEL.code() && !body.isComplete()) {
            fail(RequestError.ORIGIN_CANCELLED, BodyListener.Seen.SOMETHING);
        } else {
            cut(RequestError.RESPONSE_CUT, BodyListener.Seen.SOMETHING);
        }
    }

    /** The origin has left, and says not to have looked at the request (RFC 9113 section 6.8). */
    void passedOver() {
        cut(RequestError.ORIGIN_CLOSED, BodyListener.Seen.REFUSAL);
    }

    @Override
    public void closed() {
        cut(RequestError.ORIGIN_CLOSED, BodyListener.Seen.NOTHING);
        if (tunnelling && !request.hasEnded()) {
            body.cut(); // The origin has said all, and listens no more.
        }
    }

    /** Fails for this reason, if nothing has come; a response that is complete stands (RFC 9113 section 8.1). */
    private void cut(RequestError error, BodyListener.Seen seen) {
        if (body.isComplete()) {
            return;
        }
        if (untouched) {
            fail(error, seen);
        } else {
            fail(RequestError.RESPONSE_CUT, BodyListener.Seen.SOMETHING);
        }
    }

    /** What came is no HTTP/2; Netty resets the stream, or ends the connection. */
    void malformed() {
        RequestError error = response.hasHead() ? RequestError.RESPONSE_CUT : RequestError.RESPONSE_MALFORMED;
        fail(error, BodyListener.Seen.SOMETHING);
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
        body.drop();
        request.drop();
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
        if (body.isComplete()) {
            request.cancelRestIn(connection.patience());
        } else {
            request.cancelIn(limit);
        }
    }

    @Override
    public void done(boolean requestComplete, long nowNanos) {
        leave();
        if (requestComplete) {
            request.end(Fields.none()); // Of a CONNECT that came to nothing; all others have ended.
            request.cancelRestIn(connection.patience());
        } else if (!request.hasEnded()) {
            request.cancel();
        }
    }

    @Override
    public void giveBack(long nowNanos) {
        connection.rest();
    }

    @Override
    public void abandon() {
        leave();
        request.cancel();
    }

    @Override
    public void doubt() {
        connection.retire();
    }
}
