package dev.anyhost.verifier;

import dev.anyhost.dns.DnsClient;
import dev.anyhost.dns.DnsName;
import dev.anyhost.domain.Hostname;
import dev.anyhost.settings.ConfigReader;
import dev.anyhost.settings.ConfigResult;
import dev.anyhost.settings.ConfigSection;
import dev.anyhost.settings.ConfigValues;
import dev.anyhost.verifier.dns.Edge;
import dev.anyhost.verifier.whitelist.WhitelistSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The verifier's configuration file.
 *
 * @param listen where {@code anyhost verifier} listens
 * @param whitelist where the whitelist is
 * @param changes the proxies' coordination table, where they hear of changes; it is never created here
 * @param edgeDomain the domain whose names customers point theirs at; for the domains API and the DNS checker
 * @param staticAddresses the addresses that apex names point at; for the DNS checker
 * @param resolvers the DNS servers that the checker asks; empty for the system's
 * @param apiKeys the file of bearer keys for the domains API; empty when there is no API
 * @param domainsPerTenant how many domains a tenant may have by the API
 * @param checks how hostnames are looked after
 */
public record VerifierSettings(
        InetSocketAddress listen,
        WhitelistSettings whitelist,
        WhitelistSettings changes,
        Optional<Hostname> edgeDomain,
        List<InetAddress> staticAddresses,
        List<InetSocketAddress> resolvers,
        Optional<Path> apiKeys,
        int domainsPerTenant,
        CheckSettings checks) {

    /** More than a customer has, and an end to a customer's runaway script. */
    public static final int DEFAULT_DOMAINS_PER_TENANT = 1_000;

    static final String COORDINATION_TABLE = "anyhost-coordination";
    private static final int PORT = 9181;
    private static final int MOST_DOMAINS = 999_999_999;
    private static final String EDGE_DOMAIN_EXPECTED =
            Hostname.EXPECTED + "; the domains API tells customers to point theirs below it";

    /** Reads the file. */
    public static ConfigResult<VerifierSettings> read(Path file, Function<String, Optional<String>> environment) {
        return ConfigReader.read(file, environment, VerifierSettings::of);
    }

    /** Where customers' names must lead; empty without an edge domain. */
    public Optional<Edge> edge() {
        return edgeDomain.map(domain -> new Edge(DnsName.of(domain), staticAddresses, Edge.LETS_ENCRYPT));
    }

    private static VerifierSettings of(ConfigSection root) {
        InetSocketAddress listen =
                root.address("listen", new InetSocketAddress(InetAddress.getLoopbackAddress(), PORT));
        WhitelistSettings whitelist = whitelist(root.section("whitelist"));
        Optional<Path> apiKeys = root.path("api-keys");
        return new VerifierSettings(
                listen,
                whitelist,
                changes(root.section("changes"), whitelist),
                edgeDomain(root, apiKeys.isPresent()),
                root.list("static-addresses", List.of(), ConfigValues.IP_EXPECTED, ConfigValues::ip),
                root.list("resolvers", List.of(), DnsClient.RESOLVER_EXPECTED, DnsClient::resolver),
                apiKeys,
                root.integer("domains-per-tenant", DEFAULT_DOMAINS_PER_TENANT, 1, MOST_DOMAINS),
                CheckSettings.of(root));
    }

    private static Optional<Hostname> edgeDomain(ConfigSection root, boolean needed) {
        return needed
                ? root.required(
                        "edge-domain",
                        Optional.empty(),
                        EDGE_DOMAIN_EXPECTED,
                        text -> Hostname.parse(text).map(Optional::of))
                : root.optional("edge-domain", Hostname.EXPECTED, Hostname::parse);
    }

    private static WhitelistSettings whitelist(ConfigSection section) {
        return new WhitelistSettings(
                section.text("region", WhitelistSettings.DEFAULT_REGION),
                section.url("endpoint"),
                table(section, WhitelistSettings.DEFAULT_TABLE),
                section.flag("create-tables", false));
    }

    /** Beside the whitelist unless configured. */
    private static WhitelistSettings changes(ConfigSection section, WhitelistSettings whitelist) {
        return new WhitelistSettings(
                section.text("region", whitelist.region()),
                section.url("endpoint").or(whitelist::endpoint),
                table(section, COORDINATION_TABLE),
                false);
    }

    private static String table(ConfigSection section, String name) {
        return section.value(
                "table",
                name,
                WhitelistSettings.TABLE_EXPECTED,
                text -> Optional.of(text).filter(WhitelistSettings::isTableName));
    }
}
