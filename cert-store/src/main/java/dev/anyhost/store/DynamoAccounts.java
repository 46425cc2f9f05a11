package dev.anyhost.store;

import dev.anyhost.store.encryption.KeyEncryption;
import dev.anyhost.store.encryption.Plaintext;
import java.net.URI;
import java.net.URISyntaxException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/** The account as one row: the key encrypted, and a map from issuer to account URL beside it. */
final class DynamoAccounts implements AcmeAccounts {

    private static final String PUBLIC_KEY = "public_key";
    private static final String URLS = "account_urls";

    private final DynamoTable table;
    private final SealedRow row;

    DynamoAccounts(DynamoTable table, Optional<HomeCopies> copies, KeyEncryption keys) {
        this.table = table;
        this.row = row(table, copies, keys);
    }

    static SealedRow row(DynamoTable table, Optional<HomeCopies> copies, KeyEncryption keys) {
        return new SealedRow(table, copies, keys, CoordinationKey.ACCOUNT, "anyhost account key");
    }

    @Override
    public AccountResult find(String issuer) {
        return account(issuer, row.read());
    }

    @Override
    public AccountResult createIfAbsent(String issuer, KeyPair candidate) {
        try (Plaintext secret = new Plaintext(candidate.getPrivate().getEncoded())) {
            return account(
                    issuer,
                    row.createIfAbsent(
                            secret,
                            Map.of(
                                    PUBLIC_KEY,
                                    Attributes.bytes(candidate.getPublic().getEncoded()),
                                    URLS,
                                    AttributeValue.fromM(Map.of()))));
        }
    }

    private static AccountResult account(String issuer, SealedRow.Content content) {
        return switch (content) {
            case SealedRow.Content.Opened(Plaintext secret, Map<String, AttributeValue> row) ->
                account(issuer, secret, row);
            case SealedRow.Content.Absent() -> new AccountResult.Absent();
            case SealedRow.Content.Damaged(String reason, var _) -> new AccountResult.Damaged(reason);
            case SealedRow.Content.KeyUnavailable(String keyId, String reason) ->
                new AccountResult.KeyUnavailable(keyId, reason);
            case SealedRow.Content.Unreachable(String reason) -> new AccountResult.Unreachable(reason);
        };
    }

    private static AccountResult account(String issuer, Plaintext secret, Map<String, AttributeValue> row) {
        try (secret) {
            KeyFactory keys = KeyFactory.getInstance("EC");
            PrivateKey privateKey = keys.generatePrivate(new PKCS8EncodedKeySpec(secret.bytes()));
            PublicKey publicKey = keys.generatePublic(
                    new X509EncodedKeySpec(Attributes.bytes(row, PUBLIC_KEY).orElse(new byte[0])));
            return KeyAndCertificate.isPair(publicKey, privateKey)
                    ? new AccountResult.Found(new AcmeAccount(new KeyPair(publicKey, privateKey), url(issuer, row)))
                    : new AccountResult.Damaged("its public key is another's");
        } catch (GeneralSecurityException unreadable) {
            return new AccountResult.Damaged("its key can't be read");
        }
    }

    /** An unreadable URL is as good as none: registering a known key again gives the URL (RFC 8555 section 7.3.1). */
    private static Optional<URI> url(String issuer, Map<String, AttributeValue> row) {
        Optional<String> text = Attributes.text(Attributes.map(row, URLS), issuer);
        try {
            return text.isPresent() ? Optional.of(new URI(text.get())) : Optional.empty();
        } catch (URISyntaxException unreadable) {
            return Optional.empty();
        }
    }

    @Override
    public StoreEffect recordUrl(String issuer, URI url) {
        try {
            table.dynamo()
                    .updateItem(request -> request.tableName(table.name())
                            .key(table.key(CoordinationKey.ACCOUNT))
                            .updateExpression("SET account_urls.#issuer = :url")
                            .conditionExpression("attribute_exists(account_urls)")
                            .expressionAttributeNames(Map.of("#issuer", issuer))
                            .expressionAttributeValues(Map.of(":url", Attributes.text(url.toString()))));
            return new StoreEffect.Done();
        } catch (ConditionalCheckFailedException noKey) {
            throw new IllegalStateException("an account URL before an account key", noKey);
        } catch (SdkException failed) {
            return new StoreEffect.Unreachable(table.unreachable(failed));
        }
    }
}
