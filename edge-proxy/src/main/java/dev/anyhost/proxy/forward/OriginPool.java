package dev.anyhost.proxy.forward;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One event loop's connections to origins. Everything here happens on that loop, so that a request and its origin
 * connection never need a lock.
 */
final class OriginPool {

    private final EventLoop loop;
    private final Connecting connector;
    private final PoolLimits limits;
    private final Map<Origin, Connections> byOrigin = new HashMap<>();
    private boolean sweeping;

    OriginPool(EventLoop loop, Connecting connector, PoolLimits limits) {
        this.loop = loop;
        this.connector = connector;
        this.limits = limits;
    }

    private static final class Connections {
        private final Deque<OriginConnection> idle = new ArrayDeque<>();
        private int open;
    }

    /** Finds or makes a connection; the listener hears {@code acquired} or {@code refused}, once. */
    void acquire(Origin origin, ResponseListener listener, boolean fresh) {
        Connections connections = byOrigin.computeIfAbsent(origin, o -> new Connections());
        while (!fresh && !connections.idle.isEmpty()) {
            // The one used last is the least likely to have been closed meanwhile.
            OriginConnection candidate = connections.idle.removeLast();
            if (candidate.isUsable()) {
                listener.acquired(candidate);
                return;
            }
        }
        if (connections.open >= limits.open()) {
            listener.refused(RequestError.OVERLOADED);
            return;
        }
        connections.open++;
        connector.connect(loop, origin, this, outcome -> {
            switch (outcome) {
                case Connecting.Outcome.Connected(OriginConnection made)
                when made.isUsable() -> {
                    made.join();
                    listener.acquired(made);
                }
                case Connecting.Outcome.Connected _ -> failed(origin, listener, RequestError.ORIGIN_CLOSED);
                case Connecting.Outcome.Failed(RequestError error) -> failed(origin, listener, error);
            }
        });
    }

    private void failed(Origin origin, ResponseListener listener, RequestError error) {
        closed(origin);
        listener.refused(error);
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
