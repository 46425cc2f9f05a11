package dev.anyhost.store;

/** What became of a write that has no competitors. */
public sealed interface StoreEffect {

    /** The store is in the wanted state. */
    record Done() implements StoreEffect {}

    /** The store gave no usable answer in time; the write may or may not have happened. */
    record Unreachable(String reason) implements StoreEffect {}
}
