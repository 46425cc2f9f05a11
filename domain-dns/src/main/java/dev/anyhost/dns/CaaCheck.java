package dev.anyhost.dns;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.xbill.DNS.CAARecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/** Whether a certificate authority would be refused by CAA records (RFC 8659, with the parameters of RFC 8657). */
public final class CaaCheck {

    private static final String METHODS = "validationmethods=";
    private static final String ACCOUNT = "accounturi=";
    private static final int CRITICAL = 128;
    private static final int MOST_LABELS = 127;

    private final DnsClient dns;

    public CaaCheck(DnsClient dns) {
        this.dns = dns;
    }

    /**
     * Who would issue, and how.
     *
     * @param identities what the records may call the authorities, in lower case (RFC 8659 section 4.2); one of them is enough
     * @param methods the validation methods that may be used (RFC 8657 section 4); empty when that is not known
     * @param account the URL of the account that orders (section 3); empty when that is not known
     */
    public record Applicant(Set<String> identities, Set<String> methods, Optional<String> account) {

        /** Keeps copies. */
        public Applicant {
            identities = Set.copyOf(identities);
            methods = Set.copyOf(methods);
        }

        /** One whose methods and account aren't known. */
        public static Applicant of(Set<String> identities) {
            return new Applicant(identities, Set.of(), Optional.empty());
        }
    }

    /** What the records say. */
    public sealed interface Result {
        record Permitted() implements Result {}

        /** @param at whose records say so */
        record Refused(DnsName at) implements Result {}

        record NotAnswered(DnsAnswer why) implements Result {}
    }

    /** Climbs from the hostname to the first name with CAA records (section 3). */
    public Result of(DnsName hostname, Applicant applicant) {
        Optional<DnsName> at = Optional.of(hostname);
        for (int climbed = 0; at.isPresent() && climbed < MOST_LABELS; climbed++) {
            DnsName name = at.get();
            DnsAnswer answer = dns.ask(name, Type.CAA);
            if (!(answer instanceof DnsAnswer.Answered(List<Record> records))) {
                return new Result.NotAnswered(answer);
            }
            List<CAARecord> relevant = records.stream()
                    .filter(CAARecord.class::isInstance)
                    .map(CAARecord.class::cast)
                    .toList();
            if (!relevant.isEmpty()) {
                return permits(relevant, applicant) ? new Result.Permitted() : new Result.Refused(name);
            }
            at = name.parent();
        }
        return new Result.Permitted();
    }

    /** Section 4.2: who is named by an {@code issue} property may; where there is none, everybody may. */
    private static boolean permits(List<CAARecord> relevant, Applicant applicant) {
        boolean restricted = false;
        boolean named = false;
        for (CAARecord record : relevant) {
            switch (record.getTag().toLowerCase(Locale.ROOT)) {
                case "issue" -> {
                    restricted = true;
                    named |= names(record.getValue(), applicant);
                }
                case "issuewild", "iodef", "contactemail", "contactphone", "issuemail", "issuevmc" -> {
                    // Says nothing about a certificate for this one name.
                }
                default -> {
                    if ((record.getFlags() & CRITICAL) != 0) {
                        return false; // Section 4.1: who doesn't understand a critical property must not issue.
                    }
                }
            }
        }
        return !restricted || named;
    }

    /** Whether an {@code issue} property names the applicant. */
    private static boolean names(String value, Applicant applicant) {
        String[] parts = value.split(";", -1);
        boolean named = applicant.identities().contains(parts[0].strip().toLowerCase(Locale.ROOT));
        return named
                && parameters(parts, METHODS).allMatch(methods -> permitsMethod(methods, applicant))
                && permitsAccount(parameters(parts, ACCOUNT).toList(), applicant);
    }

    private static Stream<String> parameters(String[] parts, String name) {
        return Arrays.stream(parts)
                .skip(1)
                .map(String::strip)
                .filter(parameter -> parameter.toLowerCase(Locale.ROOT).startsWith(name))
                .map(parameter -> parameter.substring(name.length()));
    }

    /** RFC 8657 section 3: the very same URL, and only one. */
    private static boolean permitsAccount(List<String> accounts, Applicant applicant) {
        return accounts.isEmpty()
                || applicant
                        .account()
                        .map(account -> accounts.equals(List.of(account)))
                        .orElse(true);
    }

    private static boolean permitsMethod(String methods, Applicant applicant) {
        return applicant.methods().isEmpty()
                || Arrays.stream(methods.split(",", -1)).map(String::strip).anyMatch(applicant.methods()::contains);
    }
}
