package dev.anyhost.proxy.handshake;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.certificate.CertificateAnswer;
import dev.anyhost.proxy.certificate.ServableCertificate;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.ssl.SslClientHelloHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a ClientHello, looks the hostname's certificate up, and replaces itself by what follows: TLS with that
 * certificate, or an alert. Asks at most once for each connection.
 *
 * <p>It always leaves the pipeline when it has decided and never decides by throwing: Netty's base class would ask again,
 * on close or with no ClientHello at all.
 */
public final class HandshakeHandler extends SslClientHelloHandler<CertificateAnswer> {

    private static final int MAX_CLIENT_HELLO = 64 * 1024;
    /** With the headers of its records, in bytes: it may come in hundreds of them, but not in one for each of its bytes. */
    private static final int MAX_PEEKED = MAX_CLIENT_HELLO + 4 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(HandshakeHandler.class);

    private final Handshakes handshakes;
    private @Nullable Future<?> patience;
    private boolean bytesSeen;
    private ServerName name = new ServerName.Unusable();
    private boolean helloSeen;
    private long askedNanos;

    public HandshakeHandler(Handshakes handshakes) {
        super(MAX_CLIENT_HELLO);
        this.handshakes = handshakes;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        Duration limit = handshakes.timeLimit();
        patience = ctx.executor().schedule(() -> giveUp(ctx), limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void giveUp(ChannelHandlerContext ctx) {
        if (bytesSeen) {
            handshakes.events().failed();
        }
        ctx.pipeline().replace(this, null, new Silence());
        ctx.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        bytesSeen = true;
        super.channelRead(ctx, message);
        // Each read goes through all records again, so that tiny ones would cost the square of their number.
        if (!helloSeen && !ctx.isRemoved() && actualReadableBytes() > MAX_PEEKED) {
            exceptionCaught(ctx, new TooLongFrameException("ClientHello in too many records"));
        }
    }

    @Override
    protected Future<CertificateAnswer> lookup(ChannelHandlerContext ctx, @Nullable ByteBuf hello) {
        if (patience != null) {
            patience.cancel(false);
        }
        if (hello == null) {
            return ctx.executor().newSucceededFuture(new CertificateAnswer.NotAllowed());
        }
        helloSeen = true;
        name = ServerName.in(hello);
        askedNanos = ctx.executor().ticker().nanoTime();
        return switch (name) {
            case ServerName.Unusable() -> ctx.executor().newSucceededFuture(new CertificateAnswer.NotAllowed());
            case ServerName.Named(Hostname hostname, ServerName.Purpose purpose) ->
                switch (purpose) {
                    case ServerName.Purpose.Visit() -> handshakes.certificates().answer(hostname, ctx.channel());
                    case ServerName.Purpose.Validation() ->
                        handshakes.validations().challenge(hostname, ctx.channel());
                    case ServerName.Purpose.Marker(String token) ->
                        handshakes.validations().marker(hostname, token, ctx.channel());
                };
        };
    }

    @Override
    protected void onLookupComplete(ChannelHandlerContext ctx, Future<CertificateAnswer> lookup) {
        if (ctx.isRemoved()) {
            if (isValidation() && lookup.getNow() instanceof CertificateAnswer.Serve(var unused, var _)) {
                unused.release();
            }
            return; // The client left while it waited.
        }
        try {
            ctx.pipeline().replace(this, null, successor(ctx, lookup));
        } catch (RuntimeException bug) {
            LOG.error("handshake of {}", name, bug);
            exceptionCaught(ctx, bug); // Netty would tell the next handler, and nobody would close.
        }
    }

    private ChannelHandler successor(ChannelHandlerContext ctx, Future<CertificateAnswer> lookup) {
        if (!helloSeen) {
            if (bytesSeen) {
                handshakes.events().failed();
            }
            ctx.channel().eventLoop().execute(() -> ctx.channel().close());
            return new Silence();
        }
        CertificateAnswer answer = lookup.isSuccess()
                ? lookup.getNow()
                : new CertificateAnswer.NotYet(CertificateAnswer.Cause.STORE_UNREACHABLE, Instant.EPOCH);
        return switch (answer) {
            case CertificateAnswer.Serve(ServableCertificate certificate, CertificateAnswer.Source source) ->
                serve(ctx, certificate, source);
            case CertificateAnswer.NotAllowed() -> {
                handshakes.events().refused();
                yield new LingeringAlert(LingeringAlert.UNRECOGNIZED_NAME);
            }
            case CertificateAnswer.NotYet notYet -> notYet(notYet);
        };
    }

    private LingeringAlert notYet(CertificateAnswer.NotYet answer) {
        if (name instanceof ServerName.Named named) {
            handshakes.events().notReady(named.hostname(), answer);
        }
        return new LingeringAlert(LingeringAlert.INTERNAL_ERROR);
    }

    private ChannelHandler serve(
            ChannelHandlerContext ctx, ServableCertificate certificate, CertificateAnswer.Source source) {
        // A validation's certificate was made for this connection: its first reference is ours.
        if (!isValidation() && !certificate.retain()) {
            // Evicted in the blink between look-up and use; the next try finds the store's.
            return notYet(new CertificateAnswer.NotYet(CertificateAnswer.Cause.OVERLOADED, Instant.EPOCH));
        }
        try {
            return isValidation() ? validate(ctx, certificate) : serveVisitor(ctx, certificate, source);
        } finally {
            certificate.release();
        }
    }

    private boolean isValidation() {
        return name instanceof ServerName.Named named && !(named.purpose() instanceof ServerName.Purpose.Visit);
    }

    private SslHandler validate(ChannelHandlerContext ctx, ServableCertificate certificate) {
        SslHandler tls = handshakes
                .contexts()
                .validation(ctx.channel().eventLoop(), certificate.hostname(), certificate, ctx.alloc());
        tls.setHandshakeTimeout(handshakes.timeLimit().toMillis(), TimeUnit.MILLISECONDS);
        ctx.pipeline().addAfter(ctx.name(), null, new ValidationConnection());
        return tls;
    }

    private SslHandler serveVisitor(
            ChannelHandlerContext ctx, ServableCertificate certificate, CertificateAnswer.Source source) {
        handshakes
                .events()
                .certificateFound(
                        source, Duration.ofNanos(ctx.executor().ticker().nanoTime() - askedNanos));
        SslHandler tls = handshakes
                .contexts()
                .visitor(ctx.channel().eventLoop(), certificate.hostname(), certificate, ctx.alloc());
        tls.setHandshakeTimeout(handshakes.timeLimit().toMillis(), TimeUnit.MILLISECONDS);
        ctx.pipeline().addAfter(ctx.name(), null, new EstablishedHandler(handshakes, certificate.hostname(), tls));
        return tls;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (patience != null) {
            patience.cancel(false);
        }
        if (bytesSeen) {
            handshakes.events().failed();
        }
        ctx.pipeline().replace(this, null, new Silence());
        ctx.close();
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) throws Exception {
        if (patience != null) {
            patience.cancel(false);
        }
        super.handlerRemoved0(ctx);
    }

    /** Swallows what a connection that is being closed still sends. */
    private static final class Silence extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            io.netty.util.ReferenceCountUtil.release(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
