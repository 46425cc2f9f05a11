package dev.anyhost.proxy.certificate;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.issuance.Authority;
import dev.anyhost.proxy.issuance.AuthorityBudget;
import dev.anyhost.proxy.issuance.IssuanceOutcome;
import dev.anyhost.proxy.issuance.IssuanceRequest;
import dev.anyhost.proxy.issuance.Permit;
import dev.anyhost.proxy.issuance.Urgency;
import dev.anyhost.store.IssuanceFailure;
import dev.anyhost.store.Lease;
import dev.anyhost.store.OrderPlace;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the authorities for one certificate, in their order, until one does its part: the next one is asked when an authority
 * is down, paused or at its limits, and never for what is the customer's own doing.
 */
final class AuthorityRound {

    private static final Logger LOG = LoggerFactory.getLogger(AuthorityRound.class);

    /** How often an account is offered to an authority that doesn't take it. */
    private static final Duration UNTIL_MENDED = Duration.ofMinutes(1);

    private final OrderPlace place;
    private final KeptLease kept;
    private final WantedCertificate wanted;
    private final Hostname hostname;
    private final InstantSource clock;
    private Optional<Instant> earliest = Optional.empty();

    AuthorityRound(OrderPlace place, KeptLease kept, WantedCertificate wanted, InstantSource clock) {
        this.place = place;
        this.clock = clock;
        this.kept = kept;
        this.wanted = wanted;
        this.hostname = kept.lease().hostname();
    }

    /**
     * How it ended.
     *
     * @param outcome the last authority's
     * @param retryAt when the first of those that were paused or at a limit may be asked again; empty if none was
     */
    record Result(IssuanceOutcome outcome, Optional<Instant> retryAt) {}

    /** Blocks, for minutes if need be. */
    Result run() {
        Iterator<Authority> authorities = inOrder().iterator();
        IssuanceOutcome outcome = ask(authorities.next());
        while (isTheAuthoritysDoing(outcome) && authorities.hasNext() && !kept.isLost()) {
            Authority next = authorities.next();
            LOG.atWarn()
                    .addKeyValue("hostname", hostname)
                    .addKeyValue("outcome", outcome)
                    .addKeyValue("next", next.issuer().directory())
                    .log("another authority is asked");
            outcome = ask(next);
        }
        return new Result(outcome, earliest);
    }

    /** Those that failed a moment ago come last. What has time waits for the first, rather than move to another authority. */
    private List<Authority> inOrder() {
        List<Authority> configured = wanted.authorities();
        return wanted.urgency() == Urgency.BULK
                ? configured.subList(0, 1)
                : configured.stream()
                        .sorted(Comparator.comparing(
                                authority -> authority.budget().isAvoided()))
                        .toList();
    }

    private IssuanceOutcome ask(Authority authority) {
        AuthorityBudget.Attempt budget = authority.budget().attempt(place, hostname, wanted.urgency());
        IssuanceOutcome outcome = authority.issuer().issue(request(authority, budget));
        authority.choice().learn(outcome);
        budget.ended(outcome);
        switch (outcome) {
            case IssuanceOutcome.RateLimited limited -> {
                retryAt(limited.retryAt());
                if (!limited.problem().isLimitOfOneName()) {
                    authority
                            .budget()
                            .pause(place, limited.retryAt(), limited.problem().toJson());
                }
            }
            case IssuanceOutcome.NotOrdered(Permit.Withheld why) -> retryAt(why.until());
            case IssuanceOutcome.Unavailable unavailable -> {
                if (unavailable.cause() == IssuanceOutcome.Cause.ACCOUNT_REFUSED) {
                    Instant again = clock.instant().plus(UNTIL_MENDED);
                    retryAt(again);
                    authority.budget().pause(place, again, unavailable.detail());
                } else if (isTheAuthoritysDoing(unavailable)) {
                    authority.budget().avoid();
                }
            }
            case IssuanceOutcome.Issued _, IssuanceOutcome.ChallengeFailed _, IssuanceOutcome.Rejected _ -> {
                // It does its part.
            }
        }
        return outcome;
    }

    private void retryAt(Instant at) {
        earliest = earliest.filter(at::isAfter).or(() -> Optional.of(at));
    }

    private IssuanceRequest request(Authority authority, AuthorityBudget.Attempt budget) {
        String directory = authority.issuer().directory();
        return new IssuanceRequest(
                hostname,
                authority.choice().next(kept.lease().failure().flatMap(IssuanceFailure::challenge), place.isHome()),
                kept.lease()
                        .order()
                        .filter(order -> order.issuer().equals(directory))
                        .map(Lease.PendingOrder::url),
                wanted.replaces(directory),
                budget,
                url -> {
                    budget.ordered();
                    kept.began(new Lease.PendingOrder(directory, url));
                },
                kept::isLost);
    }

    private static boolean isTheAuthoritysDoing(IssuanceOutcome outcome) {
        return switch (outcome) {
            case IssuanceOutcome.RateLimited _, IssuanceOutcome.NotOrdered _ -> true;
            case IssuanceOutcome.Unavailable(IssuanceOutcome.Cause cause, String _) ->
                switch (cause) {
                    case UNREACHABLE,
                            UNTRUSTED,
                            ACCOUNT_REFUSED,
                            AUTHORITY_FAILED,
                            UNUSABLE_ANSWER,
                            WRONG_CERTIFICATE -> true;
                    // After that long the lease is at its end.
                    case TIMED_OUT -> false;
                    case STORE_FAILED, STOPPED -> false;
                };
            case IssuanceOutcome.Issued _, IssuanceOutcome.ChallengeFailed _, IssuanceOutcome.Rejected _ -> false;
        };
    }
}
