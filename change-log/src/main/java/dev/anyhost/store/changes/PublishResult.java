package dev.anyhost.store.changes;

/** What became of a change that was to be told. */
public sealed interface PublishResult {

    /** Every instance will read it. */
    record Published() implements PublishResult {}

    /** The table gave no usable answer in time: instances hear of it when what they remember has aged. */
    record Unreachable(String reason) implements PublishResult {}
}
