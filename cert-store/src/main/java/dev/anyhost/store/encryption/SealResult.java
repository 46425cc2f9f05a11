package dev.anyhost.store.encryption;

/** What became of an encryption. */
public sealed interface SealResult {

    /** It is encrypted under the key of this id. */
    record Sealed(String keyId, Ciphertext ciphertext) implements SealResult {}

    /** The key service fails. */
    record KeyUnavailable(String keyId, String reason) implements SealResult {}
}
