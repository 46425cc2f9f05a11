package dev.anyhost.store.changes;

import java.time.Instant;
import java.util.List;

/** What a look into the log gave. */
public sealed interface ChangesSince {

    /**
     * One row.
     *
     * @param id tells it from all others
     * @param at when it was written, by the writer's clock, in whole seconds
     */
    record Entry(String id, Instant at, Change change) {}

    /** All changes of the time, each once, in no particular order. */
    record Read(List<Entry> entries) implements ChangesSince {

        public Read {
            entries = List.copyOf(entries);
        }
    }

    /** The table gave no usable answer in time. */
    record Unreachable(String reason) implements ChangesSince {}
}
