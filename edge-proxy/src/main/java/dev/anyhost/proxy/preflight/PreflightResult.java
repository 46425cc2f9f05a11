package dev.anyhost.proxy.preflight;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What a look before an order gave. */
public sealed interface PreflightResult {

    /** The directory URLs of authorities that CAA records forbid, while others may issue. */
    default Set<String> forbidden() {
        return Set.of();
    }

    /** An authority will see what it must see. */
    record Passed(Set<String> forbidden) implements PreflightResult {

        /** Keeps a copy. */
        public Passed {
            forbidden = Set.copyOf(forbidden);
        }
    }

    /** An order would fail. */
    record Failed(Fault fault, String message) implements PreflightResult {}

    /** Something couldn't be asked, and nothing that was seen speaks against an order. */
    record Unknown(String reason, Set<String> forbidden) implements PreflightResult {

        /** Keeps a copy. */
        public Unknown {
            forbidden = Set.copyOf(forbidden);
        }
    }

    /** What the customer must mend; each is named as the domain service's checks name it. */
    enum Fault {
        /** The name has no address. */
        NO_RECORDS,
        /** It is an alias of somebody else's name, and nobody answers there. */
        CNAME_ELSEWHERE,
        /** Its aliases lead in a circle. */
        CNAME_LOOP,
        /** Somebody else answers at its addresses, or nobody does and they aren't ours. */
        ADDRESS_ELSEWHERE,
        /** We answer at its IPv4 addresses, somebody else at an IPv6 address, which authorities try first. */
        STALE_AAAA,
        /** CAA records forbid the authority, or the ways in which we show control. */
        CAA_REFUSES;

        /** The word in the store, in the log and in the domain's summary. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The fault with this word. */
        public static Optional<Fault> of(String text) {
            return Arrays.stream(values())
                    .filter(fault -> fault.text().equals(text))
                    .findFirst();
        }
    }
}
