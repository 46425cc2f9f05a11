package dev.anyhost.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loopback ports that nobody listened on a moment ago. Only for programs that can't be asked to bind port 0: another
 * process may take the port before they do.
 */
public final class Ports {

    private static final Logger LOG = LoggerFactory.getLogger(Ports.class);
    private static final int ATTEMPTS = 3;

    private Ports() {}

    /** One port free for TCP and UDP on 127.0.0.1. */
    public static int free() {
        return free(1).getFirst();
    }

    /** {@code count} different ports, each free for TCP and UDP on 127.0.0.1. */
    public static List<Integer> free(int count) {
        List<ServerSocket> held = new ArrayList<>();
        try {
            List<Integer> ports = new ArrayList<>();
            while (ports.size() < count) {
                ServerSocket tcp = new ServerSocket(0, 1, loopback());
                held.add(tcp);
                if (isFreeForUdp(tcp.getLocalPort())) {
                    ports.add(tcp.getLocalPort());
                }
            }
            for (ServerSocket socket : held) {
                socket.close();
            }
            return List.copyOf(ports);
        } catch (IOException e) {
            throw new UncheckedIOException("no free loopback port", e);
        }
    }

    /**
     * Starts a program on free ports, and once more on others when it fails, because someone else may have been faster.
     *
     * @throws ChildFailed of the last attempt
     */
    static <T> T startOnFree(int count, Function<List<Integer>, T> start) {
        for (int attempt = 1; attempt < ATTEMPTS; attempt++) {
            try {
                return start.apply(free(count));
            } catch (ChildFailed perhapsPortTaken) {
                LOG.debug("Attempt {} failed", attempt, perhapsPortTaken);
            }
        }
        return start.apply(free(count));
    }

    static InetAddress loopback() {
        return InetAddress.ofLiteral("127.0.0.1");
    }

    private static boolean isFreeForUdp(int port) {
        try (DatagramSocket udp = new DatagramSocket(new InetSocketAddress(loopback(), port))) {
            return udp.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
