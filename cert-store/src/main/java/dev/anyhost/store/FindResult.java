package dev.anyhost.store;

/** What the store has for one hostname. */
public sealed interface FindResult {

    /** A certificate whose key was decrypted and fits; look at its validity yourself. */
    record Found(StoredCertificate certificate) implements FindResult {}

    /** There is none. */
    record Absent() implements FindResult {}

    /**
     * There is an item that can never be used: its key is known but doesn't authenticate it, or key, certificate and
     * hostname don't belong together. It may be replaced, under budget.
     *
     * @param version what {@link CertificateStore#put} has to replace; 0 when the item has none
     * @param reason what is wrong, without secrets
     */
    record Damaged(long version, String reason, LastVerdict lastVerdict) implements FindResult {}

    /**
     * The item's key isn't configured here, or the key service fails. Never a reason to replace the item.
     *
     * @param keyId the id of the key that encrypted the item
     */
    record KeyUnavailable(String keyId, String reason) implements FindResult {}

    /**
     * The store gave no usable answer in time, or the item is in a format of a later release. Never a reason to replace
     * the item.
     */
    record Unreachable(String reason) implements FindResult {}
}
