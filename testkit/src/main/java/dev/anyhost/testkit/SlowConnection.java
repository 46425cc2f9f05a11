package dev.anyhost.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One of a {@link SlowCrowd}, on its event loop. */
final class SlowConnection extends ChannelInboundHandlerAdapter {

    /** Of its ClientHello it says so much at once: a record's header. */
    private static final int AT_FIRST = 5;

    private static final int HEARD_LIMIT = 100;

    private final SlowCrowd.Kind kind;
    private final SlowCrowd.Aim aim;
    private final Consumer<SlowConnection> arrived;
    private final byte[] hello;
    private final StringBuilder heard = new StringBuilder();
    private Runnable leaving = () -> {};
    private int said;

    SlowConnection(SlowCrowd.Kind kind, SlowCrowd.Aim aim, Consumer<SlowConnection> arrived) {
        this.kind = kind;
        this.aim = aim;
        this.arrived = arrived;
        this.hello = ClientHello.forName(aim.hostname()).records();
    }

    SlowCrowd.Kind kind() {
        return kind;
    }

    /** The first of what the server said. */
    String heard() {
        return heard.toString();
    }

    void leave() {
        leaving.run();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        leaving = ctx::close;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        switch (kind) {
            case SILENT -> arrived.accept(this);
            case HELLO -> {
                said = AT_FIRST;
                ctx.writeAndFlush(Unpooled.wrappedBuffer(hello, 0, AT_FIRST));
                dribble(ctx);
            }
            case HEAD, BODY, READER -> {}
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent completion && completion.isSuccess()) {
            ctx.writeAndFlush(Unpooled.wrappedBuffer(aim.begin(kind)));
            if (kind != SlowCrowd.Kind.READER) {
                dribble(ctx);
            }
        }
    }

    private void dribble(ChannelHandlerContext ctx) {
        arrived.accept(this);
        var dribbling = ctx.executor()
                .scheduleAtFixedRate(
                        () -> ctx.writeAndFlush(ctx.alloc().buffer(1).writeByte(next())), 1, 1, TimeUnit.SECONDS);
        ctx.channel().closeFuture().addListener(closed -> dribbling.cancel(false));
    }

    private int next() {
        return kind == SlowCrowd.Kind.HELLO && said < hello.length ? hello[said++] : 'x';
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (heard.length() < HEARD_LIMIT) {
            heard.append(bytes.toString(ISO_8859_1), 0, Math.min(bytes.readableBytes(), HEARD_LIMIT));
        }
        bytes.release();
        if (kind == SlowCrowd.Kind.READER) {
            ctx.channel().config().setAutoRead(false);
            arrived.accept(this);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
