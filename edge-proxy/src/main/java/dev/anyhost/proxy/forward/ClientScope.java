package dev.anyhost.proxy.forward;

import dev.anyhost.domain.Hostname;
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
 * @param network whom limits count the client as; empty when it isn't limited
 * @param pool the connections to origins of the client connection's event loop
 */
record ClientScope(
        Forwarding forwarding,
        Hostname hostname,
        AuthorityGuard guard,
        InetSocketAddress client,
        Optional<ClientNetwork> network,
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
                // Who may say whom it speaks for speaks for many.
                ClientNetwork.of(ctx.channel())
                        .filter(any -> !settings.trustedProxies().test(client.getAddress())),
                new ForwardedHeaders(settings, hostname, client.getAddress()),
                forwarding.pools().of(ctx.channel().eventLoop()),
                ctx.executor().ticker());
    }

    Destination destination(RequestHead request) {
        if (!guard.permits(request)) {
            return refused(RequestError.MISDIRECTED, request);
        }
        return switch (forwarding.routes().of(hostname)) {
            case OriginRoute.NotServed() -> refused(RequestError.NOT_SERVED, request);
            case OriginRoute.Unavailable _ -> refused(RequestError.NO_ROUTE, request);
            case OriginRoute.To to -> withinLimits(to, request);
        };
    }

    private Destination withinLimits(OriginRoute.To to, RequestHead request) {
        Optional<RequestLimits.Excess> excess =
                forwarding.limits().excess(network, to.tenant().orElse(hostname.value()));
        if (excess.isEmpty()) {
            return new Destination.Forwarded(to);
        }
        RequestError error = excess.get().error();
        long seconds = Math.ceilDiv(excess.get().retryAfter().toMillis(), 1_000L);
        return new Destination.Refused(
                error, ErrorPage.of(error, request).with("Retry-After", Long.toString(Math.max(1, seconds))));
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
