package dev.anyhost.proxy.issuance;

import dev.anyhost.domain.Hostname;
import dev.anyhost.store.OrderBudgets;
import dev.anyhost.store.OrderBudgets.Draw;
import dev.anyhost.store.OrderBudgets.DrawResult;
import dev.anyhost.store.OrderPlace;
import dev.anyhost.store.PauseResult;
import dev.anyhost.store.StoreEffect;
import dev.anyhost.store.TokenLimit;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all instances together may order of one authority: its limits as buckets in the store, and what it said in a
 * Retry-After, which this process needs no look for once it knows. Any thread may call any method.
 */
public final class AuthorityBudget {

    /** How the buckets of one hostname begin. */
    static final String NAMES = "names#";

    static final String FAILURES = "failures#";
    static final String CONSECUTIVE = "consecutive#";

    private static final Logger LOG = LoggerFactory.getLogger(AuthorityBudget.class);

    /** How long the others are asked first after an authority failed. */
    private static final Duration AVOIDED = Duration.ofMinutes(1);

    private final String directory;
    private final OrderLimits limits;
    private final InstantSource clock;
    private final AtomicReference<Optional<Permit.Paused>> pause = new AtomicReference<>(Optional.empty());
    private volatile Instant avoidedUntil = Instant.MIN;

    /** @param directory the directory URL */
    public AuthorityBudget(String directory, OrderLimits limits, InstantSource clock) {
        this.directory = directory;
        this.limits = limits;
        this.clock = clock;
    }

    /** What this process knows of a pause, without a look. */
    public Optional<Permit.Paused> knownPause() {
        return pause.get().filter(known -> known.until().isAfter(clock.instant()));
    }

    /** The authority wants no orders before then. Blocks for one store call; if that fails, this instance obeys alone. */
    public void pause(OrderPlace place, Instant until, String problem) {
        learn(new Permit.Paused(until, problem));
        StoreEffect effect = place.pauses().pause(directory, until, problem);
        LOG.atWarn()
                .addKeyValue("issuer", directory)
                .addKeyValue("until", until)
                .addKeyValue("problem", problem)
                .addKeyValue("shared", effect)
                .log("orders paused");
    }

    /** It failed a moment ago: where there is another, that one goes first for a while. */
    public void avoid() {
        avoidedUntil = clock.instant().plus(AVOIDED);
    }

    public boolean isAvoided() {
        return avoidedUntil.isAfter(clock.instant()) || knownPause().isPresent();
    }

    /** The budget's part in one attempt at a certificate. */
    public Attempt attempt(OrderPlace place, Hostname hostname, Urgency urgency) {
        return new Attempt(place, hostname, urgency);
    }

    private void learn(Permit.Paused news) {
        pause.accumulateAndGet(
                Optional.of(news),
                (before, after) -> before.filter(
                                known -> known.until().isAfter(after.get().until()))
                        .or(() -> after));
    }

    /** Takes what an attempt needs when it needs it, and gives back what it didn't use. For one thread. */
    public final class Attempt implements Permit.Source {

        private final OrderPlace place;
        private final OrderLimits limits;
        private final Hostname hostname;
        private final Urgency urgency;
        private boolean drawn;
        private boolean ordered;

        private Attempt(OrderPlace place, Hostname hostname, Urgency urgency) {
            this.place = place;
            this.limits = place.isHome() ? AuthorityBudget.this.limits : AuthorityBudget.this.limits.ofOneRegion();
            this.hostname = hostname;
            this.urgency = urgency;
        }

        @Override
        public Permit ask(boolean replaces) {
            Optional<Permit.Paused> known = knownPause();
            if (known.isPresent()) {
                return known.get();
            }
            List<Draw> draws = replaces
                    ? List.of()
                    : Stream.concat(all().stream(), failures(false).stream()).toList();
            return draws.isEmpty() ? look() : draw(draws);
        }

        private Permit look() {
            return switch (place.pauses().look(directory)) {
                case PauseResult.Open() -> new Permit.Granted();
                case PauseResult.Paused(Instant until, String problem) -> paused(until, problem);
                case PauseResult.Unreachable(String reason) -> new Permit.Unreachable(reason);
            };
        }

        private Permit draw(List<Draw> draws) {
            return switch (place.budgets().draw(directory, draws)) {
                case DrawResult.Drawn() -> {
                    drawn = true;
                    yield new Permit.Granted();
                }
                case DrawResult.Spent(String bucket, Instant availableAt) -> new Permit.Spent(availableAt, bucket);
                case DrawResult.Paused(Instant until, String problem) -> paused(until, problem);
                case DrawResult.Unreachable(String reason) -> new Permit.Unreachable(reason);
            };
        }

        private Permit paused(Instant until, String problem) {
            var news = new Permit.Paused(until, problem);
            learn(news);
            return news;
        }

        /** What an order and its certificate take. */
        private List<Draw> all() {
            return Stream.concat(
                            limits.orders().map(limit -> taking(OrderBudgets.ORDERS, limit)).stream(),
                            certificate().stream())
                    .toList();
        }

        private List<Draw> certificate() {
            return Stream.of(
                            limits.domain()
                                    .map(limit -> taking(OrderBudgets.domain(RegisteredDomain.of(hostname)), limit)),
                            limits.names().map(limit -> taking(NAMES + hostname, limit)))
                    .flatMap(Optional::stream)
                    .toList();
        }

        private Draw taking(String bucket, TokenLimit limit) {
            return new Draw(bucket, limit, urgency.leaving(limit), true);
        }

        private List<Draw> failures(boolean taking) {
            return Stream.of(
                            limits.failures().map(limit -> new Draw(FAILURES + hostname, limit, 0, taking)),
                            limits.consecutiveFailures()
                                    .map(limit -> new Draw(CONSECUTIVE + hostname, limit, 0, taking)))
                    .flatMap(Optional::stream)
                    .toList();
        }

        /** Counts an order and its certificate that were paid for elsewhere. Blocks. */
        public void orderedElsewhere() {
            charge(all());
        }

        /** The authority has made an order. */
        public void ordered() {
            ordered = true;
        }

        /**
         * Counts a failed authorization, and gives back the certificates that there was none of; where there wasn't even an
         * order, that as well: an authority that is down for an hour must not cost a hostname its share of days. Blocks.
         */
        public void ended(IssuanceOutcome outcome) {
            switch (outcome) {
                case IssuanceOutcome.Issued _, IssuanceOutcome.NotOrdered _ -> {
                    // Nothing was taken in vain.
                }
                case IssuanceOutcome.ChallengeFailed _ -> {
                    charge(failures(true));
                    giveBack(certificate());
                }
                case IssuanceOutcome.Rejected _, IssuanceOutcome.RateLimited _ ->
                    giveBack(ordered ? certificate() : all());
                // An order that is open may be finished yet.
                case IssuanceOutcome.Unavailable _ -> giveBack(ordered ? List.of() : all());
            }
        }

        private void charge(List<Draw> draws) {
            if (!draws.isEmpty()) {
                said(place.budgets().charge(directory, draws), "budget not charged");
            }
        }

        private void giveBack(List<Draw> unused) {
            if (drawn && !unused.isEmpty()) {
                said(place.budgets().giveBack(directory, unused), "unused budget not given back");
            }
        }

        private void said(StoreEffect effect, String failure) {
            if (effect instanceof StoreEffect.Unreachable(String reason)) {
                LOG.atWarn()
                        .addKeyValue("hostname", hostname)
                        .addKeyValue("issuer", directory)
                        .addKeyValue("reason", reason)
                        .log(failure);
            }
        }
    }
}
