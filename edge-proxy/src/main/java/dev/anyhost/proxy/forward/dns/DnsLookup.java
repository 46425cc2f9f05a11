package dev.anyhost.proxy.forward.dns;

import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.resolver.HostsFileEntriesProvider;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverChannelStrategy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks names up in the hosts file and in DNS, on one event loop. Hosts file and {@code resolv.conf} are read once, at
 * the start: reading them later would block the loop.
 *
 * <p>Netty's resolver sends the queries; what their answers mean is read here, because Netty tells neither how long an
 * alias is valid nor whether a name is gone or nobody could tell.
 */
public final class DnsLookup implements NameLookup, AutoCloseable {

    private static final Duration QUERY_LIMIT = Duration.ofSeconds(1);
    /** How long the second address family may keep the first waiting: RFC 8305 section 3. */
    private static final Duration RESOLUTION_DELAY = Duration.ofMillis(50);

    private static final Duration HOSTS_FILE_TIME = Duration.ofDays(1);

    private final EventLoop loop;
    private final HostsFileEntriesProvider hosts;
    private final ResolverFile file;
    private final DnsNameResolver resolver;

    /**
     * Where look-ups happen.
     *
     * @param datagrams makes channels of the loop's transport, as does {@code streams}
     */
    public record Transport(
            EventLoop loop,
            ChannelFactory<? extends DatagramChannel> datagrams,
            ChannelFactory<? extends SocketChannel> streams) {}

    /**
     * Reads the system's files.
     *
     * @param servers the name servers to ask; empty for the system's
     */
    public DnsLookup(Transport transport, List<InetSocketAddress> servers) {
        loop = transport.loop();
        hosts = HostsFileEntriesProvider.parser().parseSilently();
        file = ResolverFile.read(Path.of("/etc/resolv.conf")).withServers(servers);
        resolver = new DnsNameResolverBuilder(loop)
                .datagramChannelFactory(transport.datagrams())
                .socketChannelFactory(transport.streams())
                // A socket of its own for each query: its port is part of what a forger has to guess.
                .datagramChannelStrategy(DnsNameResolverChannelStrategy.ChannelPerResolution)
                .queryTimeoutMillis(QUERY_LIMIT.toMillis())
                .build();
    }

    @Override
    public void lookUp(String host, Consumer<NameAnswer> answer) {
        String name = host.toLowerCase(Locale.ROOT);
        List<InetAddress> local = new ArrayList<>(hosts.ipv4Entries().getOrDefault(name, List.of()));
        local.addAll(hosts.ipv6Entries().getOrDefault(name, List.of()));
        if (local.isEmpty()) {
            List<String> candidates = file.candidates(name);
            loop.execute(() -> new Search(answer).start(candidates));
        } else {
            answer.accept(new NameAnswer.Found(List.copyOf(local), HOSTS_FILE_TIME));
        }
    }

    @Override
    public void close() {
        resolver.close();
    }

    /** Asks for both address families at once; IPv4 goes first, because it is the one that works everywhere. */
    private final class Search {

        private final Consumer<NameAnswer> answer;
        private @Nullable NameAnswer four;
        private @Nullable NameAnswer six;
        private boolean answered;

        Search(Consumer<NameAnswer> answer) {
            this.answer = answer;
        }

        void start(List<String> candidates) {
            new FamilySearch(resolver, DnsRecordType.A, file.servers(), candidates, found -> {
                        four = found;
                        step();
                    })
                    .start();
            new FamilySearch(resolver, DnsRecordType.AAAA, file.servers(), candidates, found -> {
                        six = found;
                        step();
                    })
                    .start();
        }

        private void step() {
            if (four != null && six != null) {
                finish();
            } else if (four instanceof NameAnswer.Found || six instanceof NameAnswer.Found) {
                loop.schedule(this::finish, RESOLUTION_DELAY.toNanos(), TimeUnit.NANOSECONDS);
            }
        }

        private void finish() {
            if (!answered) {
                answered = true;
                answer.accept(combined());
            }
        }

        private NameAnswer combined() {
            if (four instanceof NameAnswer.Found v4 && six instanceof NameAnswer.Found v6) {
                List<InetAddress> both = new ArrayList<>(v4.addresses());
                both.addAll(v6.addresses());
                boolean firstIsShorter = v4.timeToLive().compareTo(v6.timeToLive()) < 0;
                return new NameAnswer.Found(List.copyOf(both), firstIsShorter ? v4.timeToLive() : v6.timeToLive());
            }
            if (four instanceof NameAnswer.Found found) {
                return found;
            }
            if (six instanceof NameAnswer.Found found) {
                return found;
            }
            boolean absent = four instanceof NameAnswer.Absent && six instanceof NameAnswer.Absent;
            return absent ? new NameAnswer.Absent() : new NameAnswer.Failed();
        }
    }
}
