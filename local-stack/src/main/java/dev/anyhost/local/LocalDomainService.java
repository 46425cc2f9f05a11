package dev.anyhost.local;

import dev.anyhost.dns.DnsName;
import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import dev.anyhost.proxy.Parts;
import dev.anyhost.testkit.DnsServer;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.verifier.AskHandler;
import dev.anyhost.verifier.CheckSettings;
import dev.anyhost.verifier.FunctionUrlServer;
import dev.anyhost.verifier.VerifierSettings;
import dev.anyhost.verifier.api.ApiKeys;
import dev.anyhost.verifier.api.ApiSettings;
import dev.anyhost.verifier.api.DomainTables;
import dev.anyhost.verifier.api.DomainsHandler;
import dev.anyhost.verifier.api.SharedAddress;
import dev.anyhost.verifier.check.CheckLoop;
import dev.anyhost.verifier.check.LookingAfter;
import dev.anyhost.verifier.dns.Edge;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.whitelist.ProxyNotices;
import dev.anyhost.verifier.whitelist.TableCheck;
import dev.anyhost.verifier.whitelist.Whitelist;
import dev.anyhost.verifier.whitelist.WhitelistSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The domain service on loopback: ask and API at one address, and the checks, against a DNS server that one can set. */
final class LocalDomainService {

    static final DnsName EDGE_DOMAIN = new DnsName("edge.anyhost.example");

    private static final Logger LOG = LoggerFactory.getLogger(LocalDomainService.class);
    private static final String TENANT = "customer";
    private static final String COORDINATION = "anyhost-coordination";
    private static final Duration CHECKS_EVERY = Duration.ofSeconds(2);

    private final FunctionUrlServer server;
    private final Path apiKey;
    private final DnsServer dns;

    private LocalDomainService(FunctionUrlServer server, Path apiKey, DnsServer dns) {
        this.server = server;
        this.apiKey = apiKey;
        this.dns = dns;
    }

    /**
     * Where it is.
     *
     * @param folder keeps the API's key
     */
    record Place(Path folder, int port) {}

    /** Starts it; what it opens is put into {@code parts}. */
    static LocalDomainService start(Parts parts, Place place, DynamoDbLocal database, DnsServer dns)
            throws IOException {
        InstantSource clock = InstantSource.system();
        Whitelist whitelist =
                parts.opened(Whitelist.open(table(database, WhitelistSettings.DEFAULT_TABLE, true), clock));
        if (whitelist.check(true) instanceof TableCheck.NotReady(String reason)) {
            throw new IOException(reason);
        }
        var added = whitelist.add(
                Hostname.parse(LocalStack.ALLOWED).orElseThrow(), TENANT, Route.UNNAMED.origin(), DomainStatus.ACTIVE);
        LOG.info("whitelist: {}", added);
        var tables = new DomainTables(
                whitelist, parts.opened(ProxyNotices.open(table(database, COORDINATION, false), clock)), clock);
        var edge = new Edge(EDGE_DOMAIN, List.of(InetAddress.getLoopbackAddress()), Edge.LETS_ENCRYPT);
        check(parts, tables, edge, dns);
        Path apiKey = place.folder().resolve("api-key.txt");
        var api = new DomainsHandler(
                tables, new ApiSettings(edge, VerifierSettings.DEFAULT_DOMAINS_PER_TENANT), keys(apiKey));
        FunctionUrlServer server = parts.opened(FunctionUrlServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), place.port()),
                new SharedAddress(new AskHandler(whitelist), Optional.of(api)),
                clock));
        return new LocalDomainService(server, apiKey, dns);
    }

    private static WhitelistSettings table(DynamoDbLocal database, String name, boolean create) {
        return new WhitelistSettings(WhitelistSettings.DEFAULT_REGION, Optional.of(database.endpoint()), name, create);
    }

    private static void check(Parts parts, DomainTables tables, Edge edge, DnsServer dns) {
        var run = new LookingAfter(edge, List.of(dns.address()), CheckSettings.DEFAULT.grace(), Optional.empty())
                .run(tables.whitelist(), tables.notices(), tables.clock());
        parts.opened(CheckLoop.start(run, CHECKS_EVERY, tables.clock()));
    }

    /** One operator's key, kept across restarts. */
    private static ApiKeys keys(Path apiKey) throws IOException {
        if (!Files.exists(apiKey)) {
            Files.writeString(apiKey, ApiKeys.generate() + "\n");
        }
        Path hashes = apiKey.resolveSibling("api-keys.txt");
        Files.writeString(hashes, ApiKeys.line(Files.readString(apiKey).strip(), Optional.empty()) + "\n");
        return switch (ApiKeys.read(hashes)) {
            case ApiKeys.Read.Keys(ApiKeys keys) -> keys;
            case ApiKeys.Read.Wrong(String error) -> throw new IOException(error);
        };
    }

    URI uri() {
        return server.uri();
    }

    /** What a person may try next. */
    List<String> nextLines() {
        return List.of(
                "Domains API: scripts/anyhost domains add my.customer.example --tenant me --api " + server.uri()
                        + " --api-key-file " + apiKey,
                "DNS: POST records to " + dns.management()
                        + "/set-cname, {\"host\": \"my.customer.example.\", \"target\": …}");
    }
}
