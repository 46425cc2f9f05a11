package dev.anyhost.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TCP relay on loopback that misbehaves on demand: late, silent, broken or gone. What is set holds for the connections
 * there are as well as for new ones, except where a method says otherwise. For any number of threads.
 */
public final class FaultRelay implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FaultRelay.class);
    private static final int BACKLOG = 512;
    private static final int CONNECT_MILLIS = 10_000;

    private final InetSocketAddress target;
    private final int port;
    private final Set<RelayedConnection> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong toTarget = new AtomicLong();
    private final AtomicLong fromTarget = new AtomicLong();

    private volatile RelayMode mode = RelayMode.FORWARD;
    private volatile Duration delay = Duration.ZERO;
    private volatile long cutAfter = Long.MAX_VALUE;
    private ServerSocket listener;
    private Thread acceptor;

    private FaultRelay(InetSocketAddress target, ServerSocket listener) {
        this.target = target;
        this.listener = listener;
        this.port = listener.getLocalPort();
        this.acceptor = acceptOn(listener);
    }

    /** Starts one that relays faithfully, on a port of the system's choice. */
    public static FaultRelay to(InetSocketAddress target) {
        return new FaultRelay(target, listen(0));
    }

    /** As {@link #to(InetSocketAddress)}, for a target on 127.0.0.1. */
    public static FaultRelay to(int port) {
        return to(new InetSocketAddress(Ports.loopback(), port));
    }

    /** The port it listens on; the same for all its life. */
    public int port() {
        return port;
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(Ports.loopback(), port);
    }

    /** Relays faithfully again (with the delay that is set). What a black hole swallowed stays lost. */
    public synchronized void forward() {
        mode = RelayMode.FORWARD;
        if (listener.isClosed()) {
            listener = listen(port);
            acceptor = acceptOn(listener);
        }
    }

    /** Lets every byte arrive this much later, in each direction: a round trip takes twice as long. */
    public void delay(Duration oneWay) {
        delay = oneWay;
    }

    /** Accepts connections and bytes, and passes nothing on. */
    public void blackHole() {
        mode = RelayMode.BLACK_HOLE;
    }

    /** Resets the open connections and, as soon as they are accepted, new ones. */
    public void reset() {
        mode = RelayMode.RESET;
        resetOpen();
    }

    /** Resets the open connections; new ones are treated as before. */
    public void resetOpen() {
        open.forEach(RelayedConnection::reset);
    }

    /** Refuses new connections; the open ones go on. */
    public synchronized void refuse() {
        try {
            listener.close();
            // The port takes connections until the thread in accept() has noticed.
            acceptor.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Resets each new connection once {@code bytes} of the target's were passed on; negative for never again. */
    public void cutAfter(long bytes) {
        cutAfter = bytes < 0 ? Long.MAX_VALUE : bytes;
    }

    /** How many connections were accepted so far. */
    public long connections() {
        return accepted.get();
    }

    /** How many connections are open now. */
    public int openConnections() {
        return open.size();
    }

    /** How many bytes clients sent so far, swallowed ones included. */
    public long bytesToTarget() {
        return toTarget.get();
    }

    /** How many bytes the target sent so far, swallowed ones included. */
    public long bytesFromTarget() {
        return fromTarget.get();
    }

    @Override
    public void close() {
        reset();
        refuse();
    }

    RelayMode mode() {
        return mode;
    }

    Duration delay() {
        return delay;
    }

    private static ServerSocket listen(int port) {
        try {
            ServerSocket listener = new ServerSocket();
            listener.setReuseAddress(true);
            listener.bind(new InetSocketAddress(Ports.loopback(), port), BACKLOG);
            return listener;
        } catch (IOException e) {
            throw new UncheckedIOException("no port " + port, e);
        }
    }

    private Thread acceptOn(ServerSocket current) {
        return Thread.ofVirtual().name("relay " + port).start(() -> {
            while (!current.isClosed()) {
                try {
                    take(current.accept());
                } catch (IOException ended) {
                    LOG.debug("Relay {} accepts no more", port, ended);
                }
            }
        });
    }

    private void take(Socket client) {
        accepted.incrementAndGet();
        Thread.ofVirtual().name("relayed " + client.getPort()).start(() -> relay(client));
    }

    private void relay(Socket client) {
        Socket server = new Socket();
        RelayedConnection connection =
                new RelayedConnection(this, client, server, cutAfter, toTarget::addAndGet, fromTarget::addAndGet);
        open.add(connection);
        try {
            if (mode == RelayMode.RESET) {
                connection.reset();
                return;
            }
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            server.connect(target, CONNECT_MILLIS);
            connection.run();
        } catch (IOException e) {
            LOG.debug("Relay {} could not reach {}", port, target, e);
            connection.reset();
        } finally {
            open.remove(connection);
            connection.close();
        }
    }
}
