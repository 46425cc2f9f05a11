package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.BodyFraming;
import dev.anyhost.proxy.http1.BodyStep;
import dev.anyhost.proxy.http1.Fields;
import dev.anyhost.proxy.http1.Parsed;
import dev.anyhost.proxy.http1.RequestHead;
import dev.anyhost.proxy.http1.ResponseHead;
import dev.anyhost.proxy.http2.HeaderSection;
import dev.anyhost.proxy.http2.ResponseSection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One request and response on an HTTP/2 connection to an origin. What the client doesn't take yet of the response's body
 * waits here, and the origin's window for this stream stays as much smaller.
 */
final class Http2OriginStream implements OriginStream {

    private static final long UNKNOWN = -1;

    private final Http2OriginConnection connection;
    private final HeldBody held = new HeldBody();
    private @Nullable Http2Stream stream;
    private @Nullable ResponseListener listener;
    private boolean toHead;
    private boolean requestEnded;
    /** Of the request's body, in bytes. */
    private long unsent = UNKNOWN;

    private boolean untouched = true;
    private @Nullable ResponseHead head;
    /** Of the response's body, in bytes. */
    private long left = UNKNOWN;

    private boolean responseEnded;
    private Fields trailers = Fields.none();

    Http2OriginStream(Http2OriginConnection connection) {
        this.connection = connection;
    }

    @Override
    public boolean wasUsed() {
        return connection.room().wasUsed();
    }

    @Override
    public void begin(ResponseListener user, RequestHead request, OriginRoute.To to, ForwardedHeaders headers) {
        listener = user;
        toHead = request.isHead();
        unsent = length(request.framing());
        requestEnded = unsent == 0;
        Http2Headers section = headers.http2(request, to);
        if (!connection.takes(section)) {
            connection.rest();
            // No refusal: on another connection it is as large.
            fail(RequestError.REQUEST_TOO_LARGE_FOR_ORIGIN, ResponseListener.Seen.SOMETHING);
            return;
        }
        stream = connection.open(this, section, requestEnded);
        if (stream == null) {
            fail(RequestError.ORIGIN_CLOSED, ResponseListener.Seen.REFUSAL);
        }
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
            requestEnded = unsent == 0; // An end of its own would wait for a window that it doesn't need.
        }
        connection.writeData(stream, data, requestEnded);
    }

    @Override
    public void end(Fields sent) {
        if (stream == null || requestEnded) {
            return;
        }
        requestEnded = true;
        Optional<Http2Headers> section = ResponseFields.trailers(sent).filter(connection::takes);
        if (section.isPresent()) {
            connection.writeTrailers(stream, section.get());
        } else {
            connection.writeData(stream, Unpooled.EMPTY_BUFFER, true);
        }
    }

    @Override
    public void flush() {
        connection.flush();
    }

    /** A header section: an interim response's, the response's, or its trailers. */
    void headers(Http2Headers headers, boolean end) throws Http2Exception {
        ResponseListener user = listener;
        if (user == null) {
            return;
        }
        untouched = false;
        if (head != null) {
            trailers(HeaderSection.trailers(headers, connection.limits()));
            return;
        }
        switch (ResponseSection.head(headers, toHead, end, connection.limits())) {
            case Parsed.Head<ResponseHead>(ResponseHead next) when next.isInterim() -> user.interim(next);
            case Parsed.Head<ResponseHead>(ResponseHead last) -> respond(user, last, end);
            case Parsed.Rejected<ResponseHead> _, Parsed.NeedMore<ResponseHead>() ->
                throw error("a malformed response");
        }
    }

    private void respond(ResponseListener user, ResponseHead last, boolean end) throws Http2Exception {
        left = length(last.framing());
        if (end && left > 0) {
            throw error("no body in spite of its length");
        }
        head = last;
        connection.room().answered();
        user.response(last);
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
        ResponseListener user = listener;
        int length = data.readableBytes();
        if (user == null) {
            return length;
        }
        untouched = false;
        count(length, end);
        boolean passes = held.isEmpty() && user.takesMore();
        if (!passes) {
            held.add(data, connection.channel().alloc());
        } else if (length > 0) {
            user.data(data.retain());
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
            fail(RequestError.OVERLOADED, ResponseListener.Seen.REFUSAL);
        } else {
            fail(RequestError.RESPONSE_CUT, ResponseListener.Seen.SOMETHING);
        }
    }

    /** The origin has left, and says not to have looked at the request (RFC 9113 section 6.8); unless it answered. */
    void passedOver() {
        if (responseEnded) {
            return;
        }
        if (untouched) {
            fail(RequestError.ORIGIN_CLOSED, ResponseListener.Seen.REFUSAL);
        } else {
            fail(RequestError.RESPONSE_CUT, ResponseListener.Seen.SOMETHING);
        }
    }

    /** What came is no HTTP/2; Netty resets the stream, or ends the connection. */
    void malformed() {
        fail(
                head == null ? RequestError.RESPONSE_MALFORMED : RequestError.RESPONSE_CUT,
                ResponseListener.Seen.SOMETHING);
    }

    /** The stream is over, for whatever reason. */
    void closed() {
        if (!responseEnded) {
            fail(
                    untouched ? RequestError.ORIGIN_CLOSED : RequestError.RESPONSE_CUT,
                    untouched ? ResponseListener.Seen.NOTHING : ResponseListener.Seen.SOMETHING);
        }
    }

    private void fail(RequestError error, ResponseListener.Seen seen) {
        ResponseListener user = listener;
        leave();
        if (user != null) {
            user.failed(error, seen);
        }
    }

    private void leave() {
        listener = null;
        held.clear();
    }

    @Override
    public void done(boolean requestComplete, long nowNanos) {
        leave();
        if (!requestEnded) {
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
