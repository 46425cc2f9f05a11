package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.forward.OriginProtocol.Offer;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One event loop's connections to origins. Everything here happens on that loop, so that a request and its origin
 * connection never need a lock.
 */
final class OriginPool {

    private final EventLoop loop;
    private final Connecting connector;
    private final PoolLimits limits;
    private final OriginProtocol protocol;
    private final Map<Origin, Connections> byOrigin = new HashMap<>();
    private boolean sweeping;

    OriginPool(EventLoop loop, Connecting connector, PoolLimits limits, OriginProtocol protocol) {
        this.loop = loop;
        this.connector = connector;
        this.limits = limits;
        this.protocol = protocol;
    }

    private static final class Connections {
        /** By HTTP/1.1, and without a request. */
        private final Deque<OriginConnection> idle = new ArrayDeque<>();
        /** By HTTP/2, and taking requests. */
        private final List<Http2OriginConnection> shared = new ArrayList<>();
        /** May be shared, so that others may wait for it, too. */
        private @Nullable Attempt joinable;
        /** What was offered HTTP/2 chose HTTP/1.1, so that it isn't worth waiting for. */
        private boolean declined;

        private int open;
    }

    /** A connection that is being made. */
    private static final class Attempt {
        private final List<ResponseListener> waiting = new ArrayList<>(1);
    }

    EventLoop loop() {
        return loop;
    }

    /** Finds or makes a connection; the listener hears {@code acquired} or {@code refused}, once. */
    void acquire(Origin origin, ResponseListener listener, boolean fresh) {
        Offer offer = protocol.offerTo(origin);
        if (offer == Offer.HTTP_2 && listener.upgrade() == Upgrades.Kind.OTHER) {
            listener.refused(RequestError.UPGRADE_IMPOSSIBLE);
            return;
        }
        if (offer == Offer.EITHER && listener.upgrade() != Upgrades.Kind.NONE) {
            offer = Offer.HTTP_1; // Which every origin can, that can at all.
        }
        Connections connections = byOrigin.computeIfAbsent(origin, o -> new Connections());
        if (!fresh && reused(connections, offer, listener)) {
            return;
        }
        if (offer == Offer.HTTP_1 || !joined(connections, listener)) {
            connect(origin, offer, connections, listener);
        }
    }

    private static boolean reused(Connections connections, Offer offer, ResponseListener listener) {
        if (offer != Offer.HTTP_1) {
            for (Http2OriginConnection candidate : connections.shared) {
                if (candidate.takesStream()) {
                    listener.acquired(new Http2OriginStream(candidate));
                    return true;
                }
            }
        }
        while (!connections.idle.isEmpty()) {
            // The one used last is the least likely to have been closed meanwhile.
            OriginConnection candidate = connections.idle.removeLast();
            if (candidate.isUsable()) {
                listener.acquired(candidate);
                return true;
            }
        }
        return false;
    }

    private static boolean joined(Connections connections, ResponseListener listener) {
        Attempt attempt = connections.joinable;
        return attempt != null
                && attempt.waiting.size() < Http2OriginSetup.MOST_STREAMS
                && attempt.waiting.add(listener);
    }

    private void connect(Origin origin, Offer offer, Connections connections, ResponseListener listener) {
        if (connections.open >= limits.open()) {
            listener.refused(RequestError.OVERLOADED);
            return;
        }
        connections.open++;
        var attempt = new Attempt();
        attempt.waiting.add(listener);
        if (offer != Offer.HTTP_1 && !connections.declined) {
            connections.joinable = attempt;
        }
        connector.connect(origin, offer, this, outcome -> {
            if (connections.joinable == attempt) {
                connections.joinable = null;
                connections.declined = outcome instanceof Connecting.Outcome.Connected;
            }
            made(origin, connections, attempt.waiting, outcome);
        });
    }

    private void made(
            Origin origin, Connections connections, List<ResponseListener> waiting, Connecting.Outcome outcome) {
        switch (outcome) {
            case Connecting.Outcome.Connected(OriginConnection made)
            when made.isUsable() -> {
                made.join();
                waiting.removeFirst().acquired(made);
                waiting.forEach(other -> acquire(origin, other, false));
            }
            case Connecting.Outcome.Shared(Http2OriginConnection made)
            when made.takesStream() -> {
                connections.declined = false;
                connections.shared.add(made);
                made.channel().closeFuture().addListener(closed -> closed(origin));
                waiting.removeFirst().acquired(new Http2OriginStream(made));
                waiting.forEach(other -> acquire(origin, other, false));
            }
            case Connecting.Outcome.Connected _, Connecting.Outcome.Shared _ ->
                failed(origin, waiting, RequestError.ORIGIN_CLOSED);
            case Connecting.Outcome.Failed(RequestError error) -> failed(origin, waiting, error);
        }
    }

    private void failed(Origin origin, List<ResponseListener> waiting, RequestError error) {
        closed(origin);
        waiting.forEach(listener -> listener.refused(error));
    }

    /** Takes a connection back for the next request. */
    void release(OriginConnection connection) {
        Connections connections = byOrigin.get(connection.origin());
        if (connections == null || !connection.isUsable()) {
            connection.abandon();
            return;
        }
        connections.idle.addLast(connection);
        if (connections.idle.size() > limits.idle()) {
            connections.idle.removeFirst().abandon();
        }
        rests();
    }

    /** A shared connection takes no more requests. */
    void withdraw(Http2OriginConnection connection) {
        Connections connections = byOrigin.get(connection.origin());
        if (connections != null) {
            connections.shared.remove(connection);
        }
    }

    /** A connection has become idle. */
    void rests() {
        if (!sweeping) {
            sweeping = true;
            scheduleSweep();
        }
    }

    /** An established connection has closed, or is no longer HTTP. */
    void forget(OriginConnection connection) {
        Connections connections = byOrigin.get(connection.origin());
        if (connections != null && connection.leave()) {
            connections.idle.remove(connection);
            closed(connection.origin());
        }
    }

    private void closed(Origin origin) {
        Connections connections = byOrigin.get(origin);
        if (connections != null && --connections.open == 0) {
            byOrigin.remove(origin);
        }
    }

    private void scheduleSweep() {
        loop.schedule(this::sweep, Math.max(1, limits.idleTime().toNanos() / 4), TimeUnit.NANOSECONDS);
    }

    private void sweep() {
        long oldest = loop.ticker().nanoTime() - limits.idleTime().toNanos();
        boolean more = false;
        for (Connections connections : Map.copyOf(byOrigin).values()) {
            Iterator<OriginConnection> idle = connections.idle.iterator();
            while (idle.hasNext()) {
                OriginConnection connection = idle.next();
                if (connection.idleSinceNanos() - oldest > 0) {
                    more = true;
                    break; // Those behind it were released later.
                }
                idle.remove();
                connection.abandon();
            }
            for (Http2OriginConnection connection : List.copyOf(connections.shared)) {
                if (connection.isIdle() && connection.idleSinceNanos() - oldest <= 0) {
                    connection.retire();
                } else {
                    more |= connection.isIdle();
                }
            }
        }
        sweeping = more;
        if (more) {
            scheduleSweep();
        }
    }

    /** How many connections to the origin are kept for reuse. */
    int idle(Origin origin) {
        Connections connections = byOrigin.get(origin);
        return connections == null ? 0 : connections.idle.size();
    }
}
