package dev.anyhost.proxy.forward;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.http1.BodyFraming;
import dev.anyhost.proxy.http1.BodyReader;
import dev.anyhost.proxy.http1.Fields;
import dev.anyhost.proxy.http1.HeadBytes;
import dev.anyhost.proxy.http1.Parsed;
import dev.anyhost.proxy.http1.Rejection;
import dev.anyhost.proxy.http1.RequestHead;
import dev.anyhost.proxy.ops.ClientAddress;
import dev.anyhost.proxy.ops.Drain;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A visitor's connection after TLS: reads one request after the other, each a complete {@link Exchange} before the next
 * begins. What can't be read in exactly one way is answered 4xx and closed before an origin hears of it.
 */
public final class ClientConnection extends ChannelInboundHandlerAdapter implements BodyReader.Sink {

    private static final int MOST_BUFFERED = 64 * 1024;
    private static final int LONGEST_LOGGED_PATH = 256;
    private static final Duration LINGER = Duration.ofSeconds(2);

    private final Hostname hostname;
    private final Forwarding forwarding;
    private final OriginPool pool;
    private final HeadBytes heads = new HeadBytes();
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable Deadline deadline;
    private @Nullable Exchange exchange;
    private @Nullable BodyReader body;
    private ByteBuf in = Unpooled.EMPTY_BUFFER;
    private boolean closing;
    private boolean advancing;
    private long startedNanos;

    /** @param pool of the connection's event loop */
    public ClientConnection(Hostname hostname, Forwarding forwarding, OriginPool pool) {
        this.hostname = hostname;
        this.forwarding = forwarding;
        this.pool = pool;
    }

    ChannelHandlerContext context() {
        if (ctx == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return ctx;
    }

    private Deadline deadline() {
        if (deadline == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return deadline;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        ctx = added;
        deadline = new Deadline(added.executor());
        deadline().set(forwarding.settings().times().head(), this::closeQuietly);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (closing) {
            bytes.release();
        } else if (exchange != null && exchange.isTunnel()) {
            progress();
            exchange.tunnelToOrigin(bytes);
        } else {
            in = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(context.alloc(), in, bytes);
            advance();
        }
    }

    /** Goes as far as what has arrived allows. */
    private void advance() {
        if (advancing) {
            return; // an exchange that ended at once; the loop below goes on
        }
        advancing = true;
        try {
            boolean more = true;
            while (more && !closing) {
                more = exchange == null ? readHead() : readBody(exchange);
            }
        } finally {
            advancing = false;
        }
        if (in.readableBytes() > MOST_BUFFERED && !closing) {
            pause();
        }
    }

    private boolean readHead() {
        if (!in.isReadable()) {
            return false;
        }
        if (startedNanos == 0) {
            startedNanos = context().executor().ticker().nanoTime();
            deadline().set(forwarding.settings().times().head(), () -> reject(new Rejection(408, "slow head")));
        }
        return switch (heads.take(in)) {
            case Parsed.Incomplete<byte[]>() -> false;
            case Parsed.Rejected<byte[]>(Rejection rejection) -> reject(rejection);
            case Parsed.Head<byte[]>(byte[] bytes) ->
                switch (RequestHead.parse(bytes)) {
                    case Parsed.Rejected<RequestHead>(Rejection rejection) -> reject(rejection);
                    case Parsed.Incomplete<RequestHead>() -> false;
                    case Parsed.Head<RequestHead>(RequestHead head) -> begin(head);
                };
        };
    }

    private boolean begin(RequestHead head) {
        if (!AuthorityGuard.isFor(hostname, head.authority())) {
            return refuse(head, 421, "authority_is_not_sni");
        }
        return switch (forwarding.routes().of(hostname)) {
            case OriginRoutes.OriginRoute.NotServed() -> refuse(head, 421, "refused_since");
            case OriginRoutes.OriginRoute.Unavailable() -> refuse(head, 503, "no_route");
            case OriginRoutes.OriginRoute.To(Origin origin) -> {
                forward(head, origin);
                yield true;
            }
        };
    }

    private void forward(RequestHead head, Origin origin) {
        InetSocketAddress address = ClientAddress.of(context().channel());
        boolean trusted = forwarding.trustedProxy().test(((InetSocketAddress) peer(address)).getAddress());
        var visitor = new ForwardedHeaders.Visitor(hostname, address.getAddress(), trusted);
        boolean upgrade = head.fields().lists("connection", "upgrade")
                && head.fields().countOf("upgrade") == 1
                && head.framing() instanceof BodyFraming.None;
        ByteBuf out = context().alloc().buffer(head.bytes().length + 512);
        ForwardedHeaders.writeRequest(head, visitor, origin, forwarding.settings(), upgrade, out);
        body = head.framing() instanceof BodyFraming.None ? null : new BodyReader(head.framing());
        deadline().clear();
        exchange = new Exchange(this, head, origin, pool, out, upgrade);
        exchange.start();
    }

    private java.net.SocketAddress peer(InetSocketAddress fallback) {
        return context().channel().remoteAddress() instanceof InetSocketAddress peer ? peer : fallback;
    }

    private boolean readBody(Exchange current) {
        if (body == null || !current.takesBody() || !in.isReadable()) {
            return false;
        }
        progress();
        return switch (body.read(in, this)) {
            case BodyReader.Progress.More() -> false;
            case BodyReader.Progress.Complete() -> {
                awaitResponse();
                yield exchange != current;
            }
            case BodyReader.Progress.Malformed(Rejection rejection) -> {
                current.fail(rejection.status(), rejection.reason().replace(' ', '_'));
                yield false;
            }
        };
    }

    @Override
    public void data(ByteBuf piece) {
        if (exchange == null) {
            piece.release();
        } else {
            exchange.requestData(piece);
        }
    }

    @Override
    public void end(Fields trailers) {
        body = null;
        if (exchange != null) {
            exchange.requestEnded(trailers);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (exchange != null) {
            exchange.flushOrigin();
        }
    }

    /** The origin is there: the body may go. */
    void sendBody() {
        progress();
        resume();
    }

    void awaitResponse() {
        if (exchange != null) {
            Exchange current = exchange;
            deadline().set(forwarding.settings().times().response(), () -> current.fail(504, "origin_timeout"));
        }
    }

    /** Bytes moved, either way. */
    void progress() {
        if (exchange != null) {
            Exchange current = exchange;
            boolean tunnel = current.isTunnel();
            deadline()
                    .set(
                            tunnel
                                    ? forwarding.settings().times().idle()
                                    : forwarding.settings().times().body(),
                            () -> current.fail(current.isRequestDone() ? 504 : 408, "stalled"));
        }
    }

    void tunnelOpened() {
        progress();
        if (exchange != null && in.isReadable()) {
            exchange.tunnelToOrigin(in.readRetainedSlice(in.readableBytes()));
        }
        context().channel().config().setAutoRead(true);
    }

    void pause() {
        context().channel().config().setAutoRead(false);
    }

    void resume() {
        if (!closing) {
            context().channel().config().setAutoRead(true);
            advance();
            if (exchange != null) {
                exchange.flushOrigin();
            }
        }
    }

    /** Whether the response to this request should be the connection's last. */
    boolean isLast(RequestHead head) {
        return !head.keepsAlive() || forwarding.draining().getAsBoolean();
    }

    void exchangeEnded(boolean last) {
        boolean sending = body != null || in.isReadable();
        exchange = null;
        body = null;
        startedNanos = 0;
        if (last) {
            closeAfter(Unpooled.EMPTY_BUFFER, sending);
            return;
        }
        context().flush();
        deadline().set(forwarding.settings().times().idle(), this::closeQuietly);
        resume();
    }

    void answerError(int status) {
        exchange = null;
        closeAfter(ErrorResponse.of(status, true, context().alloc()), true);
    }

    /**
     * Ends the connection after these bytes. Where the client may still be sending, what comes is read and dropped for a
     * moment: closing with unread bytes would send a reset, which eats the response (RFC 9112 section 9.6).
     */
    private void closeAfter(ByteBuf last, boolean linger) {
        closing = true;
        dropBuffered();
        context().channel().config().setAutoRead(true);
        context().writeAndFlush(last).addListener(sent -> {
            if (linger && sent.isSuccess()) {
                shutDownOutput();
            } else {
                context().close();
            }
        });
    }

    private void shutDownOutput() {
        deadline().set(LINGER, () -> context().channel().close());
        SslHandler tls = context().pipeline().get(SslHandler.class);
        if (tls == null) {
            shutDownSocket();
        } else {
            tls.closeOutbound().addListener(notified -> shutDownSocket());
        }
    }

    private void shutDownSocket() {
        if (context().channel() instanceof DuplexChannel duplex && duplex.isActive()) {
            duplex.shutdownOutput();
        } else {
            context().channel().close();
        }
    }

    /** A cut body must not look complete: no last chunk, and a reset rather than an orderly end. */
    void abort() {
        closing = true;
        exchange = null;
        dropBuffered();
        context().channel().config().setOption(ChannelOption.SO_LINGER, 0);
        context().channel().close();
    }

    private boolean reject(Rejection rejection) {
        record("", "", rejection.status(), rejection.reason().replace(' ', '_'));
        answerError(rejection.status());
        return false;
    }

    private boolean refuse(RequestHead head, int status, String error) {
        record(head.method(), path(head), status, error);
        answerError(status);
        return false;
    }

    private void closeQuietly() {
        closing = true;
        dropBuffered();
        context().close();
    }

    private void dropBuffered() {
        in.release();
        in = Unpooled.EMPTY_BUFFER;
        deadline().clear();
    }

    private static String path(RequestHead head) {
        String target = head.target();
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        return path.substring(0, Math.min(path.length(), LONGEST_LOGGED_PATH));
    }

    private void record(String method, String path, int status, String error) {
        long nanos = startedNanos == 0 ? 0 : context().executor().ticker().nanoTime() - startedNanos;
        forwarding
                .log()
                .finished(new RequestLog.RequestRecord(
                        hostname, ClientAddress.of(context().channel()), method, path, status, 0, 0, nanos, error));
    }

    void log(Exchange ended, String error) {
        long nanos = context().executor().ticker().nanoTime() - startedNanos;
        forwarding
                .log()
                .finished(new RequestLog.RequestRecord(
                        hostname,
                        ClientAddress.of(context().channel()),
                        ended.method(),
                        path(ended.head()),
                        ended.status(),
                        ended.bytesIn(),
                        ended.bytesOut(),
                        nanos,
                        error));
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (exchange != null) {
            exchange.clientWritabilityChanged(context.channel().isWritable());
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof Drain.Phase && exchange == null) {
            closeQuietly();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        closing = true;
        Exchange cut = exchange;
        exchange = null;
        if (cut != null) {
            cut.clientGone();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        closing = true;
        dropBuffered();
        deadline().cancel();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
