package dev.anyhost.store.changes;

import dev.anyhost.domain.Hostname;
import java.util.Locale;
import java.util.Optional;

/** Something about a hostname that instances should hear of soon. */
public record Change(Kind kind, Hostname hostname) {

    /** What happened. A reader passes over kinds that it doesn't know: they are of a later release. */
    public enum Kind {
        /** It may be served from now on, or may be served in another way: what was remembered against it is void. */
        ACTIVATED,
        /** It is refused from now on, whatever was remembered: ask again. */
        REFUSED,
        /** It isn't registered any more: ask again. */
        REMOVED,
        /** There is a newer certificate in the store. */
        RENEWED,
        /** It has its first certificate. For those who tell its owner; nothing that an instance remembers is void. */
        ISSUED,
        /** No certificate came of an order, and why is on its lease. For those who tell its owner, as well. */
        ISSUANCE_FAILED,
        /** Its failed attempts are forgotten: the next visitor's order may be made at once. */
        FORGIVEN;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Optional<Kind> parse(String label) {
            for (Kind kind : values()) {
                if (kind.label().equals(label)) {
                    return Optional.of(kind);
                }
            }
            return Optional.empty();
        }
    }
}
