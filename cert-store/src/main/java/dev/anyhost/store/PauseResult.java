package dev.anyhost.store;

import java.time.Instant;

/** Whether an authority takes orders. */
public sealed interface PauseResult {

    /** Nothing is known against it. */
    record Open() implements PauseResult {}

    /**
     * It said that it wants none before {@code until}.
     *
     * @param problem what it said
     */
    record Paused(Instant until, String problem) implements PauseResult {}

    /** The store gave no usable answer in time. */
    record Unreachable(String reason) implements PauseResult {}
}
