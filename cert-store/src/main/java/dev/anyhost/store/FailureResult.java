package dev.anyhost.store;

/** What is remembered of a hostname's failed attempts. */
public sealed interface FailureResult {

    /** The last attempt failed. */
    record Remembered(IssuanceFailure failure) implements FailureResult {}

    /** There is no failure since the last certificate. */
    record None() implements FailureResult {}

    /** The store gave no usable answer in time. */
    record Unreachable(String reason) implements FailureResult {}
}
