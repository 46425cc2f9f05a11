package dev.anyhost.proxy.forward;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.http1.BodyFraming;
import dev.anyhost.proxy.http1.HeadError;
import dev.anyhost.proxy.http1.Parsed;
import dev.anyhost.proxy.http1.RequestHead;
import dev.anyhost.proxy.http1.RequestParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection for one hostname, after TLS or without: takes its requests one at a time, in order, and gives
 * each to an {@link Http1Stream}. What arrives early waits in {@code in}; reading stops when that is more than a head.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter {

    private static final int READ_AHEAD = 16 * 1024;

    private final Forwarding forwarding;
    private final Hostname hostname;
    private final RequestParser parser;
    private final TimeLimits times;
    private @Nullable Attached attached;
    private ByteBuf in = Unpooled.EMPTY_BUFFER;
    private @Nullable Http1Stream stream;
    private boolean headBegun;
    private boolean driving;
    private boolean inReadPass;
    private boolean dirty;
    private boolean closing;
    private boolean drained;
    private boolean inputEnded;

    /** What is known once the handler is in a pipeline. */
    private record Attached(ChannelHandlerContext ctx, ClientScope scope, Deadline deadline) {}

    /**
     * Serves one connection.
     *
     * @param hostname the connection's own, as SNI said it
     */
    ClientConnection(Forwarding forwarding, Hostname hostname) {
        this.forwarding = forwarding;
        this.hostname = hostname;
        this.parser = new RequestParser(forwarding.settings().requests());
        this.times = forwarding.settings().times();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ctx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        attached = new Attached(
                ctx, ClientScope.of(forwarding, hostname, ctx), new Deadline(ctx.executor(), this::expired));
        await(times.headers());
    }

    private Attached attached() {
        if (attached == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return attached;
    }

    private ChannelHandlerContext ctx() {
        return attached().ctx();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (closing) {
            bytes.release();
            return;
        }
        inReadPass = true;
        in = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), in, bytes);
        drive();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        inReadPass = false;
        if (stream != null) {
            stream.exchange().flushOrigin();
        }
        flush();
    }

    /** Takes what can be taken of {@code in}, by the current request or as the next one's head. */
    private void drive() {
        if (driving) {
            return; // A request began or ended inside; the loop below sees it.
        }
        driving = true;
        try {
            boolean again = true;
            while (again && !closing) {
                Http1Stream current = stream;
                if (current != null) {
                    current.pump(in);
                    again = stream != current;
                } else {
                    // Who doesn't take responses gets no more of them: each would wait in memory.
                    again = isWritable() && nextHead();
                }
            }
        } finally {
            driving = false;
        }
        if (!in.isReadable()) {
            dropInput();
        }
        setReading(in.readableBytes() < READ_AHEAD);
    }

    private boolean nextHead() {
        return switch (parser.parse(in)) {
            case Parsed.NeedMore<RequestHead>() -> {
                if (in.isReadable() && !headBegun) {
                    headBegun = true;
                    await(times.headers());
                }
                yield false;
            }
            case Parsed.Rejected<RequestHead>(HeadError error) -> {
                reject(error);
                yield false;
            }
            case Parsed.Head<RequestHead>(RequestHead head) -> {
                headBegun = false;
                begin(head);
                yield true;
            }
        };
    }

    private void begin(RequestHead head) {
        switch (scope().destination(head)) {
            case ClientScope.Destination.Refused refused -> refuse(head, refused);
            case ClientScope.Destination.Forwarded(OriginRoute.To to) -> {
                Http1Stream next = new Http1Stream(this, scope(), head, to);
                stream = next;
                next.start();
            }
        }
    }

    /** The rest of the connection has no meaning any more. */
    private void reject(HeadError error) {
        ClientScope.Destination.Refused refused = scope().unreadable(error);
        scope().tally(null).finish(refused.answer().status(), Optional.of(refused.error()));
        write(refused.answer().write(false, true, allocator()));
        close();
    }

    private void refuse(RequestHead head, ClientScope.Destination.Refused refused) {
        scope().tally(head).finish(refused.error());
        // A new connection would cost us more than the next refusal.
        boolean goOn = refused.error().isPassing()
                && head.framing() instanceof BodyFraming.None
                && head.isKeepAlive()
                && !head.isHttp10()
                && !isDraining();
        write(refused.answer().write(head.isHead(), !goOn, allocator()));
        if (goOn) {
            await(times.idle());
        } else {
            close();
        }
    }

    private ClientScope scope() {
        return attached().scope();
    }

    TimeLimits times() {
        return times;
    }

    /** Whether the next response is to be the connection's last. */
    boolean isDraining() {
        return drained || inputEnded || forwarding.draining().getAsBoolean();
    }

    ByteBufAllocator allocator() {
        return ctx().alloc();
    }

    long nanoTime() {
        return ctx().executor().ticker().nanoTime();
    }

    boolean isWritable() {
        return ctx().channel().isWritable();
    }

    void write(ByteBuf bytes) {
        dirty = true;
        ctx().write(bytes, ctx().voidPromise());
    }

    /** A flush of nothing is not free: TLS makes a record of it. */
    void flush() {
        if (dirty) {
            dirty = false;
            ctx().flush();
        }
    }

    /** Sets the time limit of what is waited for now. */
    void await(Duration limit) {
        attached().deadline().in(limit);
    }

    /** For a next request: who was told to go, or came too late to be told, isn't waited for as long. */
    private Duration idle() {
        return isDraining() ? times.drain() : times.idle();
    }

    /** As {@link #await}, in nanoseconds. */
    void awaitNanos(long limit) {
        attached().deadline().inNanos(limit);
    }

    /** Something outside this connection's own reads made progress possible. */
    void resume() {
        drive();
        if (!inReadPass && !driving) {
            if (stream != null) {
                stream.exchange().flushOrigin();
            }
            flush();
        }
    }

    /** The request is over, its response written. */
    void finished(boolean keepAlive) {
        stream = null;
        if (keepAlive && !inputEnded) {
            await(isWritable() ? idle() : times.bodyIdle());
            resume();
        } else {
            close();
        }
    }

    /** Ends the connection so that the client can't take what it got for the whole response. */
    void cut(boolean closeIsTheEnd) {
        stream = null;
        stop();
        if (closeIsTheEnd) {
            // Only a reset tells this client; a close_notify or FIN would say that all is well.
            ctx().channel().config().setOption(ChannelOption.SO_LINGER, 0);
            ctx().pipeline().firstContext().close();
        } else {
            flush();
            ctx().close();
        }
    }

    /** The rest of the connection is no HTTP: this handler gives way to a tunnel. */
    void tunnel(OriginStream origin, Tally tally) {
        stream = null;
        ByteBuf early = in;
        in = Unpooled.EMPTY_BUFFER;
        stop();
        Channel channel = ctx().channel();
        boolean halves = ChannelEnd.isPlain(channel);
        var tunnel = new Tunnel(
                channel.eventLoop(),
                times,
                tally,
                side -> new ChannelEnd(channel, side, this, early, halves),
                side -> origin.tunnel(side, halves));
        tunnel.open();
    }

    private void close() {
        stop();
        await(times.bodyIdle());
        LingeringClose.of(ctx(), () -> await(times.linger()));
    }

    private void stop() {
        closing = true;
        attached().deadline().cancel();
        dropInput();
    }

    private void expired() {
        if (closing) {
            ctx().close();
        } else if (stream != null) {
            stream.exchange().timedOut();
            flush();
        } else if (headBegun) {
            scope().tally(null).finish(RequestError.REQUEST_TIMEOUT);
            write(ErrorPage.text(RequestError.REQUEST_TIMEOUT).write(false, true, allocator()));
            close();
        } else {
            ctx().close();
        }
    }

    private void setReading(boolean reading) {
        if (ctx().channel().config().isAutoRead() != reading) {
            ctx().channel().config().setAutoRead(reading);
        }
    }

    private void dropInput() {
        in.release();
        in = Unpooled.EMPTY_BUFFER;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (!ctx.channel().isWritable()) {
            flush();
        } else if (stream != null) {
            stream.exchange().clientWritable();
            flush();
        } else if (!closing) {
            await(idle());
            resume();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ConnectionEvent.DRAIN) {
            drained = true;
            if (stream == null && !in.isReadable() && !closing) {
                await(times.drain());
            }
        } else if (event instanceof ChannelInputShutdownEvent) {
            inputEnded();
        } else if (event instanceof SslCloseCompletionEvent) {
            ctx.close(); // TLS here has no half-closed state: our side ended with the client's.
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    /** The client sends nothing more: it may still want the response to what it sent. */
    private void inputEnded() {
        inputEnded = true;
        if (closing) {
            LingeringClose.inputEnded(ctx().channel());
        } else if (stream == null) {
            ctx().close();
        } else {
            resume();
        }
    }

    /** The request needs more of the request than has come. */
    void awaitBody() {
        if (inputEnded) {
            ctx().close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        PeerFailure.logIfBug(cause);
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        leave();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        leave();
    }

    private void leave() {
        Http1Stream left = stream;
        stream = null;
        stop();
        if (left != null) {
            left.exchange().clientLeft(false);
        }
    }
}
