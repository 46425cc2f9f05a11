package dev.anyhost.verifier.events;

import dev.anyhost.domain.Hostname;
import dev.anyhost.verifier.onboarding.DomainEvent;
import dev.anyhost.verifier.onboarding.Entry;
import dev.anyhost.verifier.onboarding.Outbox;
import dev.anyhost.verifier.whitelist.FindResult;
import dev.anyhost.verifier.whitelist.UpdateResult;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers one hostname's events in their order: each at least once, and again with the same id when it isn't known whether
 * it arrived. A failed one is tried again after 1 minute, then twice as long each time up to 6 hours, and given up 3 days
 * after it happened.
 */
public final class Delivery {

    private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);
    private static final Duration FIRST_PAUSE = Duration.ofMinutes(1);
    private static final Duration LONGEST_PAUSE = Duration.ofHours(6);
    private static final Duration GIVEN_UP_AFTER = Duration.ofDays(3);
    private static final int DOUBLINGS = 9;

    private final Whitelist whitelist;
    private final Optional<Webhook> webhook;
    private final InstantSource clock;

    /** @param webhook without one, events are dropped */
    public Delivery(Whitelist whitelist, Optional<Webhook> webhook, InstantSource clock) {
        this.whitelist = whitelist;
        this.webhook = webhook;
        this.clock = clock;
    }

    /** What came of a hostname's events. */
    public enum Outcome {
        /** Nothing is left to deliver. */
        DONE,
        /** Something is, for later. */
        LATER
    }

    /** Delivers what is due, until nothing is left or one fails. Blocks for 10 s an event at most. */
    public Outcome deliver(Hostname hostname) {
        while (true) {
            Optional<Entry> found = find(hostname);
            if (found.isEmpty() || !isDue(found.get().outbox())) {
                return found.isEmpty() || found.get().outbox().events().isEmpty() ? Outcome.DONE : Outcome.LATER;
            }
            Entry entry = found.get();
            Outbox rest = afterTrying(entry);
            switch (whitelist.update(entry, entry.delivered(rest))) {
                case UpdateResult.Updated() -> {
                    if (rest.attempts() > 0 || rest.events().isEmpty()) {
                        return rest.events().isEmpty() ? Outcome.DONE : Outcome.LATER;
                    }
                }
                case UpdateResult.Changed() -> LOG.info("{}: an event may have been delivered twice", hostname);
                case UpdateResult.Unreachable(String reason) -> {
                    LOG.warn("{}: an event may be delivered again: {}", hostname, reason);
                    return Outcome.LATER;
                }
            }
        }
    }

    private Optional<Entry> find(Hostname hostname) {
        return switch (whitelist.findConsistent(hostname)) {
            case FindResult.Found(var domain) -> Optional.of(domain);
            case FindResult.Left(var removed) -> Optional.of(removed);
            case FindResult.Absent _, FindResult.Unreadable _, FindResult.Unreachable _ -> Optional.empty();
        };
    }

    private boolean isDue(Outbox outbox) {
        return outbox.due().filter(due -> !due.isAfter(clock.instant())).isPresent();
    }

    private Outbox afterTrying(Entry entry) {
        Outbox outbox = entry.outbox();
        Instant now = clock.instant();
        if (webhook.isEmpty()) {
            return outbox.emptied();
        }
        DomainEvent event = outbox.events().getFirst();
        return switch (webhook.get().call(entry, event, now)) {
            case Webhook.Result.Delivered() -> outbox.withoutFirst(now);
            case Webhook.Result.Failed(String reason) -> afterFailure(outbox, event, now, reason);
        };
    }

    private static Outbox afterFailure(Outbox outbox, DomainEvent event, Instant now, String reason) {
        if (!now.isBefore(event.at().plus(GIVEN_UP_AFTER))) {
            LOG.error("Event {} is given up after {} attempts: {}", event.id(), outbox.attempts() + 1, reason);
            return outbox.withoutFirst(now);
        }
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(outbox.attempts(), DOUBLINGS));
        Instant again = now.plus(pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause);
        LOG.warn("Event {} was not delivered and is tried again at {}: {}", event.id(), again, reason);
        return outbox.tryAgainAt(again);
    }
}
