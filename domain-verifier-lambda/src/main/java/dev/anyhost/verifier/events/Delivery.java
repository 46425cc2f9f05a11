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
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers one hostname's events in their order: each at least once, and again with the same id when it isn't known whether
 * it arrived. A failed one is tried again after 1 minute, then twice as long each time up to 6 hours, and given up 3 days
 * after it happened. Of two runs at once both may deliver an event, so that a repetition may come after the next event.
 */
public final class Delivery {

    private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);
    private static final Duration FIRST_PAUSE = Duration.ofMinutes(1);
    private static final Duration LONGEST_PAUSE = Duration.ofHours(6);
    private static final Duration GIVEN_UP_AFTER = Duration.ofDays(3);
    private static final int DOUBLINGS = 9;

    /** How often a row is looked at again that others write at the same time. */
    private static final int WRITES = 3;

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
        LATER,
        /** The table couldn't be asked or written; what was delivered may be delivered again. */
        UNREACHABLE
    }

    /** Delivers what is due, until nothing is left, one fails, or time is up. Blocks for 10 s more at most. */
    public Outcome deliver(Hostname hostname, Instant stopAt) {
        Optional<Outcome> end = Optional.empty();
        while (end.isEmpty()) {
            end = switch (whitelist.findConsistent(hostname)) {
                case FindResult.Found(var domain) -> deliverFirst(domain, stopAt);
                case FindResult.Left(var removed) -> deliverFirst(removed, stopAt);
                case FindResult.Absent _ -> Optional.of(Outcome.DONE);
                case FindResult.Unreadable(String reason) -> {
                    LOG.error("Events are stuck: {}", reason);
                    yield Optional.of(Outcome.LATER);
                }
                case FindResult.Unreachable(String reason) -> Optional.of(unreachable(hostname, reason));
            };
        }
        return end.get();
    }

    /** Empty when there may be another to deliver at once. */
    private Optional<Outcome> deliverFirst(Entry entry, Instant stopAt) {
        Outbox outbox = entry.outbox();
        Instant now = clock.instant();
        if (outbox.due().filter(due -> !due.isAfter(now)).isEmpty()) {
            return Optional.of(outbox.events().isEmpty() ? Outcome.DONE : Outcome.LATER);
        }
        if (webhook.isEmpty()) {
            return written(entry, Outbox::emptied);
        }
        if (!now.isBefore(stopAt)) {
            return Optional.of(Outcome.LATER);
        }
        DomainEvent event = outbox.events().getFirst();
        return switch (webhook.get().call(entry.hostname(), event, now)) {
            case Webhook.Result.Delivered() -> written(entry, rest -> without(event, rest));
            case Webhook.Result.Failed(String reason) -> written(entry, afterFailure(outbox, event, reason));
            case Webhook.Result.Interrupted() -> Optional.of(Outcome.LATER);
        };
    }

    /** The first may be another by now: another run delivered it, too. */
    private Outbox without(DomainEvent delivered, Outbox outbox) {
        boolean isFirst = outbox.events().stream()
                .findFirst()
                .filter(first -> first.id().equals(delivered.id()))
                .isPresent();
        return isFirst ? outbox.withoutFirst(clock.instant()) : outbox;
    }

    private Function<Outbox, Outbox> afterFailure(Outbox tried, DomainEvent event, String reason) {
        Instant now = clock.instant();
        if (!now.isBefore(event.at().plus(GIVEN_UP_AFTER))) {
            LOG.error("Event {} is given up after {} attempts: {}", event.id(), tried.attempts() + 1, reason);
            return outbox -> without(event, outbox);
        }
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(tried.attempts(), DOUBLINGS));
        Instant again = now.plus(pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause);
        LOG.warn("Event {} was not delivered and is tried again at {}: {}", event.id(), again, reason);
        // Another run's attempt that counted, or succeeded, counts for both.
        return outbox ->
                outbox.attempts() == tried.attempts() && !without(event, outbox).equals(outbox)
                        ? outbox.tryAgainAt(again)
                        : outbox;
    }

    /** Who lost a race looks again, so that what was delivered is not delivered once more. */
    private Optional<Outcome> written(Entry entry, Function<Outbox, Outbox> change) {
        Optional<Entry> current = Optional.of(entry);
        for (int attempt = 0; attempt < WRITES && current.isPresent(); attempt++) {
            Outbox rest = change.apply(current.get().outbox());
            if (rest.equals(current.get().outbox())) {
                return Optional.empty();
            }
            switch (whitelist.update(current.get(), current.get().delivered(rest))) {
                case UpdateResult.Updated() -> {
                    return rest.events().isEmpty() ? Optional.of(Outcome.DONE) : Optional.empty();
                }
                case UpdateResult.Changed() -> current = again(entry.hostname());
                case UpdateResult.Unreachable(String reason) -> {
                    return Optional.of(unreachable(entry.hostname(), reason));
                }
            }
        }
        LOG.warn("{}: its row changes all the time, so that an event may be delivered again", entry.hostname());
        return Optional.of(Outcome.LATER);
    }

    private Optional<Entry> again(Hostname hostname) {
        return switch (whitelist.findConsistent(hostname)) {
            case FindResult.Found(var domain) -> Optional.of(domain);
            case FindResult.Left(var removed) -> Optional.of(removed);
            case FindResult.Absent _, FindResult.Unreadable _, FindResult.Unreachable _ -> Optional.empty();
        };
    }

    private static Outcome unreachable(Hostname hostname, String reason) {
        LOG.warn("{}: events are for later, and one may be delivered again: {}", hostname, reason);
        return Outcome.UNREACHABLE;
    }
}
