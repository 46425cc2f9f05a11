package dev.anyhost.testkit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A TCP load balancer on loopback: each connection goes to the next target in turn that accepts it. */
public final class TcpBalancer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TcpBalancer.class);
    private static final int CONNECT_MILLIS = 10_000;

    private final SocketServer server;
    private final AtomicInteger turn = new AtomicInteger();
    private volatile List<Integer> targets;

    private TcpBalancer(int port, List<Integer> targets) {
        this.targets = List.copyOf(targets);
        this.server = SocketServer.start(port, Optional.empty(), this::serve);
    }

    /** Listens on 127.0.0.1:{@code port}, 0 for one of the system's choice, for targets on ports of 127.0.0.1. */
    public static TcpBalancer start(int port, List<Integer> targets) {
        return new TcpBalancer(port, targets);
    }

    public int port() {
        return server.port();
    }

    /** New connections go to these ports from now on. */
    public void to(List<Integer> ports) {
        targets = List.copyOf(ports);
    }

    @Override
    public void close() {
        server.close();
    }

    private void serve(Socket client) throws IOException {
        try (Socket target = connected()) {
            Thread back = Thread.ofVirtual().start(() -> pump(target, client));
            pump(client, target);
            back.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Socket connected() throws IOException {
        List<Integer> current = targets;
        IOException refused = new IOException("no targets");
        int first = turn.getAndIncrement();
        for (int i = 0; i < current.size(); i++) {
            int port = current.get(Math.floorMod(first + i, current.size()));
            Socket target = new Socket();
            try {
                target.setTcpNoDelay(true);
                target.connect(new InetSocketAddress(Ports.loopback(), port), CONNECT_MILLIS);
                return target;
            } catch (IOException e) {
                target.close();
                refused = e;
            }
        }
        throw refused;
    }

    private static void pump(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException broken) {
            LOG.debug("Balanced connection broke", broken);
            closeQuietly(from);
            closeQuietly(to);
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("Socket did not close", e);
        }
    }
}
