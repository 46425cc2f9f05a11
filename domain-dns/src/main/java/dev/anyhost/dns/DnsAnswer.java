package dev.anyhost.dns;

import java.util.List;
import org.xbill.DNS.Record;

/** What a resolver said to one question. */
public sealed interface DnsAnswer {

    /** Every record of the answer section, the CNAME chain among them; may be empty: there is no such data. */
    record Answered(List<Record> records) implements DnsAnswer {
        public Answered {
            records = List.copyOf(records);
        }
    }

    /** Nobody answered, or nobody could say. */
    record Silent(String reason) implements DnsAnswer {}

    /** Nobody answers who validates, but there is an answer: the zone's signatures don't hold (RFC 4035 section 5.5). */
    record Bogus() implements DnsAnswer {}
}
