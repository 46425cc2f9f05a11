package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import dev.anyhost.store.encryption.KeyEncryption;
import dev.anyhost.store.encryption.Plaintext;
import dev.anyhost.store.encryption.SealResult;
import java.security.cert.CertificateException;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;

/**
 * Certificates as items of one replica, written only in place of the version that was seen and under no lower fence.
 *
 * @param replaces the condition under which an item is of the version that was seen, {@code :seen}
 */
record CertificateRows(DynamoTable table, KeyEncryption keys, String replaces) {

    /** Where the version that was seen is the item's own. */
    static final String THE_VERSION_SEEN = "version = :seen";

    /** Where it may be that of another row for the same hostname, which may have got ahead of this one. */
    static final String NO_LATER_VERSION = "(attribute_not_exists(version) OR version <= :seen)";

    private static final String NOT_FENCED = "(attribute_not_exists(fence) OR fence <= :fence)";

    FindResult find(Hostname hostname, boolean consistent) {
        try {
            return CertificateItem.read(hostname, table.get(table.key(hostname), consistent), keys);
        } catch (SdkException failed) {
            return new FindResult.Unreachable(table.unreachable(failed));
        }
    }

    /** As {@link IssuedCertificates#put} has it. */
    WriteResult put(NewCertificate next, long replacesVersion, Lease lease) {
        if (!lease.hostname().equals(next.hostname())) {
            throw new IllegalArgumentException(lease.hostname() + " leased, " + next.hostname() + " to be written");
        }
        next.fault().ifPresent(fault -> {
            throw new IllegalArgumentException(next.hostname() + ": " + fault);
        });
        try (Plaintext pkcs8 = new Plaintext(next.key().getEncoded())) {
            return switch (keys.seal(pkcs8, CertificateItem.purpose(next.hostname()))) {
                case SealResult.Sealed privateKey -> put(next, replacesVersion, lease, privateKey);
                case SealResult.KeyUnavailable(String keyId, String reason) ->
                    new WriteResult.Unreachable("key " + keyId + ": " + reason);
            };
        }
    }

    private WriteResult put(NewCertificate next, long replacesVersion, Lease lease, SealResult.Sealed privateKey) {
        String attempt = DynamoTable.newAttempt();
        Map<String, AttributeValue> item = item(next, replacesVersion + 1, lease.token(), privateKey);
        item.put(DynamoTable.ATTEMPT, Attributes.text(attempt));
        Map<String, AttributeValue> values = new HashMap<>();
        values.put(":fence", Attributes.number(lease.token()));
        if (replacesVersion != 0) {
            values.put(":seen", Attributes.number(replacesVersion));
        }
        String seen = replacesVersion == 0 ? "attribute_not_exists(version)" : replaces;
        try {
            table.dynamo()
                    .putItem(request -> request.tableName(table.name())
                            .item(item)
                            .conditionExpression(seen + " AND " + NOT_FENCED)
                            .expressionAttributeValues(values)
                            .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD));
            return new WriteResult.Written(replacesVersion + 1);
        } catch (ConditionalCheckFailedException raced) {
            Map<String, AttributeValue> stored = raced.item();
            if (DynamoTable.bears(stored, attempt)) {
                return new WriteResult.Written(replacesVersion + 1);
            }
            return CertificateItem.fence(stored) > lease.token()
                    ? new WriteResult.Fenced(CertificateItem.fence(stored))
                    : new WriteResult.Superseded(CertificateItem.read(next.hostname(), stored, keys));
        } catch (SdkException failed) {
            return new WriteResult.Unreachable(table.unreachable(failed));
        }
    }

    private Map<String, AttributeValue> item(
            NewCertificate next, long version, long fence, SealResult.Sealed privateKey) {
        try {
            return CertificateItem.write(table.rows(), next, version, fence, privateKey);
        } catch (CertificateException unencodable) {
            throw new IllegalArgumentException(next.hostname() + ": a certificate without encoding", unencodable);
        }
    }
}
