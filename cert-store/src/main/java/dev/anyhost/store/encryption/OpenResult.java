package dev.anyhost.store.encryption;

/** What became of a decryption. */
public sealed interface OpenResult {

    /** It was decrypted and is what was encrypted. */
    record Opened(Plaintext plaintext) implements OpenResult {}

    /** The key is known and says that this was not encrypted under it for this purpose. */
    record NotAuthentic(String reason) implements OpenResult {}

    /** No key of this id is configured, or the key service fails: nothing can be said about the ciphertext. */
    record KeyUnavailable(String keyId, String reason) implements OpenResult {}
}
