package dev.anyhost.store;

/** What the store says of one hostname's certificate without its key. */
public sealed interface FactsResult {

    record Found(CertificateFacts facts) implements FactsResult {}

    /** There is none. */
    record Absent() implements FactsResult {}

    /**
     * There is an item that isn't a certificate for this hostname.
     *
     * @param version 0 when the item has none
     */
    record Damaged(long version, String reason) implements FactsResult {}

    /** The store gave no usable answer in time, or the item is in a format of a later release. */
    record Unreachable(String reason) implements FactsResult {}
}
