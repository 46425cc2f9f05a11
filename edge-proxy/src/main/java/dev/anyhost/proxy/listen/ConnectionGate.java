package dev.anyhost.proxy.listen;

import dev.anyhost.proxy.channel.OpenConnections;
import dev.anyhost.proxy.concurrent.RateLimit;
import dev.anyhost.proxy.concurrent.RateLimiter;
import dev.anyhost.proxy.forward.ClientAddress;
import dev.anyhost.proxy.forward.ClientNetwork;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Which connections are taken, before a byte of TLS is read: those from allowed sources, and not too many. Who may not
 * come in is closed, which costs microseconds. Any thread may call any method; only clients with an open connection, and
 * those who had one lately, are remembered.
 */
public final class ConnectionGate {

    private final Rules rules;
    private final Consumer<String> refused;
    private final BooleanSupplier shedding;
    private final Optional<RateLimiter<ClientNetwork>> arrivals;
    private final AtomicInteger open = new AtomicInteger();
    private final Optional<OpenConnections<ClientNetwork>> byClient;

    /**
     * What is allowed.
     *
     * @param from sources whose clients may connect; empty for everybody
     * @param inAll connections that may be open at a time
     * @param perClient the same of one client
     * @param newPerClient connections that one client may open
     * @param many sources that stand for many clients, so that limits for one don't hold
     */
    public record Rules(
            List<Cidr> from,
            Optional<Integer> inAll,
            Optional<Integer> perClient,
            Optional<RateLimit> newPerClient,
            List<Cidr> many) {

        /** Everybody, as often as they like. */
        public static final Rules NONE =
                new Rules(List.of(), Optional.empty(), Optional.empty(), Optional.empty(), List.of());
    }

    /** A gate for one kind of listener, whatever memory is left. */
    public ConnectionGate(Rules rules, Consumer<String> refused, LongSupplier nanos) {
        this(rules, refused, nanos, () -> false);
    }

    /**
     * A gate for one kind of listener.
     *
     * @param refused hears of each refusal, by the configuration's key that it goes back to
     * @param nanos a monotonic clock
     * @param shedding whether nobody comes in now
     */
    public ConnectionGate(Rules rules, Consumer<String> refused, LongSupplier nanos, BooleanSupplier shedding) {
        this.shedding = shedding;
        this.rules = rules;
        this.refused = refused;
        this.byClient = rules.perClient().map(OpenConnections::new);
        this.arrivals = rules.newPerClient().map(limit -> new RateLimiter<>(limit, nanos));
    }

    /** How many connections are open now. */
    public int open() {
        return open.get();
    }

    /** Whether there is room for a connection that was just accepted; it counts until it is closed. */
    boolean hasRoomFor(Channel channel) {
        int now = open.incrementAndGet();
        channel.closeFuture().addListener(closed -> open.decrementAndGet());
        if (shedding.getAsBoolean()) {
            return isRefused("memory");
        }
        return rules.inAll().filter(most -> now > most).isEmpty() || isRefused("connections");
    }

    /** Whether a connection may go on whose client is known as far as it will be; once for each. */
    boolean admits(Channel channel) {
        Optional<ClientNetwork> client = ClientNetwork.of(channel);
        InetAddress address = ClientAddress.of(channel).getAddress();
        if (!rules.from().isEmpty() && (client.isEmpty() || !isIn(rules.from(), address))) {
            return isRefused("allow-from");
        }
        if (client.isEmpty() || isIn(rules.many(), address)) {
            return true;
        }
        if (arrivals.isPresent() && !arrivals.get().tryTake(client.get())) {
            return isRefused("new-connections-per-client");
        }
        return byClient.isEmpty()
                || byClient.get().hasRoomFor(client.get(), channel)
                || isRefused("connections-per-client");
    }

    private static boolean isIn(List<Cidr> blocks, InetAddress address) {
        return blocks.stream().anyMatch(block -> block.contains(address));
    }

    /** Never, so that refusals read as the last of several conditions. */
    private boolean isRefused(String key) {
        refused.accept(key);
        return false;
    }
}
