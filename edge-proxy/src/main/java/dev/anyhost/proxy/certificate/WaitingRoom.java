package dev.anyhost.proxy.certificate;

import dev.anyhost.domain.Hostname;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts who waits for a verdict or a certificate: in all, for one name, and from one network of clients. Nobody waits
 * beyond a bound. Any thread may call any method; none blocks. Only networks and names that somebody waits for are
 * remembered.
 */
public final class WaitingRoom {

    private final Limits limits;
    private final AtomicInteger inAll = new AtomicInteger();
    private final Map<Hostname, Integer> byName = new ConcurrentHashMap<>();
    private final Map<Network, Integer> byNetwork = new ConcurrentHashMap<>();

    /**
     * How many may wait at a time.
     *
     * @param perNetwork from one /24 of IPv4 or one /48 of IPv6
     */
    public record Limits(int inAll, int perName, int perNetwork) {

        public static final Limits DEFAULT = new Limits(10_000, 1_000, 500);
    }

    /** Whose customers share an address block, by the usual sizes of one site. */
    private record Network(boolean six, long prefix) {

        static Network of(InetAddress address) {
            byte[] octets = address.getAddress();
            int length = address instanceof Inet6Address ? 6 : 3;
            long prefix = 0;
            for (byte octet : Arrays.copyOf(octets, length)) {
                prefix = (prefix << 8) | (octet & 0xff);
            }
            return new Network(address instanceof Inet6Address, prefix);
        }
    }

    public WaitingRoom(Limits limits) {
        this.limits = limits;
    }

    /** A seat, to be left by its holder; empty when there is none. */
    public Optional<Seat> enter(Hostname hostname, InetAddress client) {
        Network network = Network.of(client);
        if (inAll.incrementAndGet() > limits.inAll()) {
            inAll.decrementAndGet();
            return Optional.empty();
        }
        if (!take(byName, hostname, limits.perName())) {
            inAll.decrementAndGet();
            return Optional.empty();
        }
        if (!take(byNetwork, network, limits.perNetwork())) {
            giveBack(byName, hostname);
            inAll.decrementAndGet();
            return Optional.empty();
        }
        return Optional.of(new Seat(hostname, network));
    }

    private static <K> boolean take(Map<K, Integer> counts, K key, int limit) {
        // Counts up to one beyond the limit, which then stands for "too many" until it is given back.
        if (counts.merge(key, 1, Integer::sum) <= limit) {
            return true;
        }
        giveBack(counts, key);
        return false;
    }

    private static <K> void giveBack(Map<K, Integer> counts, K key) {
        counts.computeIfPresent(key, (k, count) -> count == 1 ? null : count - 1);
    }

    /** How many wait now. */
    public int waiting() {
        return inAll.get();
    }

    /** Somebody's place, until it is left. */
    public final class Seat {

        private final Hostname hostname;
        private final Network network;
        private final AtomicBoolean left = new AtomicBoolean();

        private Seat(Hostname hostname, Network network) {
            this.hostname = hostname;
            this.network = network;
        }

        /** Makes room for another one; once. */
        public void leave() {
            if (left.compareAndSet(false, true)) {
                giveBack(byName, hostname);
                giveBack(byNetwork, network);
                inAll.decrementAndGet();
            }
        }
    }
}
