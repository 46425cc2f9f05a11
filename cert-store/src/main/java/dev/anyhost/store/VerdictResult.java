package dev.anyhost.store;

/** What became of a verdict that was to be remembered. */
public sealed interface VerdictResult {

    /** The stored verdict was another one and is replaced. */
    record Recorded() implements VerdictResult {}

    /** The item says so already; its time of refusal stays. */
    record Unchanged() implements VerdictResult {}

    /** There is no item to remember it on. */
    record Absent() implements VerdictResult {}

    /** The store gave no usable answer in time. */
    record Unreachable(String reason) implements VerdictResult {}
}
