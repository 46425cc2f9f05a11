package dev.anyhost.store;

/** What became of an operator's wish to have a certificate renewed. */
public sealed interface WishResult {

    /** It is due then. */
    record Noted() implements WishResult {}

    /** There is a newer one, or none. */
    record Superseded() implements WishResult {}

    /** The store gave no usable answer in time. */
    record Unreachable(String reason) implements WishResult {}
}
