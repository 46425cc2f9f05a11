package dev.anyhost.proxy.forward;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.resolver.AddressResolver;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The origin connections of one event loop. Used on that loop only, so that a request never leaves it: no locks, and a
 * connection is handed from one request to the next within a loop pass.
 */
public final class OriginPool {

    private static final int MOST_IDLE = 32;
    private static final int MOST_ADDRESSES = 3;
    static final Duration IDLE_LIMIT = Duration.ofMinutes(2);

    private final EventLoop loop;
    private final Class<? extends SocketChannel> channelType;
    private final AddressResolver<InetSocketAddress> resolver;
    private final OriginTls tls;
    private final ForwardSettings settings;
    private final Map<Origin, ArrayDeque<OriginConnection>> idle = new HashMap<>();

    public OriginPool(
            EventLoop loop,
            Class<? extends SocketChannel> channelType,
            AddressResolver<InetSocketAddress> resolver,
            OriginTls tls,
            ForwardSettings settings) {
        this.loop = loop;
        this.channelType = channelType;
        this.resolver = resolver;
        this.tls = tls;
        this.settings = settings;
    }

    /** An idle connection, the one that was used last; null when there is none. */
    @Nullable
    OriginConnection idle(Origin origin) {
        ArrayDeque<OriginConnection> connections = idle.get(origin);
        while (connections != null && !connections.isEmpty()) {
            OriginConnection connection = connections.pollLast();
            if (connection.take()) {
                return connection;
            }
        }
        return null;
    }

    /** A new connection; fails with {@link OriginFailure}. */
    Future<OriginConnection> connect(Origin origin) {
        Promise<OriginConnection> connected = loop.newPromise();
        resolver.resolveAll(InetSocketAddress.createUnresolved(origin.host(), origin.port()))
                .addListener((Future<List<InetSocketAddress>> resolved) -> {
                    if (!resolved.isSuccess()) {
                        connected.tryFailure(new OriginFailure(502, "origin_name"));
                        return;
                    }
                    List<InetSocketAddress> allowed = resolved.getNow().stream()
                            .filter(address -> isAllowed(origin, address))
                            .limit(MOST_ADDRESSES)
                            .toList();
                    if (allowed.isEmpty()) {
                        connected.tryFailure(new OriginFailure(502, "origin_address_not_allowed"));
                    } else {
                        connect(origin, allowed, 0, connected);
                    }
                });
        return connected;
    }

    private boolean isAllowed(Origin origin, InetSocketAddress address) {
        return origin.trusted() || settings.allowPrivate() || AddressGuard.isPublic(address.getAddress());
    }

    private void connect(
            Origin origin, List<InetSocketAddress> addresses, int at, Promise<OriginConnection> connected) {
        var connection = new OriginConnection(this, origin);
        new Bootstrap()
                .group(loop)
                .channel(channelType)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        settings.times().connect().toMillis())
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (origin.tls()) {
                            channel.pipeline()
                                    .addLast(tls.handler(
                                            channel.alloc(),
                                            origin,
                                            settings.times().connect()));
                        }
                        channel.pipeline().addLast(connection);
                    }
                })
                .connect(addresses.get(at))
                .addListener(opened -> {
                    if (opened.isSuccess()) {
                        finish(connection, connected);
                    } else if (at + 1 < addresses.size()) {
                        connect(origin, addresses, at + 1, connected);
                    } else {
                        boolean refused = opened.cause() instanceof ConnectException
                                && !(opened.cause() instanceof io.netty.channel.ConnectTimeoutException);
                        connected.tryFailure(
                                refused
                                        ? new OriginFailure(502, "origin_refused")
                                        : new OriginFailure(504, "origin_connect_timeout"));
                    }
                });
    }

    private static void finish(OriginConnection connection, Promise<OriginConnection> connected) {
        SslHandler handshake = connection.channel().pipeline().get(SslHandler.class);
        if (handshake == null) {
            connected.trySuccess(connection);
            return;
        }
        handshake.handshakeFuture().addListener(secured -> {
            if (secured.isSuccess()) {
                connected.trySuccess(connection);
            } else {
                connection.channel().close();
                connected.tryFailure(new OriginFailure(502, "origin_tls"));
            }
        });
    }

    /** Keeps a connection for the next request. */
    void release(OriginConnection connection) {
        ArrayDeque<OriginConnection> connections = idle.computeIfAbsent(connection.origin(), o -> new ArrayDeque<>());
        if (connections.size() >= MOST_IDLE) {
            connection.channel().close();
            return;
        }
        connections.addLast(connection);
        connection.rest(IDLE_LIMIT);
    }

    /** A connection that rested was closed by either side. */
    void forget(OriginConnection connection) {
        ArrayDeque<OriginConnection> connections = idle.get(connection.origin());
        if (connections != null) {
            connections.remove(connection);
            if (connections.isEmpty()) {
                idle.remove(connection.origin());
            }
        }
    }
}
