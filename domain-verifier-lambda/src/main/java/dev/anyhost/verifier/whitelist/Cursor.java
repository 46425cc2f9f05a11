package dev.anyhost.verifier.whitelist;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * How far the change log's events are taken over.
 *
 * @param at everything before has been looked at; empty before the first time
 * @param seen ids of the last changes, which are met again because a reader looks back
 */
public record Cursor(Optional<Instant> at, Set<String> seen, long version) {

    /** Keeps a copy. */
    public Cursor {
        seen = Set.copyOf(seen);
    }
}
