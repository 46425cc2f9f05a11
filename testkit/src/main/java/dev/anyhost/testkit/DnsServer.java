package dev.anyhost.testkit;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A real DNS server on loopback (UDP and TCP) whose answers a test sets: pebble's challenge test server. Names that
 * nothing was said about have the default IPv4 address 127.0.0.1 and no IPv6 address. Host names may be given with or
 * without the final dot.
 */
public final class DnsServer implements AutoCloseable {

    private static final String PROGRAM = "pebble-challtestsrv";
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final ChildProcess process;
    private final InetSocketAddress address;
    private final URI management;
    private final HttpClient http = HttpClient.newHttpClient();
    private final JsonMapper json = JsonMapper.builder().build();

    private DnsServer(ChildProcess process, int port, int managementPort) {
        this.process = process;
        this.address = new InetSocketAddress(Ports.loopback(), port);
        this.management = URI.create("http://127.0.0.1:" + managementPort);
    }

    /** Starts one, with the program found on PATH. */
    public static DnsServer start() {
        return start(PebblePrograms.onPath());
    }

    /**
     * Starts one; it answers when this returns.
     *
     * @throws ChildFailed when the program is missing or doesn't come up
     */
    public static DnsServer start(PebblePrograms programs) {
        List<String> listener = programs.dnsListenerOption();
        return Ports.startOnFree(2, ports -> {
            ChildProcess process = ChildProcess.start(command(programs, listener, ports.getFirst(), ports.getLast()));
            try {
                process.awaitPort(ports.getFirst(), LIMIT);
                process.awaitPort(ports.getLast(), LIMIT);
                return new DnsServer(process, ports.getFirst(), ports.getLast());
            } catch (ChildFailed e) {
                process.close();
                throw e;
            }
        });
    }

    private static List<String> command(PebblePrograms programs, List<String> listener, int port, int managementPort) {
        List<String> command = new ArrayList<>(List.of(
                programs.challengeServer().toString(),
                "-defaultIPv4",
                "127.0.0.1",
                "-defaultIPv6",
                "",
                "-http01",
                "",
                "-https01",
                "",
                "-tlsalpn01",
                "",
                "-management",
                "127.0.0.1:" + managementPort));
        command.addAll(listener);
        command.add("127.0.0.1:" + port);
        return command;
    }

    /** Where it answers queries. */
    public InetSocketAddress address() {
        return address;
    }

    /** Where its answers are set, over HTTP; see challtestsrv's own documentation. */
    public URI management() {
        return management;
    }

    /** The address of names that have none of their own; empty for none. */
    public void setDefaultIpv4(String ip) {
        post("/set-default-ipv4", Map.of("ip", ip));
    }

    /** The address of names that have none of their own; empty for none. */
    public void setDefaultIpv6(String ip) {
        post("/set-default-ipv6", Map.of("ip", ip));
    }

    /** Adds A records. */
    public void addA(String host, String... addresses) {
        post("/add-a", Map.of("host", fqdn(host), "addresses", addresses));
    }

    /** Adds AAAA records. */
    public void addAaaa(String host, String... addresses) {
        post("/add-aaaa", Map.of("host", fqdn(host), "addresses", addresses));
    }

    /** Makes {@code host} an alias. */
    public void setCname(String host, String target) {
        post("/set-cname", Map.of("host", fqdn(host), "target", fqdn(target)));
    }

    /** Lets every query for {@code host} fail with SERVFAIL. */
    public void setServfail(String host) {
        post("/set-servfail", Map.of("host", fqdn(host)));
    }

    /** Adds a CAA record (RFC 8659), for example {@code issue} and {@code letsencrypt.org}. */
    public void addCaa(String host, String tag, String value) {
        var policy = Map.of("tag", tag, "value", value);
        post("/add-caa", Map.of("host", fqdn(host), "policies", List.of(policy)));
    }

    /** Adds a TXT record. */
    public void setTxt(String host, String value) {
        post("/set-txt", Map.of("host", fqdn(host), "value", value));
    }

    /** Forgets all that was said about {@code host}; its addresses are the default ones again. */
    public void clear(String host) {
        for (String kind : List.of("a", "aaaa", "cname", "servfail", "caa", "txt")) {
            post("/clear-" + kind, Map.of("host", fqdn(host)));
        }
    }

    /** How many queries for {@code host} arrived, of any type. */
    public int queries(String host) {
        String withoutDot = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        JsonNode history = json.readTree(post("/dns-request-history", Map.of("host", withoutDot)));
        return history.size();
    }

    /** Ends it as a crash would: resolvers then get no answer. */
    public void kill() {
        process.kill();
    }

    @Override
    public void close() {
        http.close();
        process.close();
    }

    private String post(String path, Map<String, ?> body) {
        HttpRequest request = HttpRequest.newBuilder(management.resolve(path))
                .timeout(LIMIT)
                .POST(HttpRequest.BodyPublishers.ofString(json.writeValueAsString(body)))
                .build();
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IllegalArgumentException(path + " " + body + ": " + response.statusCode());
            }
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException(PROGRAM + " is gone", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new InterruptedIOException(path));
        }
    }

    private static String fqdn(String host) {
        return host.endsWith(".") ? host : host + ".";
    }
}
