package dev.anyhost.proxy.issuance;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.challenge.ChallengeBoard;
import dev.anyhost.proxy.challenge.ChallengeType;
import dev.anyhost.proxy.issuance.IssuanceOutcome.Cause;
import dev.anyhost.proxy.issuance.IssuanceOutcome.ChallengeFailed;
import dev.anyhost.store.StoreEffect;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.shredzone.acme4j.Authorization;
import org.shredzone.acme4j.Order;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.challenge.Challenge;
import org.shredzone.acme4j.challenge.TokenChallenge;
import org.shredzone.acme4j.exception.AcmeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows control of a hostname to the authority (RFC 8555 section 7.5), with one challenge type. */
final class AuthorizationStep {

    private static final Logger LOG = LoggerFactory.getLogger(AuthorizationStep.class);

    /** Problems of a validation that no other challenge type would heal. */
    private static final List<String> REJECTIONS = List.of("caa", "rejectedIdentifier", "unsupportedIdentifier");

    private final Hostname hostname;
    private final ChallengeType preferred;
    private final ChallengeBoard board;
    private final AttemptPace pace;
    private final AuthorityFailures failures;

    AuthorizationStep(IssuanceRequest request, ChallengeBoard board, AttemptPace pace, AuthorityFailures failures) {
        this.hostname = request.hostname();
        this.preferred = request.preferred();
        this.board = board;
        this.pace = pace;
        this.failures = failures;
    }

    /** Returns the type that the authority accepted, now or earlier. */
    ChallengeType authorize(Order order) throws AcmeException, AttemptEndedException, InterruptedException {
        Authorization authorization = only(order);
        authorization.fetch();
        if (authorization.getStatus() == Status.PENDING) {
            Challenge challenge = choose(authorization);
            answer(authorization, challenge);
        }
        return switch (authorization.getStatus()) {
            case VALID -> worked(authorization);
            case INVALID -> throw new AttemptEndedException(failure(authorization));
            default ->
                throw AttemptEndedException.unavailable(
                        Cause.UNUSABLE_ANSWER, "authorization is " + authorization.getStatus());
        };
    }

    private static Authorization only(Order order) throws AttemptEndedException {
        List<Authorization> authorizations = order.getAuthorizations();
        if (authorizations.size() != 1) {
            throw AttemptEndedException.unavailable(
                    Cause.UNUSABLE_ANSWER, "order with " + authorizations.size() + " authorizations (expected: 1)");
        }
        return authorizations.getFirst();
    }

    private Challenge choose(Authorization authorization) throws AttemptEndedException {
        return offered(authorization, preferred)
                .orElseThrow(() -> new AttemptEndedException(new ChallengeFailed(
                        preferred, AcmeProblem.plain(Optional.empty(), "the authority doesn't offer " + preferred))));
    }

    private void answer(Authorization authorization, Challenge challenge)
            throws AcmeException, AttemptEndedException, InterruptedException {
        switch (preferred) {
            case HTTP_01 -> trigger(authorization, challenge);
            case TLS_ALPN_01 -> {
                String keyAuthorization = keyAuthorization(challenge);
                post(keyAuthorization);
                try {
                    trigger(authorization, challenge);
                } finally {
                    if (authorization.getStatus() != Status.VALID) {
                        withdraw(keyAuthorization);
                    }
                }
            }
        }
    }

    private void trigger(Authorization authorization, Challenge challenge)
            throws AcmeException, AttemptEndedException, InterruptedException {
        pace.check();
        challenge.trigger();
        pace.pause(AttemptPace.FIRST_DELAY);
        pace.settled(authorization, Set.of(Status.PENDING, Status.PROCESSING));
    }

    private void post(String keyAuthorization) throws AttemptEndedException {
        if (board.post(hostname, keyAuthorization, pace.left()) instanceof StoreEffect.Unreachable(String reason)) {
            throw AttemptEndedException.unavailable(Cause.STORE_FAILED, reason);
        }
    }

    /** One that was accepted is spent: it expires by itself, which saves each issuance a call to the store. */
    private void withdraw(String keyAuthorization) {
        if (board.withdraw(hostname, keyAuthorization) instanceof StoreEffect.Unreachable(String reason)) {
            LOG.atWarn()
                    .addKeyValue("hostname", hostname)
                    .addKeyValue("reason", reason)
                    .log("challenge not withdrawn, it will expire");
        }
    }

    private static String keyAuthorization(Challenge challenge) throws AttemptEndedException {
        if (challenge instanceof TokenChallenge withToken) {
            return withToken.getAuthorization();
        }
        throw AttemptEndedException.unavailable(Cause.UNUSABLE_ANSWER, "challenge without a token");
    }

    private static Optional<Challenge> offered(Authorization authorization, ChallengeType type) {
        return authorization.getChallenges().stream()
                .filter(challenge -> challenge.getType().equals(type.label()))
                .findFirst();
    }

    /** An authority may accept an earlier validation (RFC 8555 section 7.4): then it says which. */
    private ChallengeType worked(Authorization authorization) {
        return authorization.getChallenges().stream()
                .filter(challenge -> challenge.getStatus() == Status.VALID)
                .flatMap(challenge -> ChallengeType.parse(challenge.getType()).stream())
                .findFirst()
                .orElse(preferred);
    }

    private IssuanceOutcome failure(Authorization authorization) {
        AcmeProblem problem = authorization.getChallenges().stream()
                .flatMap(challenge -> challenge.getError().stream())
                .map(AcmeProblem::of)
                .findFirst()
                .orElseGet(() -> AcmeProblem.plain(Optional.empty(), "the authorization is invalid"));
        boolean notTheChallenge =
                REJECTIONS.stream().anyMatch(problem::is) || problem.is("rateLimited") || problem.is("serverInternal");
        return notTheChallenge ? failures.outcome(problem) : new ChallengeFailed(preferred, problem);
    }
}
