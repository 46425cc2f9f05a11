package dev.anyhost.verifier.dns;

import dev.anyhost.dns.CaaCheck;
import dev.anyhost.dns.DnsAnswer;
import dev.anyhost.dns.DnsName;
import dev.anyhost.dns.Sight;
import dev.anyhost.dns.Sighting;
import dev.anyhost.verifier.onboarding.Finding;
import dev.anyhost.verifier.onboarding.FindingCode;
import dev.anyhost.verifier.onboarding.Registration;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What was seen against what was expected: pure. Each step either ends with a finding or leaves it to the next one. */
final class Judgement {

    private final Expectation expected;

    Judgement(Expectation expected) {
        this.expected = expected;
    }

    /** Where a hostname leads, as far as that is good. */
    enum Way {
        OWN_TARGET(FindingCode.CNAME_OK),
        SHARED_TARGET(FindingCode.SHARED_TARGET_OK),
        OUR_ADDRESSES(FindingCode.APEX_OK),
        THROUGH_CLOUDFLARE(FindingCode.CLOUDFLARE_PROXIED);

        private final FindingCode proven;

        Way(FindingCode proven) {
            this.proven = proven;
        }
    }

    /** Either of two. */
    sealed interface Led {
        record To(Way way) implements Led {}

        record Astray(Finding finding) implements Led {}
    }

    /** Where the hostname leads. What wasn't answered counts only where it could change that. */
    Led way(Sight sight) {
        Optional<Led> byName = byName(sight);
        if (byName.isPresent()) {
            return byName.get();
        }
        Optional<DnsAnswer> unanswered = sight.unanswered();
        return unanswered.isPresent() ? new Led.Astray(notAnswered(unanswered.get())) : byAddress(sight);
    }

    private Optional<Led> byName(Sight sight) {
        DnsName edge = expected.edge().domain();
        Optional<DnsName> ours =
                sight.chain().stream().filter(name -> name.isBelow(edge)).findFirst();
        if (ours.isPresent()) {
            return Optional.of(byTarget(ours.get()));
        }
        return sight.endless()
                ? Optional.of(astray(
                        FindingCode.CNAME_LOOP,
                        "The CNAME records of " + expected.hostname()
                                + " lead in a circle or too far; replace them by a " + RequiredRecord.cname(expected)
                                + "."))
                : Optional.empty();
    }

    private Led byTarget(DnsName target) {
        if (target.equals(expected.target())) {
            return new Led.To(Way.OWN_TARGET);
        }
        if (target.equals(expected.edge().sharedTarget())) {
            return new Led.To(Way.SHARED_TARGET);
        }
        return astray(
                FindingCode.CNAME_OTHER_TENANT,
                expected.hostname() + " leads to " + target + ", which is another account's target; change it to a "
                        + RequiredRecord.cname(expected) + ".");
    }

    private Led byAddress(Sight sight) {
        List<InetAddress> v4 = sight.known(sight.v4());
        List<InetAddress> v6 = sight.known(sight.v6());
        List<InetAddress> strangersV6 = strangers(v6);
        if (v4.isEmpty() && v6.isEmpty()) {
            return sight.chain().isEmpty() ? nothingThere() : elsewhere(sight);
        }
        if (strangers(v4).isEmpty() && strangersV6.isEmpty()) {
            return new Led.To(Way.OUR_ADDRESSES);
        }
        if (!v4.isEmpty() && strangers(v4).isEmpty()) {
            return astray(
                    FindingCode.STALE_AAAA,
                    "The A records of " + expected.hostname() + " are right, but its AAAA record " + listed(strangersV6)
                            + " leads elsewhere, and visitors and the certificate authority may follow it; remove it.");
        }
        boolean cloudflare =
                v4.stream().allMatch(Cloudflare::isProxy) && v6.stream().allMatch(Cloudflare::isProxy);
        return cloudflare ? new Led.To(Way.THROUGH_CLOUDFLARE) : elsewhere(sight);
    }

    private List<InetAddress> strangers(List<InetAddress> addresses) {
        return addresses.stream()
                .filter(address -> !expected.edge().addresses().contains(address))
                .toList();
    }

    private Led nothingThere() {
        return astray(
                FindingCode.NO_RECORDS,
                "There are no records at " + expected.hostname() + " yet; create a " + wanted() + ".");
    }

    private Led elsewhere(Sight sight) {
        if (!sight.chain().isEmpty()) {
            return astray(
                    FindingCode.CNAME_ELSEWHERE,
                    expected.hostname() + " is a CNAME for " + sight.chain().getFirst() + "; change it to a "
                            + RequiredRecord.cname(expected) + ".");
        }
        List<InetAddress> strangers =
                strangers(sight.known(sight.v4()).isEmpty() ? sight.known(sight.v6()) : sight.known(sight.v4()));
        return astray(
                FindingCode.ADDRESS_ELSEWHERE,
                expected.hostname() + " has the address " + listed(strangers) + ", which isn't ours; replace it by a "
                        + wanted() + ".");
    }

    /** The CNAME, or addresses where there can't be one. */
    private String wanted() {
        List<RequiredRecord> addresses = RequiredRecord.addresses(expected);
        String cname = RequiredRecord.cname(expected).toString();
        return addresses.isEmpty()
                ? cname
                : cname + ", or, where your DNS provider takes no CNAME there, "
                        + addresses.stream()
                                .map(record -> record.type() + " " + record.value())
                                .collect(Collectors.joining(" and "));
    }

    /** Whether the TXT record decides, once the way is known. */
    boolean needsText(Way way) {
        Registration.Proof proof = expected.proof();
        return !proof.given() && (proof.required() || way != Way.OWN_TARGET);
    }

    /** What is wrong with the proof; empty when nothing is. */
    Optional<Finding> proof(Sighting.Texts texts) {
        return switch (texts) {
            case Sighting.Texts.NotAnswered(DnsAnswer why) -> Optional.of(notAnswered(why));
            case Sighting.Texts.Known(List<String> known) -> proof(known);
        };
    }

    private Optional<Finding> proof(List<String> texts) {
        if (texts.stream().map(String::strip).anyMatch(expected.proofValue()::equals)) {
            return Optional.empty();
        }
        boolean other = texts.stream().anyMatch(text -> text.strip().startsWith(Registration.Proof.VALUE_PREFIX));
        RequiredRecord record = RequiredRecord.text(expected);
        return Optional.of(
                other
                        ? new Finding(
                                FindingCode.TXT_WRONG,
                                "The TXT record at " + record.name() + " has another value; change it to "
                                        + record.value() + ".")
                        : new Finding(
                                FindingCode.TXT_MISSING,
                                "To prove that " + expected.hostname() + " is yours, create a " + record + "."));
    }

    Finding authorised(CaaCheck.Result caa, Way way) {
        return switch (caa) {
            case CaaCheck.Result.Permitted() -> proven(way);
            case CaaCheck.Result.Refused(DnsName at) -> {
                String authorities = expected.edge().authorities().stream()
                        .sorted()
                        .map(authority -> "0 issue \"" + authority + "\"")
                        .collect(Collectors.joining(" and "));
                yield new Finding(
                        FindingCode.CAA_REFUSES,
                        "The CAA records of " + at + " forbid our certificate authority; add " + authorities + ".");
            }
            case CaaCheck.Result.NotAnswered(DnsAnswer why) -> notAnswered(why);
        };
    }

    private Finding proven(Way way) {
        return new Finding(
                way.proven,
                switch (way) {
                    case OWN_TARGET, SHARED_TARGET, OUR_ADDRESSES ->
                        expected.hostname() + " leads to us; nothing is to be done.";
                    case THROUGH_CLOUDFLARE ->
                        "Cloudflare's proxy stands in front of " + expected.hostname()
                                + "; certificates renew more reliably with the record set to \"DNS only\".";
                });
    }

    private Finding notAnswered(DnsAnswer why) {
        return switch (why) {
            case DnsAnswer.Bogus() ->
                new Finding(
                        FindingCode.DNSSEC_BROKEN,
                        "The DNSSEC signatures of " + expected.hostname()
                                + "'s zone don't hold, so that many resolvers give no answer; mend or remove its DS record.");
            case DnsAnswer.Silent(String reason) -> unavailable(reason);
            case DnsAnswer.Answered _ -> unavailable("the answer was incomplete");
        };
    }

    private Finding unavailable(String reason) {
        return new Finding(
                FindingCode.DNS_UNAVAILABLE,
                "The DNS of " + expected.hostname() + " could not be asked (" + reason
                        + "); it is tried again, and nothing changes until then.");
    }

    private static Led astray(FindingCode code, String message) {
        return new Led.Astray(new Finding(code, message));
    }

    private static String listed(List<InetAddress> addresses) {
        return addresses.stream().limit(4).map(InetAddress::getHostAddress).collect(Collectors.joining(", "));
    }
}
