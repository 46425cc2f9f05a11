package dev.anyhost.proxy.preflight;

import dev.anyhost.dns.CaaCheck;
import dev.anyhost.dns.DnsAnswer;
import dev.anyhost.dns.DnsName;
import dev.anyhost.dns.Sight;
import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.preflight.PreflightResult.Failed;
import dev.anyhost.proxy.preflight.PreflightResult.Fault;
import dev.anyhost.proxy.preflight.PreflightResult.Passed;
import dev.anyhost.proxy.preflight.PreflightResult.Unknown;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What was seen of a hostname, and what it means: pure. Only what was seen speaks against an order. Who couldn't be asked
 * doesn't: the authority sees the hostname from elsewhere.
 *
 * @param sight empty when DNS didn't answer in time
 * @param markers who answers at the addresses, in the order in which an authority tries them; none when nobody was asked
 * @param permissions what CAA records say of each authority, by its directory URL; not empty
 */
record Evidence(
        Hostname hostname,
        Optional<Sight> sight,
        Map<InetAddress, MarkerAnswer> markers,
        Map<String, CaaCheck.Result> permissions) {

    private static final int MOST_NAMED = 4;

    PreflightResult against(PreflightSettings settings) {
        PreflightResult way = sight.<PreflightResult>map(seen -> way(seen, settings))
                .orElseGet(() -> unknown("DNS gave no answer in time"));
        return way instanceof Failed ? way : permitted(way, settings);
    }

    private PreflightResult permitted(PreflightResult way, PreflightSettings settings) {
        if (permissions.values().stream().allMatch(CaaCheck.Result.Refused.class::isInstance)) {
            return refused(settings);
        }
        return permissions.values().stream()
                .filter(CaaCheck.Result.NotAnswered.class::isInstance)
                .<PreflightResult>map(result -> unknown("CAA: " + reason(((CaaCheck.Result.NotAnswered) result).why())))
                .findFirst()
                .orElse(way);
    }

    private Failed refused(PreflightSettings settings) {
        DnsName at = permissions.values().stream()
                .map(result -> ((CaaCheck.Result.Refused) result).at())
                .findFirst()
                .orElseThrow();
        return new Failed(
                Fault.CAA_REFUSES,
                "The CAA records of " + at
                        + " forbid our certificate authority, our way of validation or our account; add "
                        + permissions.keySet().stream()
                                .flatMap(directory -> settings.identities(directory).stream())
                                .distinct()
                                .sorted()
                                .map(identity -> "0 issue \"" + identity + "\"")
                                .collect(Collectors.joining(" or "))
                        + ".");
    }

    private Set<String> forbidden() {
        return permissions.entrySet().stream()
                .filter(entry -> entry.getValue() instanceof CaaCheck.Result.Refused)
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    private Passed passed() {
        return new Passed(forbidden());
    }

    private Unknown unknown(String reason) {
        return new Unknown(reason, forbidden());
    }

    private PreflightResult way(Sight seen, PreflightSettings settings) {
        if (seen.endless()) {
            return new Failed(
                    Fault.CNAME_LOOP, "The CNAME records of " + hostname + " lead in a circle or too far; mend them.");
        }
        if (seen.addresses().isEmpty()) {
            return seen.unanswered()
                    .<PreflightResult>map(why -> unknown(reason(why)))
                    .orElseGet(() -> new Failed(
                            Fault.NO_RECORDS, hostname + " has no address; create the record that leads it to us."));
        }
        Map<InetAddress, String> strange = new LinkedHashMap<>();
        markers.forEach((address, answer) -> {
            if (answer instanceof MarkerAnswer.Strange(String what)) {
                strange.put(address, what);
            }
        });
        if (!strange.isEmpty()) {
            return answeredElsewhere(strange);
        }
        return isOursSomewhere() ? passed() : unanswered(seen, settings);
    }

    private boolean isOursSomewhere() {
        return markers.values().stream().anyMatch(MarkerAnswer.Ours.class::isInstance);
    }

    private Failed answeredElsewhere(Map<InetAddress, String> strange) {
        String what = strange.entrySet().stream()
                .limit(MOST_NAMED)
                .map(entry -> entry.getKey().getHostAddress() + " answers " + entry.getValue())
                .collect(Collectors.joining(", "));
        boolean stale = strange.keySet().stream().allMatch(Inet6Address.class::isInstance) && isOursSomewhere();
        return stale
                ? new Failed(
                        Fault.STALE_AAAA,
                        "The IPv6 address of " + hostname + " isn't ours (" + what
                                + "), and the certificate authority tries it first; remove the AAAA record.")
                : new Failed(
                        Fault.ADDRESS_ELSEWHERE,
                        "Not all addresses of " + hostname + " are ours (" + what + "); change its DNS records.");
    }

    /** Nobody answered, or nobody was asked: DNS alone may still say that an order is in vain. */
    private PreflightResult unanswered(Sight seen, PreflightSettings settings) {
        boolean judged =
                settings.edgeDomain().isPresent() || !settings.staticAddresses().isEmpty();
        if (leadsToUs(seen, settings)) {
            return markers.isEmpty() ? passed() : silent();
        }
        return judged && seen.unanswered().isEmpty() ? elsewhere(seen) : silent();
    }

    private static boolean leadsToUs(Sight seen, PreflightSettings settings) {
        boolean byName = settings.edgeDomain()
                .filter(edge -> seen.chain().stream().anyMatch(name -> name.isBelow(edge)))
                .isPresent();
        return byName || settings.staticAddresses().containsAll(seen.addresses());
    }

    private Failed elsewhere(Sight seen) {
        return seen.chain().isEmpty()
                ? new Failed(
                        Fault.ADDRESS_ELSEWHERE,
                        hostname + " has the address "
                                + seen.addresses().getFirst().getHostAddress()
                                + ", which isn't ours; change its DNS records.")
                : new Failed(
                        Fault.CNAME_ELSEWHERE,
                        hostname + " is a CNAME for " + seen.chain().getFirst()
                                + ", which doesn't lead to us; change it.");
    }

    private Unknown silent() {
        return unknown(markers.isEmpty() ? "nobody was asked" : markers.toString());
    }

    private static String reason(DnsAnswer why) {
        return switch (why) {
            case DnsAnswer.Silent(String reason) -> reason;
            case DnsAnswer.Bogus() -> "the zone's DNSSEC signatures don't hold";
            case DnsAnswer.Answered _ -> "the answer was incomplete";
        };
    }
}
