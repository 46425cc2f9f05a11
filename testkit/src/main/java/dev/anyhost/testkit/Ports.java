package dev.anyhost.testkit;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loopback ports that nobody listened on a moment ago. Only for programs that can't be asked to bind port 0: another
 * process may take the port before they do. The system gives none of them to an outgoing connection or to who binds
 * port 0, and this process gives none of them out twice.
 */
public final class Ports {

    private static final Logger LOG = LoggerFactory.getLogger(Ports.class);
    private static final int ATTEMPTS = 3;
    private static final int LOWEST = 10_000;
    private static final int END = 65_536;
    private static final Path EPHEMERAL = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    private static final int[] CHOICE = outsideEphemeral();
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private Ports() {}

    /** One port free for TCP and UDP on 127.0.0.1. */
    public static int free() {
        return free(1).getFirst();
    }

    /** {@code count} different ports, each free for TCP and UDP on 127.0.0.1. */
    public static List<Integer> free(int count) {
        return ThreadLocalRandom.current()
                .ints(0, CHOICE.length)
                .map(index -> CHOICE[index])
                .filter(Ports::isFree)
                .filter(GIVEN::add)
                .limit(count)
                .boxed()
                .toList();
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

    private static boolean isFree(int port) {
        try (ServerSocket tcp = new ServerSocket(port, 1, loopback());
                DatagramSocket udp = new DatagramSocket(new InetSocketAddress(loopback(), port))) {
            return tcp.isBound() && udp.isBound();
        } catch (IOException taken) {
            return false;
        }
    }

    /** All but those that the system gives away by itself, while a program that was told one has yet to start. */
    private static int[] outsideEphemeral() {
        try {
            // By lines, that is in one read: the kernel gives the rest of such a file to nobody who read a part of it.
            String[] range = Files.readAllLines(EPHEMERAL).getFirst().split("\\s+", -1);
            return outside(Integer.parseInt(range[0]), Integer.parseInt(range[1]));
        } catch (IOException notLinux) {
            LOG.debug("No {}, so IANA's range holds", EPHEMERAL, notLinux);
            return outside(49_152, END - 1);
        }
    }

    static int[] outside(int first, int last) {
        int[] others = IntStream.range(LOWEST, END)
                .filter(port -> port < first || port > last)
                .toArray();
        return others.length > 0 ? others : IntStream.range(LOWEST, END).toArray();
    }
}
