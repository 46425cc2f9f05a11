package dev.anyhost.proxy.forward.dns;

import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What {@code resolv.conf(5)} says: whom to ask, and what to append to short names.
 *
 * @param servers in the order to ask them; never empty
 * @param searched domains to append
 * @param dots a name with at least as many dots is tried as it is first
 */
record ResolverFile(List<InetSocketAddress> servers, List<String> searched, int dots) {

    private static final int PORT = 53;
    private static final String DOTS = "ndots:";
    private static final int MOST_DOTS = 15;

    /** Reads a file; what is missing or unreadable has its usual value. */
    static ResolverFile read(Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException noneThere) {
            lines = List.of();
        }
        List<InetSocketAddress> servers = new ArrayList<>();
        List<String> searched = List.of();
        int dots = 1;
        for (String line : lines) {
            String[] words = line.strip().split("\\s+");
            List<String> values = Stream.of(words).skip(1).toList();
            switch (words[0]) {
                case "nameserver" -> servers.addAll(addresses(values));
                case "search", "domain" -> searched = values;
                case "options" -> dots = dots(values, dots);
                default -> {} // A comment, or of no use here.
            }
        }
        return new ResolverFile(servers.isEmpty() ? List.of(local()) : List.copyOf(servers), searched, dots);
    }

    private static InetSocketAddress local() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), PORT);
    }

    private static List<InetSocketAddress> addresses(List<String> literals) {
        return literals.stream()
                .map(NetUtil::createInetAddressFromIpAddressString)
                .filter(address -> address != null)
                .map(address -> new InetSocketAddress(address, PORT))
                .toList();
    }

    private static int dots(List<String> options, int otherwise) {
        return options.stream()
                .filter(option -> option.matches(DOTS + "\\d{1,3}"))
                .map(option -> Math.min(MOST_DOTS, Integer.parseInt(option.substring(DOTS.length()))))
                .findFirst()
                .orElse(otherwise);
    }

    ResolverFile withServers(List<InetSocketAddress> others) {
        return others.isEmpty() ? this : new ResolverFile(List.copyOf(others), searched, dots);
    }

    /** The names to try for one, in order. */
    List<String> candidates(String name) {
        if (name.endsWith(".")) {
            return List.of(name);
        }
        Stream<String> asItIs = Stream.of(name + ".");
        Stream<String> extended = searched.stream()
                .filter(domain -> !domain.equals("."))
                .map(domain -> name + "." + domain + (domain.endsWith(".") ? "" : "."));
        boolean first = name.chars().filter(c -> c == '.').count() >= dots;
        return (first ? Stream.concat(asItIs, extended) : Stream.concat(extended, asItIs)).toList();
    }
}
