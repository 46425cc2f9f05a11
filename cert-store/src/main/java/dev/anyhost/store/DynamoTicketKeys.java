package dev.anyhost.store;

import dev.anyhost.store.encryption.KeyEncryption;
import dev.anyhost.store.encryption.Plaintext;
import dev.anyhost.store.tickets.TicketKeyRing;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The ring as one row. A release that writes another format takes another row, so that the one before it isn't disturbed. */
final class DynamoTicketKeys implements SharedTicketKeys {

    private final SealedRow row;

    DynamoTicketKeys(DynamoTable table, Optional<HomeCopies> copies, KeyEncryption keys) {
        this.row = new SealedRow(table, copies, keys, CoordinationKey.TICKET_KEYS, "anyhost TLS ticket keys");
    }

    @Override
    public TicketKeysResult find() {
        return result(row.read());
    }

    @Override
    public TicketKeysResult replace(long version, TicketKeyRing next) {
        try (Plaintext secret = new Plaintext(next.encoded())) {
            return result(row.replace(version, secret));
        }
    }

    private static TicketKeysResult result(SealedRow.Content content) {
        return switch (content) {
            case SealedRow.Content.Opened(Plaintext secret, Map<String, AttributeValue> row) -> ring(secret, row);
            case SealedRow.Content.Absent() -> new TicketKeysResult.Absent();
            case SealedRow.Content.Damaged(String reason, Map<String, AttributeValue> row) ->
                new TicketKeysResult.Damaged(reason, SealedRow.version(row));
            case SealedRow.Content.KeyUnavailable(String keyId, String reason) ->
                new TicketKeysResult.KeyUnavailable(keyId, reason);
            case SealedRow.Content.Unreachable(String reason) -> new TicketKeysResult.Unreachable(reason);
        };
    }

    private static TicketKeysResult ring(Plaintext secret, Map<String, AttributeValue> row) {
        long version = SealedRow.version(row);
        try (secret) {
            return TicketKeyRing.decode(secret.bytes())
                    .<TicketKeysResult>map(ring -> new TicketKeysResult.Found(ring, version))
                    .orElseGet(() -> new TicketKeysResult.Damaged("it holds no ring of keys", version));
        }
    }
}
