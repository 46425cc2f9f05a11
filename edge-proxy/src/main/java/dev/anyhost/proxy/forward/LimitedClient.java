package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.RequestHead;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Whom limits count a connection's requests for: the connection's client; behind a trusted proxy, which speaks for many, the
 * client that it names; nobody where nobody is named.
 */
final class LimitedClient {

    private final Optional<ClientNetwork> connection;
    private final boolean speaksForMany;
    private final Predicate<InetAddress> trusted;

    private LimitedClient(Optional<ClientNetwork> connection, boolean speaksForMany, Predicate<InetAddress> trusted) {
        this.connection = connection;
        this.speaksForMany = speaksForMany;
        this.trusted = trusted;
    }

    /** @param trusted proxies whose word is taken */
    static LimitedClient of(Channel channel, Predicate<InetAddress> trusted) {
        boolean proxy = trusted.test(ClientAddress.of(channel).getAddress());
        return new LimitedClient(proxy ? Optional.empty() : ClientNetwork.of(channel), proxy, trusted);
    }

    Optional<ClientNetwork> by(RequestHead request) {
        return speaksForMany ? NamedClient.in(request.fields(), trusted).map(ClientNetwork::of) : connection;
    }

    /** For what can't be read: of who speaks for many it isn't known whose it was. */
    Optional<ClientNetwork> byConnection() {
        return connection;
    }
}
