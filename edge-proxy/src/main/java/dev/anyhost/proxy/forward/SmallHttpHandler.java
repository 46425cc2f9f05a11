package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.BodyFraming;
import dev.anyhost.proxy.http1.HeadError;
import dev.anyhost.proxy.http1.Http1Limits;
import dev.anyhost.proxy.http1.Parsed;
import dev.anyhost.proxy.http1.RequestHead;
import dev.anyhost.proxy.http1.RequestParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves small answers of our own to GET and HEAD: the http port, the admin port. Requests are answered one at a time,
 * in order; anything with a body is refused.
 */
public final class SmallHttpHandler extends ChannelInboundHandlerAdapter {

    private static final int READ_AHEAD = 16 * 1024;

    private final BiFunction<RequestHead, InetAddress, Future<SmallResponse>> answer;
    private final TimeLimits times;
    private final BooleanSupplier draining;
    private final RequestParser parser;
    private @Nullable Deadline deadline;
    private ByteBuf in = Unpooled.EMPTY_BUFFER;
    private boolean headBegun;
    private boolean answering;
    private boolean closing;
    private boolean drained;

    /**
     * @param answer called with the request and the client on the event loop; its future must complete, on whatever
     *     thread; a failed one is a 500
     * @param draining whether connections are to end with their next response
     */
    public SmallHttpHandler(
            BiFunction<RequestHead, InetAddress, Future<SmallResponse>> answer,
            Http1Limits limits,
            TimeLimits times,
            BooleanSupplier draining) {
        this.answer = answer;
        this.times = times;
        this.draining = draining;
        this.parser = new RequestParser(limits);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ctx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        deadline = new Deadline(ctx.executor(), () -> expired(ctx));
        deadline.in(times.headers());
    }

    private Deadline deadline() {
        if (deadline == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return deadline;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (closing) {
            bytes.release();
            return;
        }
        in = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), in, bytes);
        drive(ctx);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.flush();
    }

    private void drive(ChannelHandlerContext ctx) {
        // Who doesn't take answers gets no more of them: each would wait in memory.
        while (!answering && !closing && ctx.channel().isWritable()) {
            switch (parser.parse(in)) {
                case Parsed.NeedMore<RequestHead>() -> {
                    await(ctx);
                    return;
                }
                case Parsed.Rejected<RequestHead>(HeadError error) -> refuse(ctx, error.status(), error.reason());
                case Parsed.Head<RequestHead>(RequestHead head) -> begin(ctx, head);
            }
        }
        ctx.channel().config().setAutoRead(closing || in.readableBytes() < READ_AHEAD);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            drive(ctx);
        }
    }

    private void await(ChannelHandlerContext ctx) {
        if (in.isReadable() && !headBegun) {
            headBegun = true;
            deadline().in(times.headers());
        }
        if (!in.isReadable()) {
            dropInput();
        }
        ctx.channel().config().setAutoRead(true);
    }

    private void begin(ChannelHandlerContext ctx, RequestHead head) {
        headBegun = false;
        boolean bodiless = switch (head.framing()) {
            case BodyFraming.None() -> true;
            case BodyFraming.Fixed(long length) -> length == 0;
            case BodyFraming.Chunked(), BodyFraming.UntilClose() -> false;
        };
        if (!bodiless) {
            refuse(ctx, 413, "no bodies here");
            return;
        }
        answering = true;
        deadline().in(times.responseHeaders());
        Future<SmallResponse> response = isRead(head)
                ? answer.apply(head, ClientAddress.of(ctx.channel()).getAddress())
                : ctx.executor()
                        .newSucceededFuture(
                                SmallResponse.text(405, "GET and HEAD only\n").with("Allow", "GET, HEAD"));
        response.addListener(done -> {
            SmallResponse answered = response.isSuccess() ? response.getNow() : SmallResponse.empty(500);
            if (ctx.executor().inEventLoop()) {
                answered(ctx, head, answered);
            } else {
                ctx.executor().execute(() -> answered(ctx, head, answered));
            }
        });
    }

    private static boolean isRead(RequestHead head) {
        return head.method().equals("GET") || head.isHead();
    }

    private void answered(ChannelHandlerContext ctx, RequestHead head, SmallResponse response) {
        if (closing) {
            return;
        }
        answering = false;
        boolean last = !head.isKeepAlive() || head.isHttp10() || drained || draining.getAsBoolean();
        ctx.writeAndFlush(response.write(head.isHead(), last, ctx.alloc()), ctx.voidPromise());
        if (last) {
            close(ctx);
        } else {
            deadline().in(times.idle());
            drive(ctx);
        }
    }

    private void refuse(ChannelHandlerContext ctx, int status, String reason) {
        ctx.write(SmallResponse.text(status, reason + "\n").write(false, true, ctx.alloc()), ctx.voidPromise());
        close(ctx);
    }

    private void close(ChannelHandlerContext ctx) {
        stop();
        deadline().in(times.bodyIdle());
        LingeringClose.of(ctx, () -> deadline().in(times.linger()));
    }

    private void stop() {
        closing = true;
        deadline().cancel();
        dropInput();
    }

    private void dropInput() {
        in.release();
        in = Unpooled.EMPTY_BUFFER;
    }

    private void expired(ChannelHandlerContext ctx) {
        if (headBegun && !closing) {
            refuse(ctx, 408, "the request took too long");
        } else {
            ctx.close();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ConnectionEvent.DRAIN) {
            drained = true;
            if (!answering && !closing && !in.isReadable()) {
                deadline().in(times.drain()); // A request may be on its way.
            }
        } else if (event instanceof ChannelInputShutdownEvent) {
            drained = true; // It may still want the answer that is under way.
            if (closing) {
                LingeringClose.inputEnded(ctx.channel());
            } else if (!answering) {
                ctx.close();
            }
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        PeerFailure.logIfBug(cause);
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        stop();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        stop();
    }
}
