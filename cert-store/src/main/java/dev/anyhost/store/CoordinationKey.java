package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A row of the coordination table: what it is about, and which kind of row it is. The sort key is there for the rows to
 * come that are queried by subject.
 */
record CoordinationKey(String subject, String kind) {

    static final String SUBJECT = "subject";
    static final String KIND = "kind";
    /** Epoch seconds after which a row may vanish; only rows that may vanish have it. */
    static final String EXPIRES = "expires";

    static final String RENEWAL = "renewal";

    private static final String HOST = "host#";

    static final CoordinationKey ACCOUNT = new CoordinationKey("acme", "account");
    static final CoordinationKey CANARY = new CoordinationKey("keys", "canary");
    static final CoordinationKey TICKET_KEYS = new CoordinationKey("tls", "ticket-keys");

    /** Whose lease or challenge a row is. */
    static Optional<Hostname> hostname(String subject) {
        return subject.startsWith(HOST) ? Hostname.parse(subject.substring(HOST.length())) : Optional.empty();
    }

    static CoordinationKey lease(Hostname hostname) {
        return new CoordinationKey(HOST + hostname.value(), "lease");
    }

    static CoordinationKey challenge(Hostname hostname) {
        return new CoordinationKey(HOST + hostname.value(), "challenge");
    }

    static CoordinationKey traffic(Hostname hostname) {
        return new CoordinationKey(HOST + hostname.value(), "traffic");
    }

    static CoordinationKey pause(String issuer) {
        return new CoordinationKey("issuer#" + issuer, "pause");
    }

    /** All buckets of an issuer lie beside each other, so that a query shows them. */
    static CoordinationKey bucket(String issuer, String bucket) {
        return new CoordinationKey("budget#" + issuer, bucket);
    }

    /** All parts lie beside each other, so that one query shows them. */
    static CoordinationKey part(String part) {
        return new CoordinationKey(RENEWAL, part);
    }

    /** What is late in one part lies beside each other. */
    static String late(String part) {
        return "late#" + part;
    }

    static CoordinationKey late(Hostname hostname) {
        return new CoordinationKey(late(Shards.of(hostname)), hostname.value());
    }

    Map<String, AttributeValue> attributes() {
        return Map.of(SUBJECT, Attributes.text(subject), KIND, Attributes.text(kind));
    }
}
