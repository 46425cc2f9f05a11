package dev.anyhost.verifier.onboarding;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Events that are yet to be delivered, oldest first, at most {@link #LARGEST}: after that the oldest are lost.
 *
 * @param attempts how often the first of them was tried in vain
 * @param due when the first of them is to be tried, in whole seconds; present exactly when there are events
 */
public record Outbox(List<DomainEvent> events, int attempts, Optional<Instant> due) {

    /** More than any hostname goes through while an operator mends an endpoint. */
    public static final int LARGEST = 20;

    public static final Outbox EMPTY = new Outbox(List.of(), 0, Optional.empty());

    /** Keeps a copy. */
    public Outbox {
        events = List.copyOf(events);
    }

    Outbox and(DomainEvent event) {
        List<DomainEvent> all = new ArrayList<>(events);
        all.add(event);
        return new Outbox(
                all.size() > LARGEST ? all.subList(1, all.size()) : all,
                attempts,
                due.or(() -> Optional.of(event.at())));
    }

    /** Without the first, which was delivered or given up. */
    public Outbox withoutFirst(Instant now) {
        return events.size() <= 1
                ? EMPTY
                : new Outbox(
                        events.subList(1, events.size()), 0, Optional.of(Instant.ofEpochSecond(now.getEpochSecond())));
    }

    /** The first was tried in vain. */
    public Outbox tryAgainAt(Instant time) {
        return new Outbox(events, attempts + 1, Optional.of(Instant.ofEpochSecond(time.getEpochSecond())));
    }
}
