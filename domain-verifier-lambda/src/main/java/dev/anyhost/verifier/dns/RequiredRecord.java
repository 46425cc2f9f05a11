package dev.anyhost.verifier.dns;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * A record that a customer creates.
 *
 * @param type such as {@code CNAME}
 * @param name without the final dot
 * @param value as in a zone file, a name without its final dot, a text without quotes
 */
public record RequiredRecord(String type, String name, String value) {

    /**
     * The records that make a hostname work: the CNAME and the TXT record, and the addresses for a name that can't be a
     * CNAME (the top of a zone, RFC 1912 section 2.4), which then stand in for the CNAME.
     */
    public static List<RequiredRecord> of(Expectation expected) {
        List<RequiredRecord> records = new ArrayList<>();
        records.add(cname(expected));
        records.addAll(addresses(expected));
        records.add(text(expected));
        return List.copyOf(records);
    }

    static RequiredRecord cname(Expectation expected) {
        return new RequiredRecord(
                "CNAME", expected.hostname().value(), expected.target().value());
    }

    static List<RequiredRecord> addresses(Expectation expected) {
        return expected.edge().addresses().stream()
                .map(address ->
                        new RequiredRecord(type(address), expected.hostname().value(), address.getHostAddress()))
                .toList();
    }

    static RequiredRecord text(Expectation expected) {
        return new RequiredRecord("TXT", expected.proofName().value(), expected.proofValue());
    }

    private static String type(InetAddress address) {
        return address instanceof Inet4Address ? "A" : "AAAA";
    }

    @Override
    public String toString() {
        return type + " record " + name + " with the value " + value;
    }
}
