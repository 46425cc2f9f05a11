package dev.anyhost.verifier.api;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Policy;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.onboarding.Entry;
import dev.anyhost.verifier.whitelist.ProxyNotices;
import dev.anyhost.verifier.whitelist.Tenants;
import dev.anyhost.verifier.whitelist.UpdateResult;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * What is done to a registered domain: PATCH, DELETE and a check. Each is conditional on the version that was looked at;
 * who lost a race looks again, unless the caller said which version is meant.
 */
final class Changes {

    private static final Logger LOG = LoggerFactory.getLogger(Changes.class);
    private static final Set<String> MEDIA_TYPES = Set.of("application/merge-patch+json", "application/json");

    /** Beyond the checker and the webhooks' run nobody writes a domain often. */
    private static final int ATTEMPTS = 5;

    private final Whitelist whitelist;
    private final ProxyNotices notices;
    private final DomainAnswers answers;
    private final InstantSource clock;

    Changes(DomainTables tables, DomainAnswers answers) {
        this.whitelist = tables.whitelist();
        this.notices = tables.notices();
        this.clock = tables.clock();
        this.answers = answers;
    }

    /** What is to become of a domain. */
    private interface Wish {

        /** Why it can't be for this domain. */
        Optional<Problem> refusal(Domain domain);

        /** The next version, or the very same domain when there is nothing to do. */
        Entry after(Domain domain, Instant now);
    }

    /** What became of a wish. */
    private sealed interface Outcome {
        record Done(Domain before, Entry after) implements Outcome {}

        record Not(ApiAnswer answer) implements Outcome {}
    }

    /** One request about one domain. */
    record Target(Caller caller, Hostname hostname, Optional<String> ifMatch) {}

    ApiAnswer patch(Target target, ApiRequest request) {
        return switch (JsonBody.of(request, MEDIA_TYPES)) {
            case JsonBody.Json(JsonNode json) -> patch(target, json);
            case JsonBody.Unusable(ApiAnswer answer) ->
                answer.status() == 415
                        ? answer.with("Accept-Patch", "application/merge-patch+json") // RFC 5789 section 2.2
                        : answer;
        };
    }

    private ApiAnswer patch(Target target, JsonNode json) {
        return switch (DomainPatch.read(json)) {
            case DomainPatch.Read.Wrong(List<Problem.Mistake> mistakes) -> Problem.invalid(mistakes);
            case DomainPatch.Read.Patch(DomainPatch patch) ->
                patch.block().isPresent() && !(target.caller() instanceof Caller.Admin)
                        ? new Problem(Problem.Kind.FORBIDDEN, "Only the operator blocks and unblocks.").answer()
                        : answer(200, done(target, new Patched(patch)));
        };
    }

    private record Patched(DomainPatch patch) implements Wish {

        @Override
        public Optional<Problem> refusal(Domain domain) {
            boolean unblock = patch.block().isPresent() && !patch.block().get();
            boolean possible = domain.status() == DomainStatus.BLOCKED || domain.status() == DomainStatus.PENDING;
            return unblock && !possible
                    ? Optional.of(new Problem(
                            Problem.Kind.WRONG_STATUS,
                            domain.hostname() + " is " + domain.status().text()
                                    + " (expected: blocked, since only that can be unblocked)."))
                    : Optional.empty();
        }

        @Override
        public Entry after(Domain domain, Instant now) {
            Optional<URI> origin = patch.originOf(domain);
            Policy policy = patch.policyOf(domain);
            boolean same = origin.equals(domain.origin())
                    && policy.equals(domain.registration().policy());
            Domain changed = same ? domain : domain.changed(origin, policy, now);
            return patch.block().map(block -> changed.blocked(block, now)).orElse(changed);
        }
    }

    ApiAnswer check(Target target) {
        return answer(202, done(target, new Checked()));
    }

    private record Checked() implements Wish {

        @Override
        public Optional<Problem> refusal(Domain domain) {
            return domain.status() == DomainStatus.BLOCKED
                    ? Optional.of(new Problem(
                            Problem.Kind.WRONG_STATUS,
                            domain.hostname() + " is blocked by the operator, and blocked hostnames aren't checked."))
                    : Optional.empty();
        }

        /** One that is due is left alone, so that a client's impatience costs no writes. */
        @Override
        public Entry after(Domain domain, Instant now) {
            boolean due = domain.standing()
                    .checks()
                    .next()
                    .filter(next -> !next.isAfter(now))
                    .isPresent();
            return due ? domain : domain.checkRequested(now);
        }
    }

    /**
     * 204 when it was there, else 404, also for who repeats a removal: a 204 for what was never there would tell a tenant
     * that another's name was removed.
     */
    ApiAnswer remove(Target target) {
        return switch (done(target, new Gone())) {
            case Outcome.Done(Domain before, Entry _) -> {
                if (whitelist.tenants().giveBack(before.tenant())
                        instanceof Tenants.Result.Unreachable(String reason)) {
                    LOG.warn("{} is counted one domain too many: {}", before.tenant(), reason);
                }
                yield ApiAnswer.empty(204);
            }
            case Outcome.Not(ApiAnswer answer) -> answer;
        };
    }

    private record Gone() implements Wish {

        @Override
        public Optional<Problem> refusal(Domain domain) {
            return Optional.empty();
        }

        @Override
        public Entry after(Domain domain, Instant now) {
            return domain.removed(now);
        }
    }

    private ApiAnswer answer(int status, Outcome outcome) {
        return switch (outcome) {
            case Outcome.Done(Domain before, Entry after) ->
                answers.one(status, after instanceof Domain domain ? domain : before);
            case Outcome.Not(ApiAnswer answer) -> answer;
        };
    }

    private Outcome done(Target target, Wish wish) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<Outcome> outcome = switch (Visible.of(whitelist, target.caller(), target.hostname())) {
                case Visible.Seen(Domain domain) -> tried(target, wish, domain);
                case Visible.Not(ApiAnswer answer) -> Optional.of(new Outcome.Not(answer));
            };
            if (outcome.isPresent()) {
                return outcome.get();
            }
        }
        return new Outcome.Not(new Problem(
                        Problem.Kind.BUSY, target.hostname() + " changed " + ATTEMPTS + " times meanwhile; repeat it.")
                .answer());
    }

    /** Empty when the domain has changed since it was looked at. */
    private Optional<Outcome> tried(Target target, Wish wish, Domain domain) {
        if (target.ifMatch().filter(tags -> !EntityTag.matches(tags, domain)).isPresent()) {
            return Optional.of(new Outcome.Not(
                    new Problem(Problem.Kind.CHANGED, domain.hostname() + " isn't as the If-Match header says.")
                            .answer()));
        }
        Optional<Problem> refusal = wish.refusal(domain);
        if (refusal.isPresent()) {
            return Optional.of(new Outcome.Not(refusal.get().answer()));
        }
        Entry after = wish.after(domain, clock.instant());
        if (after.equals(domain)) {
            return Optional.of(new Outcome.Done(domain, domain));
        }
        return switch (whitelist.update(domain, after)) {
            case UpdateResult.Updated() -> {
                notices.tell(domain, after);
                yield Optional.of(new Outcome.Done(domain, after));
            }
            case UpdateResult.Changed() -> Optional.empty();
            case UpdateResult.Unreachable(String reason) -> {
                LOG.warn("{}: {}", target.hostname(), reason);
                yield Optional.of(new Outcome.Not(Problem.unavailable()));
            }
        };
    }
}
