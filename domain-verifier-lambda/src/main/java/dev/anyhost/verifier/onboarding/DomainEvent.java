package dev.anyhost.verifier.onboarding;

import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * Something that happened to a hostname and that its operator hears of.
 *
 * @param id the same for every delivery of this event, and for no other event
 * @param at in whole seconds
 * @param tenant whose the hostname was then: it may be another's when the event is delivered
 * @param status the hostname's status afterwards
 * @param cause why it happened, when there is more to say than the type does
 */
public record DomainEvent(String id, Type type, Instant at, String tenant, DomainStatus status, Optional<Cause> cause) {

    /**
     * What made it happen.
     *
     * @param code machine-readable, as in the domain's summary
     * @param message one sentence for people
     */
    public record Cause(String code, String message) {

        /** A check's finding. */
        static Cause of(Finding finding) {
            return new Cause(finding.code().text(), finding.message());
        }
    }

    /** What happened. */
    public enum Type {
        CREATED("domain.created"),
        STATUS_CHANGED("domain.status_changed"),
        CHANGED("domain.changed"),
        REMOVED("domain.removed"),
        CERTIFICATE_ISSUED("certificate.issued"),
        CERTIFICATE_RENEWED("certificate.renewed"),
        CERTIFICATE_FAILED("certificate.failed");

        private final String text;

        Type(String text) {
            this.text = text;
        }

        /** The word in the table and in webhooks. */
        public String text() {
            return text;
        }

        /** The type with this word. */
        public static Optional<Type> of(String text) {
            return Arrays.stream(values())
                    .filter(type -> type.text.equals(text))
                    .findFirst();
        }
    }
}
