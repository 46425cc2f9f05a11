package dev.anyhost.store;

import dev.anyhost.store.encryption.Ciphertext;
import dev.anyhost.store.encryption.KeyEncryption;
import dev.anyhost.store.encryption.OpenResult;
import dev.anyhost.store.encryption.Plaintext;
import dev.anyhost.store.encryption.SealResult;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;

/**
 * A coordination row with a secret: created once and kept, or replaced version by version.
 *
 * @param copies where the row is read when the table can't be
 * @param purpose bound to the secret, so that no row can pass for another
 */
record SealedRow(
        DynamoTable table, Optional<HomeCopies> copies, KeyEncryption keys, CoordinationKey key, String purpose) {

    private static final Logger LOG = LoggerFactory.getLogger(SealedRow.class);

    private static final String SEALED = "sealed";
    private static final String KEY_ID = "key_id";
    private static final String VERSION = "version";

    /** What the row holds. */
    sealed interface Content {
        /** The secret, to be closed, and the row it was in. */
        record Opened(Plaintext secret, Map<String, AttributeValue> row) implements Content {}

        record Absent() implements Content {}

        record Damaged(String reason, Map<String, AttributeValue> row) implements Content {}

        record KeyUnavailable(String keyId, String reason) implements Content {}

        record Unreachable(String reason) implements Content {}
    }

    Content read() {
        try {
            Map<String, AttributeValue> row = table.get(table.key(key), true);
            copies.ifPresent(all -> all.keep(key, row));
            return open(row);
        } catch (SdkException failed) {
            return copies.map(all -> all.find(key))
                    .filter(copy -> !copy.isEmpty())
                    .map(this::open)
                    .orElseGet(() -> new Content.Unreachable(table.unreachable(failed)));
        }
    }

    /** Stores the secret with more attributes beside it, unless there is a row; then what that holds is the answer. */
    Content createIfAbsent(Plaintext secret, Map<String, AttributeValue> beside) {
        return write(
                secret,
                beside,
                put -> put.conditionExpression("attribute_not_exists(" + CoordinationKey.SUBJECT + ")"));
    }

    /**
     * Stores the secret as the next version, unless the row isn't of this one any more; then what that holds is the answer.
     *
     * @param version as {@link #version} gave it; 0 when there was no row
     */
    Content replace(long version, Plaintext secret) {
        return write(secret, Map.of(VERSION, Attributes.number(version + 1)), put -> replaces(version, put));
    }

    private static void replaces(long version, PutItemRequest.Builder put) {
        if (version == 0) {
            put.conditionExpression("attribute_not_exists(version)");
        } else {
            put.conditionExpression("version = :version")
                    .expressionAttributeValues(Map.of(":version", Attributes.number(version)));
        }
    }

    /** The version of a row that is {@link #replace}d; 0 when it has none. */
    static long version(Map<String, AttributeValue> row) {
        return Attributes.number(row, VERSION).orElse(0);
    }

    private Content write(
            Plaintext secret, Map<String, AttributeValue> beside, Consumer<PutItemRequest.Builder> condition) {
        return switch (keys.seal(secret, purpose)) {
            case SealResult.Sealed(String keyId, Ciphertext ciphertext) -> {
                Map<String, AttributeValue> row = new HashMap<>(table.key(key));
                row.putAll(beside);
                row.put(KEY_ID, Attributes.text(keyId));
                row.put(SEALED, Attributes.bytes(ciphertext.bytes()));
                row.put(DynamoTable.ATTEMPT, Attributes.text(DynamoTable.newAttempt()));
                yield put(row, condition);
            }
            case SealResult.KeyUnavailable(String keyId, String reason) -> new Content.KeyUnavailable(keyId, reason);
        };
    }

    private Content put(Map<String, AttributeValue> row, Consumer<PutItemRequest.Builder> condition) {
        try {
            table.dynamo()
                    .putItem(request -> condition.accept(request.tableName(table.name())
                            .item(row)
                            .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)));
            return open(row);
        } catch (ConditionalCheckFailedException raced) {
            // Whether it is another's or, after a lost answer, our own: it is what counts now.
            return open(raced.item());
        } catch (SdkException failed) {
            return new Content.Unreachable(table.unreachable(failed));
        }
    }

    private Content open(Map<String, AttributeValue> row) {
        if (row.isEmpty()) {
            return new Content.Absent();
        }
        Optional<String> keyId = Attributes.text(row, KEY_ID);
        Optional<byte[]> sealed = Attributes.bytes(row, SEALED);
        if (keyId.isEmpty() || sealed.isEmpty()) {
            return new Content.Damaged("it has no key id or no secret", row);
        }
        return switch (keys.open(keyId.get(), sealed.get(), purpose)) {
            case OpenResult.Opened(Plaintext secret) -> new Content.Opened(secret, row);
            case OpenResult.NotAuthentic(String reason) -> new Content.Damaged(reason, row);
            case OpenResult.KeyUnavailable(String id, String reason) -> new Content.KeyUnavailable(id, reason);
        };
    }

    /** Whether the key that encrypts now isn't the one the row was encrypted with. */
    boolean isUnderFormerKey(Content.Opened content) {
        return Attributes.text(content.row(), KEY_ID)
                .filter(id -> !keys.encryptsWith(id))
                .isPresent();
    }

    /**
     * Encrypts the secret anew with the key that encrypts now, since a row that is never renewed would keep a former key
     * in use for ever. When that fails the row stays as it is, which is no worse than before, and the next start tries
     * again.
     */
    void encryptAnew(Content.Opened content) {
        if (!(keys.seal(content.secret(), purpose) instanceof SealResult.Sealed(String keyId, Ciphertext ciphertext))) {
            LOG.warn("the {} in table {} stays under a former key: its key is unavailable", key.kind(), table.name());
            return;
        }
        Map<String, AttributeValue> values = Map.of(
                ":key", Attributes.text(keyId),
                ":sealed", Attributes.bytes(ciphertext.bytes()),
                ":former", content.row().get(SEALED),
                ":attempt", Attributes.text(DynamoTable.newAttempt()));
        try {
            table.dynamo()
                    .updateItem(request -> request.tableName(table.name())
                            .key(table.key(key))
                            .updateExpression("SET key_id = :key, sealed = :sealed, attempt = :attempt")
                            .conditionExpression("sealed = :former")
                            .expressionAttributeValues(values));
        } catch (ConditionalCheckFailedException raced) {
            LOG.debug("the {} in table {} was encrypted anew by another", key.kind(), table.name(), raced);
        } catch (SdkException failed) {
            LOG.warn("the {} stays under a former key: {}", key.kind(), table.unreachable(failed));
        }
    }
}
