package dev.anyhost.store.changes;

import java.util.List;

/** What a look into the log gave. */
public sealed interface ChangesSince {

    /** One row: its change, and what tells it from all others. */
    record Entry(String id, Change change) {}

    /** All changes of the time, each once, in no particular order. */
    record Read(List<Entry> entries) implements ChangesSince {

        public Read {
            entries = List.copyOf(entries);
        }
    }

    /** The table gave no usable answer in time. */
    record Unreachable(String reason) implements ChangesSince {}
}
