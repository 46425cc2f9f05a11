package dev.anyhost.infra.config;

import dev.anyhost.settings.ConfigSection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A region in which proxies run.
 *
 * @param name such as {@code us-east-1}
 * @param zones letters of the availability zones
 * @param cidr the private network; nothing else is reached from it, so that regions may use the same
 * @param egress how tasks reach authorities, function URLs and origins
 * @param natGateways at most one for each zone
 * @param dial per cent of the visitors nearest to this region that Global Accelerator sends here
 * @param fleets the proxies; two while one replaces the other (blue/green)
 */
public record Region(
        String name, List<String> zones, String cidr, Egress egress, int natGateways, int dial, List<Fleet> fleets) {

    static final String NAME_EXPECTED = "an AWS region, such as us-east-1";

    private static final Pattern NAME = Pattern.compile("[a-z]{2}(-[a-z]+)+-[0-9]{1,2}");
    private static final Pattern ZONE = Pattern.compile("[a-z]");
    private static final Pattern NETWORK =
            Pattern.compile("10(\\.([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5]))\\.0\\.0/16");

    /** Keeps copies. */
    public Region {
        zones = List.copyOf(zones);
        fleets = List.copyOf(fleets);
    }

    /** How tasks reach the world. */
    public enum Egress {
        /** IPv4 by NAT gateways. */
        NAT,
        /** IPv4 by NAT gateways and, for what has no IPv4 address, IPv6 by an egress-only gateway. */
        DUAL_STACK
    }

    static Optional<String> parseName(String text) {
        return Optional.of(text).filter(name -> NAME.matcher(name).matches());
    }

    static Region of(ConfigSection section) {
        List<String> zones = section.list(
                "zones",
                List.of("a", "b"),
                "letters of availability zones, such as a",
                text -> Optional.of(text).filter(zone -> ZONE.matcher(zone).matches()));
        if (zones.size() < 2 || zones.stream().distinct().count() < zones.size()) {
            section.mistake("zones", zones.toString(), "at least two different ones: one may fail");
        }
        return new Region(
                section.required("region", "us-east-1", NAME_EXPECTED, Region::parseName),
                zones,
                section.value(
                        "cidr",
                        "10.0.0.0/16",
                        "10.N.0.0/16",
                        text -> Optional.of(text)
                                .filter(cidr -> NETWORK.matcher(cidr).matches())),
                section.choice("egress", Egress.NAT, Map.of("nat", Egress.NAT, "dual-stack", Egress.DUAL_STACK)),
                section.integer("nat-gateways", zones.size(), 1, Math.max(1, zones.size())),
                section.integer("traffic-dial", 100, 0, 100),
                fleets(section));
    }

    private static List<Fleet> fleets(ConfigSection section) {
        List<Fleet> fleets = section.sections("fleets").stream().map(Fleet::of).toList();
        if (fleets.isEmpty()) {
            section.mistake("fleets", section.isAbsent("fleets") ? "missing" : "[]", "at least one");
        }
        if (fleets.stream().map(Fleet::name).distinct().count() < fleets.size()) {
            section.mistake("fleets", fleets.stream().map(Fleet::name).toList().toString(), "each name once");
        }
        return fleets;
    }

    /** How many Elastic IPs it takes: each fleet's balancer has one in each zone, each NAT gateway one. */
    public int elasticAddresses() {
        return fleets.size() * (zones.size() + natGateways);
    }

    /** The full names of the zones. */
    public List<String> zoneNames() {
        return zones.stream().map(zone -> name + zone).toList();
    }
}
