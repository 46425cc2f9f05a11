package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.BodyFraming;
import dev.anyhost.proxy.http1.HeadBytes;
import dev.anyhost.proxy.http1.Parsed;
import dev.anyhost.proxy.http1.Rejection;
import dev.anyhost.proxy.http1.RequestHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The connection of a {@link SmallHttp}: one request at a time, no request bodies. */
public final class SmallHttpHandler extends ChannelInboundHandlerAdapter {

    private static final Duration HEAD_LIMIT = Duration.ofSeconds(10);

    private final SmallHttp http;
    private final HeadBytes heads = new HeadBytes();
    private ByteBuf in = Unpooled.EMPTY_BUFFER;
    private @Nullable Deadline deadline;
    private boolean busy;

    public SmallHttpHandler(SmallHttp http) {
        this.http = http;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        deadline = new Deadline(ctx.executor());
        deadline.set(HEAD_LIMIT, () -> ctx.close());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        in = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), in, (ByteBuf) message);
        if (in.readableBytes() > HeadBytes.MOST && busy) {
            ctx.close(); // pipelines faster than it reads
        } else {
            advance(ctx);
        }
    }

    private void advance(ChannelHandlerContext ctx) {
        while (!busy && in.isReadable()) {
            switch (heads.take(in)) {
                case Parsed.Incomplete<byte[]>() -> {
                    return;
                }
                case Parsed.Rejected<byte[]>(Rejection rejection) -> {
                    reject(ctx, rejection.status());
                    return;
                }
                case Parsed.Head<byte[]>(byte[] bytes) -> begin(ctx, RequestHead.parse(bytes));
            }
        }
    }

    private void begin(ChannelHandlerContext ctx, Parsed<RequestHead> parsed) {
        busy = true;
        switch (parsed) {
            case Parsed.Incomplete<RequestHead>() -> reject(ctx, 400);
            case Parsed.Rejected<RequestHead>(Rejection rejection) -> reject(ctx, rejection.status());
            case Parsed.Head<RequestHead>(RequestHead head) -> {
                boolean readOnly = head.method().equals("GET") || head.method().equals("HEAD");
                if (readOnly) {
                    var request = new SmallHttp.Request(head.target(), head.authority());
                    http.answer(request, ctx.executor())
                            .addListener((Future<SmallHttp.Response> answer) -> respond(
                                    ctx, head, answer.isSuccess() ? answer.getNow() : SmallHttp.Response.empty(500)));
                } else {
                    respond(ctx, head, SmallHttp.Response.empty(405));
                }
            }
        }
    }

    private void respond(ChannelHandlerContext ctx, RequestHead head, SmallHttp.Response response) {
        boolean last = !head.keepsAlive() || !(head.framing() instanceof BodyFraming.None) || response.status() >= 400;
        var write = ctx.writeAndFlush(bytes(ctx, head, response, last));
        if (last) {
            write.addListener(ChannelFutureListener.CLOSE);
            return;
        }
        busy = false;
        if (deadline != null) {
            deadline.set(HEAD_LIMIT, () -> ctx.close());
        }
        advance(ctx);
    }

    private static ByteBuf bytes(
            ChannelHandlerContext ctx, RequestHead head, SmallHttp.Response response, boolean last) {
        byte[] body = response.body().getBytes(StandardCharsets.UTF_8);
        var text = new StringBuilder("HTTP/1.1 ")
                .append(response.status())
                .append(' ')
                .append(ErrorResponse.reason(response.status()))
                .append("\r\n");
        response.headers()
                .forEach((name, value) ->
                        text.append(name).append(": ").append(value).append("\r\n"));
        text.append("Content-Length: ").append(body.length).append(last ? "\r\nConnection: close" : "");
        ByteBuf out = ctx.alloc().buffer(text.length() + body.length + 4);
        out.writeCharSequence(text.append("\r\n\r\n"), StandardCharsets.ISO_8859_1);
        return head.method().equals("HEAD") ? out : out.writeBytes(body);
    }

    private void reject(ChannelHandlerContext ctx, int status) {
        busy = true;
        ctx.writeAndFlush(ErrorResponse.of(status, true, ctx.alloc())).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        in.release();
        in = Unpooled.EMPTY_BUFFER;
        if (deadline != null) {
            deadline.cancel();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
