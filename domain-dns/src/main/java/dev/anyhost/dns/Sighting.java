package dev.anyhost.dns;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;

/** Looks at names, and at what their resolvers say of them: total, and bounded whatever comes back. */
public final class Sighting {

    /** Longer chains are no resolver's, and nobody's on purpose. */
    private static final int LONGEST_CHAIN = 16;

    private static final int MOST_TEXTS = 100;

    private final DnsClient dns;

    public Sighting(DnsClient dns) {
        this.dns = dns;
    }

    /** The whole chain, and all addresses at its end. */
    public Sight of(DnsName hostname) {
        return both(walk(hostname, Type.A, Optional.empty()), walk(hostname, Type.AAAA, Optional.empty()));
    }

    /** @param end a chain that comes to a name below it has arrived: what lies beyond is ours */
    public Sight of(DnsName hostname, DnsName end) {
        Walk v4 = walk(hostname, Type.A, Optional.of(end));
        if (v4.hasArrived(Optional.of(end))) {
            return new Sight(v4.chain, false, v4.part(), new Sight.Part.Known(List.of()));
        }
        return both(v4, walk(hostname, Type.AAAA, Optional.of(end)));
    }

    private static Sight both(Walk v4, Walk v6) {
        List<DnsName> chain = v4.chain.size() >= v6.chain.size() ? v4.chain : v6.chain;
        return new Sight(chain, v4.endless || v6.endless, v4.part(), v6.part());
    }

    /** The texts at a name, or why they aren't known. */
    public sealed interface Texts {
        record Known(List<String> texts) implements Texts {
            public Known {
                texts = List.copyOf(texts);
            }
        }

        record NotAnswered(DnsAnswer why) implements Texts {}
    }

    /** Every TXT record with its strings joined (RFC 7208 section 3.3 and everybody else), bytes as Latin-1. */
    public Texts texts(DnsName name) {
        return switch (dns.ask(name, Type.TXT)) {
            case DnsAnswer.Answered(List<Record> records) ->
                new Texts.Known(records.stream()
                        .filter(TXTRecord.class::isInstance)
                        .limit(MOST_TEXTS)
                        .map(text -> joined((TXTRecord) text))
                        .toList());
            case DnsAnswer.Silent silent -> new Texts.NotAnswered(silent);
            case DnsAnswer.Bogus bogus -> new Texts.NotAnswered(bogus);
        };
    }

    private static String joined(TXTRecord record) {
        var joined = new StringBuilder();
        record.getStringsAsByteArrays().forEach(bytes -> joined.append(new String(bytes, StandardCharsets.ISO_8859_1)));
        return joined.toString();
    }

    /** One way along a chain. */
    private static final class Walk {
        private final List<DnsName> chain = new ArrayList<>();
        private final List<InetAddress> addresses = new ArrayList<>();
        private boolean endless;
        private Optional<DnsAnswer> unanswered = Optional.empty();

        boolean hasArrived(Optional<DnsName> end) {
            return !chain.isEmpty() && end.filter(chain.getLast()::isBelow).isPresent();
        }

        Sight.Part part() {
            return unanswered
                    .<Sight.Part>map(Sight.Part.NotAnswered::new)
                    .orElseGet(() -> new Sight.Part.Known(addresses));
        }
    }

    private Walk walk(DnsName start, int type, Optional<DnsName> end) {
        var walk = new Walk();
        Optional<DnsName> at = Optional.of(start);
        while (at.isPresent() && !walk.endless && !walk.hasArrived(end)) {
            DnsAnswer answer = dns.ask(at.get(), type);
            if (!(answer instanceof DnsAnswer.Answered(List<Record> records))) {
                walk.unanswered = Optional.of(answer);
                return walk;
            }
            at = follow(start, at.get(), records, walk);
        }
        return walk;
    }

    /** Follows what one answer has of the chain; returns the name to ask for next, when the answer ends too early. */
    private static Optional<DnsName> follow(DnsName start, DnsName asked, List<Record> records, Walk walk) {
        DnsName at = asked;
        Optional<DnsName> next = target(at, records);
        while (next.isPresent()) {
            if (next.get().equals(start) || walk.chain.contains(next.get()) || walk.chain.size() >= LONGEST_CHAIN) {
                walk.endless = true;
                return Optional.empty();
            }
            at = next.get();
            walk.chain.add(at);
            next = target(at, records);
        }
        walk.addresses.addAll(addresses(at, records));
        return walk.addresses.isEmpty() && !at.equals(asked) ? Optional.of(at) : Optional.empty();
    }

    private static Optional<DnsName> target(DnsName owner, List<Record> records) {
        return records.stream()
                .filter(record -> record instanceof CNAMERecord && isOf(owner, record.getName()))
                .flatMap(record ->
                        DnsName.parse(((CNAMERecord) record).getTarget().toString()).stream())
                .findFirst();
    }

    private static List<InetAddress> addresses(DnsName owner, List<Record> records) {
        return records.stream()
                .filter(record -> isOf(owner, record.getName()))
                .<InetAddress>mapMulti((record, found) -> {
                    switch (record) {
                        case ARecord a -> found.accept(a.getAddress());
                        case AAAARecord aaaa -> found.accept(aaaa.getAddress());
                        default -> {
                            // Signatures and the like.
                        }
                    }
                })
                .toList();
    }

    private static boolean isOf(DnsName owner, Name name) {
        return DnsName.parse(name.toString()).filter(owner::equals).isPresent();
    }
}
