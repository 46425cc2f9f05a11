package dev.anyhost.dns;

import dev.anyhost.settings.ConfigValues;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.ResolverConfig;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TextParseException;

/**
 * Asks recursive resolvers, over UDP and over TCP when an answer was cut short. Remembers nothing, so that a check sees what
 * there is now. Blocks; for any number of virtual threads.
 */
public final class DnsClient {

    /** How long one resolver has for one answer. */
    public static final Duration PATIENCE = Duration.ofSeconds(2);

    /** What {@link #resolver} reads. */
    public static final String RESOLVER_EXPECTED = "an IP address, or one and a port, such as 127.0.0.1:8053";

    private static final int ATTEMPTS = 2;
    private static final int PORT = 53;

    private final List<InetSocketAddress> servers;
    private final Duration patience;

    /** @param servers asked one after the other until one answers; empty for the system's */
    public DnsClient(List<InetSocketAddress> servers, Duration patience) {
        this.servers = List.copyOf(servers);
        this.patience = patience;
    }

    /** A resolver as it is configured: an IP address, or one and a port; empty when it is neither. */
    public static Optional<InetSocketAddress> resolver(String text) {
        return ConfigValues.ip(text)
                .map(address -> new InetSocketAddress(address, PORT))
                .or(() -> ConfigValues.address(text).filter(address -> address.getPort() != 0));
    }

    /** Total: whatever happens is an answer. Two resolvers are asked, or one twice: datagrams get lost. */
    public DnsAnswer ask(DnsName name, int type) {
        Message query;
        try {
            query = Message.newQuery(Record.newRecord(Name.fromString(name.value() + "."), type, DClass.IN));
        } catch (TextParseException tooLong) {
            return new DnsAnswer.Silent(name + " can't be asked for");
        }
        List<InetSocketAddress> chosen =
                servers.isEmpty() ? ResolverConfig.getCurrentConfig().servers() : servers;
        DnsAnswer last = new DnsAnswer.Silent("there is no resolver");
        for (int attempt = 0; attempt < ATTEMPTS && !chosen.isEmpty(); attempt++) {
            last = ask(chosen.get(attempt % chosen.size()), query);
            if (!(last instanceof DnsAnswer.Silent)) {
                return last;
            }
        }
        return last;
    }

    private DnsAnswer ask(InetSocketAddress server, Message query) {
        try {
            Message answer = send(server, query);
            return switch (answer.getRcode()) {
                case Rcode.NOERROR, Rcode.NXDOMAIN -> new DnsAnswer.Answered(answer.getSection(Section.ANSWER));
                case Rcode.SERVFAIL ->
                    isAnsweredUnchecked(server, query)
                            ? new DnsAnswer.Bogus()
                            : new DnsAnswer.Silent(server.getHostString() + " said SERVFAIL");
                default -> new DnsAnswer.Silent(server.getHostString() + " said " + Rcode.string(answer.getRcode()));
            };
        } catch (IOException silent) {
            return new DnsAnswer.Silent(server.getHostString() + " doesn't answer");
        }
    }

    private boolean isAnsweredUnchecked(InetSocketAddress server, Message query) {
        Message unchecked = query.clone();
        unchecked.getHeader().setFlag(Flags.CD);
        try {
            int code = send(server, unchecked).getRcode();
            return code == Rcode.NOERROR || code == Rcode.NXDOMAIN;
        } catch (IOException silent) {
            return false;
        }
    }

    private Message send(InetSocketAddress server, Message query) throws IOException {
        var resolver = new SimpleResolver(server);
        resolver.setTimeout(patience);
        return resolver.send(query);
    }
}
