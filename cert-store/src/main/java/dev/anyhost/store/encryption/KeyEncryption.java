package dev.anyhost.store.encryption;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.KmsEnvelopeAead;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import com.google.crypto.tink.subtle.AesGcmJce;
import dev.anyhost.store.aws.AwsCalls;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsClient;

/**
 * Envelope encryption with one or more wrapping keys: the first encrypts, all decrypt.
 *
 * <p>Every item gets a fresh data key (Google Tink's {@link KmsEnvelopeAead}, AES-256-GCM), and the wrapping key, from a
 * file or in AWS KMS, encrypts only that. What the ciphertext is for, such as a certificate's key for one hostname, is
 * bound to it as associated data <em>of the outer envelope</em>: a ciphertext that was moved to another hostname's row
 * doesn't decrypt, whichever wrapping key is in use, and no hostname is told to KMS. The id of the wrapping key is stored
 * beside the ciphertext, which keeps two things apart that must never be confused: a key that isn't here or doesn't
 * answer ({@link OpenResult.KeyUnavailable}: wait), and a key that says no ({@link OpenResult.NotAuthentic}: the item
 * was damaged).
 *
 * <p>A KMS key's id is its ARN, and the replicas of a multi-Region key count as one key. A file key's id is a fingerprint.
 * To change keys: add the new one as second everywhere, then make it the first everywhere, and drop the old one when the
 * last certificate under it was renewed.
 *
 * <p>Safe for use by many threads; with a KMS key every call blocks for at most {@link AwsCalls#WHOLE_CALL}.
 */
public final class KeyEncryption implements AutoCloseable {

    private final List<WrappingKey> keys;
    private final List<KmsClient> clients;

    private KeyEncryption(List<WrappingKey> keys, List<KmsClient> clients) {
        this.keys = List.copyOf(keys);
        this.clients = List.copyOf(clients);
    }

    /** What a configuration of keys comes to. */
    public sealed interface Configured {

        /** The keys can be used, as far as can be seen without asking KMS. */
        record Usable(KeyEncryption encryption) implements Configured {}

        /** They can't; all mistakes at once. */
        record Unusable(List<Mistake> mistakes) implements Configured {}
    }

    /**
     * A mistake in the configuration.
     *
     * @param value what was given; it holds no secret
     * @param expected what should have been
     */
    public record Mistake(String value, String expected) {}

    private record WrappingKey(String id, String identity, Aead envelope) {}

    /**
     * Reads the configuration; no network.
     *
     * @param specs {@code kms:<key ARN>} or {@code file:<path>}, at least one
     * @param base the folder that relative paths start at
     */
    public static Configured of(List<String> specs, Path base) {
        return of(
                specs,
                base,
                region -> KmsClient.builder()
                        .region(Region.of(region))
                        .httpClientBuilder(AwsCalls.http())
                        .overrideConfiguration(AwsCalls.limits().build())
                        .build());
    }

    /** As {@link #of(List, Path)}, with a KMS client of the caller's making for each region; it is closed with this. */
    public static Configured of(List<String> specs, Path base, Function<String, KmsClient> kmsIn) {
        List<KeySpec> read =
                specs.stream().map(spec -> KeySpec.read(spec, base)).toList();
        List<Mistake> mistakes = new ArrayList<>();
        for (int i = 0; i < specs.size(); i++) {
            if (read.get(i) instanceof KeySpec.Unusable(String expected)) {
                mistakes.add(new Mistake(specs.get(i), expected));
            }
        }
        if (specs.isEmpty()) {
            mistakes.add(new Mistake("[]", "at least one " + KeySpec.EXPECTED));
        }
        return mistakes.isEmpty()
                ? new Configured.Usable(withKeys(read, kmsIn))
                : new Configured.Unusable(List.copyOf(mistakes));
    }

    private static KeyEncryption withKeys(List<KeySpec> specs, Function<String, KmsClient> kmsIn) {
        List<WrappingKey> keys = new ArrayList<>();
        List<KmsClient> clients = new ArrayList<>();
        for (KeySpec spec : specs) {
            switch (spec) {
                case KeySpec.Kms(String arn, String region) -> {
                    KmsClient client = kmsIn.apply(region);
                    clients.add(client);
                    keys.add(new WrappingKey(arn, identity(arn), envelope(new KmsKey(client, arn))));
                }
                case KeySpec.Local(String id, Plaintext key) -> keys.add(new WrappingKey(id, id, envelope(local(key))));
                case KeySpec.Unusable _ -> throw new IllegalArgumentException("an unusable key");
            }
        }
        return new KeyEncryption(keys, clients);
    }

    private static Aead local(Plaintext key) {
        try (key) {
            return new AesGcmJce(key.bytes());
        } catch (GeneralSecurityException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    private static Aead envelope(Aead wrapping) {
        try {
            AeadConfig.register();
            return KmsEnvelopeAead.create(PredefinedAeadParameters.AES256_GCM, wrapping);
        } catch (GeneralSecurityException tinkIsIncomplete) {
            throw new IllegalStateException(tinkIsIncomplete);
        }
    }

    private static String identity(String keyId) {
        return KeySpec.KmsArn.parse(keyId).map(KeySpec.KmsArn::identity).orElse(keyId);
    }

    /** The ids of all keys, the encrypting one first. */
    public List<String> keyIds() {
        return keys.stream().map(WrappingKey::id).toList();
    }

    /** Whether this is an id of the key that encrypts. */
    public boolean encryptsWith(String keyId) {
        return keys.getFirst().identity().equals(identity(keyId));
    }

    /**
     * Encrypts.
     *
     * @param purpose what the secret is for; {@link #open} must be told the same
     */
    public SealResult seal(Plaintext secret, String purpose) {
        WrappingKey key = keys.getFirst();
        try {
            byte[] sealed = key.envelope().encrypt(secret.bytes(), associatedData(purpose));
            return new SealResult.Sealed(key.id(), new Ciphertext(sealed));
        } catch (GeneralSecurityException failed) {
            return new SealResult.KeyUnavailable(key.id(), String.valueOf(failed.getMessage()));
        }
    }

    /**
     * Decrypts. Total: any bytes give an answer.
     *
     * @param keyId the id that {@link #seal} gave
     */
    public OpenResult open(String keyId, byte[] ciphertext, String purpose) {
        Optional<WrappingKey> key = keys.stream()
                .filter(one -> one.identity().equals(identity(keyId)))
                .findFirst();
        if (key.isEmpty()) {
            return new OpenResult.KeyUnavailable(keyId, "not among the configured keys " + keyIds());
        }
        try {
            return new OpenResult.Opened(
                    new Plaintext(key.get().envelope().decrypt(ciphertext, associatedData(purpose))));
        } catch (KeyServiceException failed) {
            return new OpenResult.KeyUnavailable(keyId, String.valueOf(failed.getMessage()));
        } catch (GeneralSecurityException notAuthentic) {
            return new OpenResult.NotAuthentic("key " + keyId + " doesn't authenticate it");
        }
    }

    private static byte[] associatedData(String purpose) {
        return purpose.getBytes(StandardCharsets.UTF_8);
    }

    /** Closes the connections to KMS. */
    @Override
    public void close() {
        clients.forEach(KmsClient::close);
    }
}
