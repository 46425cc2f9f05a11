package dev.anyhost.store;

import java.util.List;
import java.util.Optional;

/** One page of a list. */
public sealed interface ListPage<T> {

    /**
     * Some lines; hardly ever more than were asked for.
     *
     * @param next where the list goes on; empty at its end
     */
    record Lines<T>(List<T> lines, Optional<ListCursor> next) implements ListPage<T> {

        public Lines {
            lines = List.copyOf(lines);
        }
    }

    /** The table couldn't be asked. */
    record Unreachable<T>(String reason) implements ListPage<T> {}
}
