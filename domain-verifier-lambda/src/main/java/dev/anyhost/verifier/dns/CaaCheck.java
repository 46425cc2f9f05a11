package dev.anyhost.verifier.dns;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.xbill.DNS.CAARecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/** Whether a certificate authority would be refused by CAA records (RFC 8659). */
final class CaaCheck {

    private static final int CRITICAL = 128;
    private static final int MOST_LABELS = 127;

    private final DnsClient dns;

    CaaCheck(DnsClient dns) {
        this.dns = dns;
    }

    /** What the records say. */
    sealed interface Result {
        record Permitted() implements Result {}

        /** @param at whose records say so */
        record Refused(DnsName at) implements Result {}

        record NotAnswered(DnsAnswer why) implements Result {}
    }

    /** Climbs from the hostname to the first name with CAA records (section 3). */
    Result of(DnsName hostname, Set<String> authorities) {
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
                return permits(relevant, authorities) ? new Result.Permitted() : new Result.Refused(name);
            }
            at = name.parent();
        }
        return new Result.Permitted();
    }

    /** Section 4.2: who is named by an {@code issue} property may; where there is none, everybody may. */
    private static boolean permits(List<CAARecord> relevant, Set<String> authorities) {
        boolean restricted = false;
        boolean named = false;
        for (CAARecord record : relevant) {
            switch (record.getTag().toLowerCase(Locale.ROOT)) {
                case "issue" -> {
                    restricted = true;
                    named |= authorities.contains(issuer(record.getValue()));
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

    private static String issuer(String value) {
        int parameters = value.indexOf(';');
        return (parameters < 0 ? value : value.substring(0, parameters)).strip().toLowerCase(Locale.ROOT);
    }
}
