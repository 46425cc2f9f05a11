package dev.anyhost.proxy.renewal;

import dev.anyhost.proxy.issuance.IssuanceTime;
import dev.anyhost.store.PartLeases.PartState;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which parts may be taken: those that are given back and due, and those whose holder shows no sign of life while we watch,
 * on our own monotonic clock. For one thread.
 */
final class PartWatch {

    /** Three signs of life that didn't come. */
    private static final Duration TERM = Duration.ofSeconds(15);

    private final IssuanceTime time;
    private final Map<String, Seen> seen = new HashMap<>();

    PartWatch(IssuanceTime time) {
        this.time = time;
    }

    private record Seen(PartState state, long sinceNanos) {}

    List<PartState> free(List<PartState> states) {
        long now = time.nanos().getAsLong();
        return states.stream().filter(state -> isFree(state, now)).toList();
    }

    private boolean isFree(PartState state, long now) {
        if (!state.held()) {
            seen.remove(state.part());
            return !state.next().isAfter(time.clock().instant());
        }
        Seen known = seen.get(state.part());
        if (known == null || !known.state().equals(state)) {
            seen.put(state.part(), new Seen(state, now));
            return false;
        }
        return now - known.sinceNanos() >= TERM.toNanos();
    }
}
