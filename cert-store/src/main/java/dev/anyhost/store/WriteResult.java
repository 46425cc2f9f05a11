package dev.anyhost.store;

/** What became of a certificate's write. */
public sealed interface WriteResult {

    /** It is stored, as this version. */
    record Written(long version) implements WriteResult {}

    /**
     * Another write was there first.
     *
     * @param winner what is stored instead, as read from the refused write's answer
     */
    record Superseded(FindResult winner) implements WriteResult {}

    /**
     * A later holder of the lease has written: this one slept too long.
     *
     * @param byFence the token of the lease that wrote last
     */
    record Fenced(long byFence) implements WriteResult {}

    /** The store or the key service gave no usable answer in time; the write may or may not have happened. */
    record Unreachable(String reason) implements WriteResult {}
}
