package dev.anyhost.proxy.preflight;

import dev.anyhost.dns.DnsClient;
import dev.anyhost.dns.DnsName;
import dev.anyhost.settings.ConfigSection;
import dev.anyhost.settings.ConfigValues;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How much is looked at before an order.
 *
 * @param enabled whether anything is
 * @param edgeDomain the domain below which customers' CNAME targets are; with neither it nor static addresses, only what
 *     answers at a name decides
 * @param staticAddresses ours, for names that can't be a CNAME
 * @param resolvers the name servers to ask; empty for the system's
 * @param caaIdentities what CAA records call authorities that aren't known by their directories, such as a private one; with
 *     none, no record says anything about those
 * @param port where http-01 is answered as the world sees it
 * @param tlsPort the same for tls-alpn-01
 * @param allowPrivate whether addresses that aren't global may be asked
 */
public record PreflightSettings(
        boolean enabled,
        Optional<DnsName> edgeDomain,
        List<InetAddress> staticAddresses,
        List<InetSocketAddress> resolvers,
        Set<String> caaIdentities,
        int port,
        int tlsPort,
        boolean allowPrivate) {

    private static final String IDENTITY_EXPECTED = "a domain that CAA records may name, such as letsencrypt.org";

    /** Keeps copies. */
    public PreflightSettings {
        staticAddresses = List.copyOf(staticAddresses);
        resolvers = List.copyOf(resolvers);
        caaIdentities = Set.copyOf(caaIdentities);
    }

    /** Reads the section {@code acme.preflight}. */
    public static PreflightSettings of(ConfigSection section) {
        return new PreflightSettings(
                section.flag("enabled", true),
                section.optional("edge-domain", DnsName.EXPECTED, DnsName::parse),
                section.list("static-addresses", List.of(), ConfigValues.IP_EXPECTED, ConfigValues::ip),
                section.list("resolvers", List.of(), DnsClient.RESOLVER_EXPECTED, DnsClient::resolver),
                section.list("caa-identities", List.of(), IDENTITY_EXPECTED, PreflightSettings::identity).stream()
                        .collect(Collectors.toUnmodifiableSet()),
                section.integer("port", 80, 1, 65_535),
                section.integer("tls-port", 443, 1, 65_535),
                section.flag("allow-private", false));
    }

    /** What CAA records call an authority; empty when they can't name it. */
    Set<String> identities(String directory) {
        Set<String> known = AuthorityIdentities.of(directory);
        return known.isEmpty() ? caaIdentities : known;
    }

    private static Optional<String> identity(String text) {
        return DnsName.parse(text).map(DnsName::value);
    }
}
