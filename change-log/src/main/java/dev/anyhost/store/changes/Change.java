package dev.anyhost.store.changes;

import dev.anyhost.domain.Hostname;
import java.util.Locale;
import java.util.Optional;

/**
 * Something about a hostname that instances should hear of soon.
 *
 * @param cause why an issuance failed, where its owner can mend it
 */
public record Change(Kind kind, Hostname hostname, Optional<Cause> cause) {

    /** One that needs no cause. */
    public Change(Kind kind, Hostname hostname) {
        this(kind, hostname, Optional.empty());
    }

    /**
     * What stands in the way of a certificate.
     *
     * @param code for machines
     * @param message one sentence for the owner
     * @param served whether a former certificate is served meanwhile
     */
    public record Cause(String code, String message, boolean served) {

        private static final int LONGEST = 1_000;

        /** Cuts a message over 1,000 characters: parts of it come from other people's DNS. */
        public Cause {
            message = message.length() > LONGEST ? message.substring(0, LONGEST) : message;
        }
    }

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
