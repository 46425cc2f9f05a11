package dev.anyhost.proxy.forward;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.http1.HeadError;
import dev.anyhost.proxy.http1.RequestHead;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Ticker;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What all requests of one client connection share.
 *
 * @param hostname the connection's own, as SNI said it
 * @param limited whom limits count its requests' clients as
 * @param pool the connections to origins of the client connection's event loop
 */
record ClientScope(
        Forwarding forwarding,
        Hostname hostname,
        AuthorityGuard guard,
        InetSocketAddress client,
        LimitedClient limited,
        ForwardedHeaders headers,
        OriginPool pool,
        Ticker ticker) {

    /** What becomes of a request. */
    sealed interface Destination {
        record Forwarded(OriginRoute.To to) implements Destination {}

        record Refused(RequestError error, SmallResponse answer) implements Destination {}
    }

    static ClientScope of(Forwarding forwarding, Hostname hostname, ChannelHandlerContext ctx) {
        InetSocketAddress client = ClientAddress.of(ctx.channel());
        ForwardSettings settings = ClientAddress.isKnown(ctx.channel())
                ? forwarding.settings()
                : forwarding.settings().withTrustedProxies(nobody -> false);
        return new ClientScope(
                forwarding,
                hostname,
                new AuthorityGuard(hostname),
                client,
                LimitedClient.of(ctx.channel(), settings.trustedProxies()),
                new ForwardedHeaders(settings, hostname, client.getAddress()),
                forwarding.pools().of(ctx.channel().eventLoop()),
                ctx.executor().ticker());
    }

    /** What a client is refused takes from what it may ask for, too: an error is no cheaper for us than a small answer. */
    Destination destination(RequestHead request) {
        Optional<RequestLimits.Excess> excess =
                forwarding.limits().ofProcess().or(() -> forwarding.limits().ofClient(limited.by(request)));
        if (excess.isPresent()) {
            return tooMany(excess.get(), request);
        }
        if (!guard.permits(request)) {
            return refused(RequestError.MISDIRECTED, request);
        }
        if (RequestLoop.isClosed(request.fields())) {
            return refused(RequestError.LOOP, request);
        }
        return switch (forwarding.routes().of(hostname)) {
            case OriginRoute.NotServed() -> refused(RequestError.NOT_SERVED, request);
            case OriginRoute.Unavailable _ -> refused(RequestError.NO_ROUTE, request);
            case OriginRoute.To to -> {
                Optional<RequestLimits.Excess> tenants =
                        forwarding.limits().ofTenant(to.tenant().orElse(hostname.value()));
                yield tenants.isEmpty() ? new Destination.Forwarded(to) : tooMany(tenants.get(), request);
            }
        };
    }

    /** What a request gets whose head can't be read. */
    Destination.Refused unreadable(HeadError error) {
        Optional<RequestLimits.Excess> excess = forwarding.limits().ofClient(limited.byConnection());
        return excess.isEmpty()
                ? new Destination.Refused(RequestError.REQUEST_MALFORMED, ErrorPage.of(error))
                : tooMany(excess.get(), ErrorPage.text(excess.get().error()));
    }

    /** A request was refused before it got here. */
    void refusedUnread() {
        var _ = forwarding.limits().ofClient(limited.byConnection());
    }

    private static Destination.Refused tooMany(RequestLimits.Excess excess, RequestHead request) {
        return tooMany(excess, ErrorPage.of(excess.error(), request));
    }

    private static Destination.Refused tooMany(RequestLimits.Excess excess, SmallResponse page) {
        long seconds = Math.ceilDiv(excess.retryAfter().toMillis(), 1_000L);
        return new Destination.Refused(excess.error(), page.with("Retry-After", Long.toString(Math.max(1, seconds))));
    }

    private static Destination refused(RequestError error, RequestHead request) {
        return new Destination.Refused(error, ErrorPage.of(error, request));
    }

    /** @param request null when its head was unreadable */
    Tally tally(@Nullable RequestHead request) {
        return new Tally(forwarding.log(), hostname, client, ticker, request);
    }

    TimeLimits times() {
        return forwarding.settings().times();
    }
}
