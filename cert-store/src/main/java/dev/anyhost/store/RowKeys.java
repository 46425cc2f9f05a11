package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * How rows are keyed: in the tables made for them, or together in the certificates' table under a name of their own, which is
 * all that a region has when its home region is away. Keys of the second kind have a {@code |}, which no hostname has, and no
 * two regions write the same ones: replication, by which the last writer wins, never has to choose between them.
 */
sealed interface RowKeys {

    /** Each kind of row in its own table. */
    RowKeys OWN = new Own();

    /** A certificate's item. */
    Map<String, AttributeValue> of(Hostname hostname);

    /** A coordination row. */
    Map<String, AttributeValue> of(CoordinationKey key);

    /** Whose certificate an item is; empty where it is something else. */
    Optional<Hostname> hostname(Map<String, AttributeValue> item);

    /** In which part of the index over certificates an item is. */
    String part(Hostname hostname);

    /** Each kind of row in its own table. */
    record Own() implements RowKeys {

        @Override
        public Map<String, AttributeValue> of(Hostname hostname) {
            return Map.of(CertificateItem.HOSTNAME, Attributes.text(hostname.value()));
        }

        @Override
        public Map<String, AttributeValue> of(CoordinationKey key) {
            return key.attributes();
        }

        @Override
        public Optional<Hostname> hostname(Map<String, AttributeValue> item) {
            return Attributes.text(item, CertificateItem.HOSTNAME).flatMap(Hostname::parse);
        }

        @Override
        public String part(Hostname hostname) {
            return Shards.of(hostname);
        }
    }

    /**
     * All rows in the certificates' table.
     *
     * @param name tells them from others', such as a region
     */
    record Under(String name) implements RowKeys {

        private static final String CERTIFICATE = "|certificate|";

        @Override
        public Map<String, AttributeValue> of(Hostname hostname) {
            return Map.of(CertificateItem.HOSTNAME, Attributes.text(name + CERTIFICATE + hostname.value()));
        }

        @Override
        public Map<String, AttributeValue> of(CoordinationKey key) {
            return Map.of(CertificateItem.HOSTNAME, Attributes.text(name + "|" + key.kind() + "|" + key.subject()));
        }

        @Override
        public Optional<Hostname> hostname(Map<String, AttributeValue> item) {
            return Attributes.text(item, CertificateItem.HOSTNAME)
                    .filter(key -> key.startsWith(name + CERTIFICATE))
                    .flatMap(key -> Hostname.parse(key.substring(name.length() + CERTIFICATE.length())));
        }

        @Override
        public String part(Hostname hostname) {
            return name;
        }
    }
}
