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
 * @param noted the ids of the last {@link #REMEMBERED} changes in the log that events were made of, oldest first: the log
 *     is read again and again
 */
public record Outbox(List<DomainEvent> events, int attempts, Optional<Instant> due, List<String> noted) {

    /** More than any hostname goes through while an operator mends an endpoint. */
    public static final int LARGEST = 20;

    /** More certificates than one hostname gets in the time that the log is read again. */
    public static final int REMEMBERED = 8;

    public static final Outbox EMPTY = new Outbox(List.of(), 0, Optional.empty(), List.of());

    /** Keeps copies. */
    public Outbox {
        events = List.copyOf(events);
        noted = List.copyOf(noted);
    }

    Outbox and(DomainEvent event) {
        List<DomainEvent> all = last(LARGEST, events, event);
        boolean firstWasLost = all.size() <= events.size();
        return new Outbox(all, firstWasLost ? 0 : attempts, due.or(() -> Optional.of(event.at())), noted);
    }

    /** Remembers a change in the log; {@link #hasNoted} tells. */
    Outbox noting(String change) {
        return new Outbox(events, attempts, due, last(REMEMBERED, noted, change));
    }

    boolean hasNoted(String change) {
        return noted.contains(change);
    }

    private static <T> List<T> last(int most, List<T> list, T next) {
        List<T> all = new ArrayList<>(list);
        all.add(next);
        return all.subList(Math.max(0, all.size() - most), all.size());
    }

    /** Without the first, which was delivered or given up. */
    public Outbox withoutFirst(Instant now) {
        return events.size() <= 1
                ? emptied()
                : new Outbox(
                        events.subList(1, events.size()),
                        0,
                        Optional.of(Instant.ofEpochSecond(now.getEpochSecond())),
                        noted);
    }

    /** Without any event. */
    public Outbox emptied() {
        return new Outbox(List.of(), 0, Optional.empty(), noted);
    }

    /** The first was tried in vain. */
    public Outbox tryAgainAt(Instant time) {
        return new Outbox(events, attempts + 1, Optional.of(Instant.ofEpochSecond(time.getEpochSecond())), noted);
    }
}
