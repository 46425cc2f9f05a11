package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.BodyReader;
import dev.anyhost.proxy.http1.BodyStep;
import dev.anyhost.proxy.http1.Fields;
import dev.anyhost.proxy.http1.Http1Limits;
import dev.anyhost.proxy.http1.Parsed;
import dev.anyhost.proxy.http1.ResponseHead;
import dev.anyhost.proxy.http1.ResponseParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.ByteToMessageDecoder;
import org.jspecify.annotations.Nullable;

/** Finds one origin connection's responses, one after the other, in the bytes that have arrived. */
final class Http1Responses {

    /** What a step has come to. */
    enum Step {
        FURTHER,
        MORE_NEEDED,
        /** The response is complete, and was passed on. */
        ENDED,
        MALFORMED
    }

    private final Http1Limits limits;
    private final ResponseParser parser;
    private ByteBuf in = Unpooled.EMPTY_BUFFER;
    private boolean toHead;
    private @Nullable ResponseHead head;
    private @Nullable BodyReader body;

    Http1Responses(Http1Limits limits) {
        this.limits = limits;
        this.parser = new ResponseParser(limits);
    }

    /** Expects a response. */
    void begin(boolean answersHead) {
        toHead = answersHead;
        head = null;
        body = null;
    }

    /** Takes over the bytes. */
    void arrived(ByteBuf bytes, ByteBufAllocator allocator) {
        in = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(allocator, in, bytes);
    }

    /**
     * Passes on the next part of a response.
     *
     * @param room whether that may be more than a body's end
     */
    Step step(ResponseListener user, boolean room) {
        if (body != null) {
            return readBody(user, room ? body.next(in) : body.end(in));
        }
        return room ? readHead(user) : Step.MORE_NEEDED;
    }

    private Step readHead(ResponseListener user) {
        return switch (parser.parse(in, toHead)) {
            case Parsed.NeedMore<ResponseHead>() -> Step.MORE_NEEDED;
            case Parsed.Rejected<ResponseHead> _ -> Step.MALFORMED;
            case Parsed.Head<ResponseHead>(ResponseHead next)
            when next.isInterim() -> {
                user.interim(next);
                yield Step.FURTHER;
            }
            case Parsed.Head<ResponseHead>(ResponseHead last) -> {
                head = last;
                body = BodyReader.of(last.framing(), limits);
                user.response(last);
                yield Step.FURTHER;
            }
        };
    }

    private Step readBody(ResponseListener user, BodyStep step) {
        return switch (step) {
            case BodyStep.NeedMore() -> Step.MORE_NEEDED;
            case BodyStep.Data(int length) -> {
                user.data(in.readRetainedSlice(length));
                yield Step.FURTHER;
            }
            case BodyStep.End(Fields trailers) -> {
                body = null;
                user.end(trailers);
                yield Step.ENDED;
            }
            case BodyStep.Malformed _ -> Step.MALFORMED;
        };
    }

    /** Whether the end of the connection is the response's, too; it then is complete. */
    boolean endsWithConnection() {
        return body != null && body.endsWithConnection();
    }

    /** Whether the connection's end completes the response, and all of it was passed on. */
    boolean isWholeAtEnd() {
        return endsWithConnection() && !in.isReadable();
    }

    /** Whether something has come that was not passed on. */
    boolean hasUnread() {
        return in.isReadable();
    }

    boolean hasHead() {
        return head != null;
    }

    /** Whether the connection is as if nothing had been asked, and the origin takes another request. */
    boolean isClean() {
        return body == null && head != null && head.isKeepAlive() && !in.isReadable();
    }

    /** What was read too far, the caller's to release. */
    ByteBuf surrender() {
        ByteBuf rest = in;
        in = Unpooled.EMPTY_BUFFER;
        return rest;
    }

    void drop() {
        surrender().release();
    }

    /** Gives back what is empty. */
    void dropIfRead() {
        if (!in.isReadable()) {
            drop();
        }
    }
}
