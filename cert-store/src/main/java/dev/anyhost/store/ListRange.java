package dev.anyhost.store;

import java.time.Instant;
import java.util.Optional;

/**
 * Which page of a list.
 *
 * @param after where the page before ended; empty for the first
 * @param until nothing that is sorted behind this; what is left out costs nothing. Empty for everything
 */
public record ListRange(Optional<ListCursor> after, Optional<Instant> until) {

    /** The first page of everything. */
    public static final ListRange ALL = new ListRange(Optional.empty(), Optional.empty());

    /** The page after this one. */
    public ListRange from(ListCursor next) {
        return new ListRange(Optional.of(next), until);
    }
}
