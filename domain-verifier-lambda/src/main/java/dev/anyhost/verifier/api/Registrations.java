package dev.anyhost.verifier.api;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Policy;
import dev.anyhost.domain.Route;
import dev.anyhost.verifier.UnicodeHostname;
import dev.anyhost.verifier.onboarding.Application;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.whitelist.AddResult;
import dev.anyhost.verifier.whitelist.FindResult;
import dev.anyhost.verifier.whitelist.Tenants;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.net.URI;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** {@code POST /v1/domains}: first registered, then verified, so that a customer can be told what to create in DNS. */
final class Registrations {

    private static final Logger LOG = LoggerFactory.getLogger(Registrations.class);
    private static final Set<String> MEDIA_TYPES = Set.of("application/json");

    private final Whitelist whitelist;
    private final DomainAnswers answers;
    private final long quota;

    Registrations(Whitelist whitelist, DomainAnswers answers, long quota) {
        this.whitelist = whitelist;
        this.answers = answers;
        this.quota = quota;
    }

    /** @param anyPolicy whether none was named, so that a repeat may find whichever */
    private record Wanted(Application application, boolean anyPolicy, Caller caller) {

        Hostname hostname() {
            return application.hostname();
        }

        String tenant() {
            return application.tenant();
        }

        boolean isSameAs(Domain there) {
            return there.registration().isSameAs(application.tenant(), application.origin())
                    && (anyPolicy || there.registration().policy().equals(application.policy()));
        }
    }

    ApiAnswer create(Caller caller, ApiRequest request) {
        return switch (JsonBody.of(request, MEDIA_TYPES)) {
            case JsonBody.Json(JsonNode json) -> create(caller, Members.of(json));
            case JsonBody.Unusable(ApiAnswer answer) -> answer;
        };
    }

    private ApiAnswer create(Caller caller, Members members) {
        Optional<Hostname> hostname = members.text("hostname", UnicodeHostname.EXPECTED, UnicodeHostname::parse);
        if (!members.has("hostname")) {
            members.mistake("hostname", "missing", UnicodeHostname.EXPECTED);
        }
        Optional<String> tenant = tenant(caller, members);
        Optional<URI> origin = DomainPatch.origin(members);
        boolean anyPolicy = !members.has("policy");
        Policy policy = DomainPatch.policy(members);
        members.reportUnknown();
        if (!members.mistakes().isEmpty() || hostname.isEmpty() || tenant.isEmpty()) {
            return Problem.invalid(members.mistakes());
        }
        var application = new Application(hostname.get(), tenant.get(), origin, policy);
        return caller.mayHave(tenant.get())
                ? register(new Wanted(application, anyPolicy, caller))
                : new Problem(Problem.Kind.FORBIDDEN, "This key registers only its own tenant's hostnames.").answer();
    }

    private static Optional<String> tenant(Caller caller, Members members) {
        Optional<String> named = members.text(
                "tenant", Route.TENANT_EXPECTED, text -> Optional.of(text).filter(Route::isTenant));
        if (members.has("tenant")) {
            return named;
        }
        return switch (caller) {
            case Caller.Admin() -> {
                members.mistake("tenant", "missing", Route.TENANT_EXPECTED);
                yield Optional.empty();
            }
            case Caller.Tenant(String own) -> Optional.of(own);
        };
    }

    /** Looks before it counts: a repeat is answered even when the tenant has all that it may have. */
    private ApiAnswer register(Wanted wanted) {
        return switch (whitelist.findConsistent(wanted.hostname())) {
            case FindResult.Found(Domain there) -> occupied(wanted, there);
            case FindResult.Absent(), FindResult.Left _ -> count(wanted);
            case FindResult.Unreadable(String reason) -> unreadable(wanted, reason);
            case FindResult.Unreachable(String reason) -> unreachable(wanted, reason);
        };
    }

    private ApiAnswer count(Wanted wanted) {
        return switch (whitelist.tenants().take(wanted.tenant(), quota)) {
            case Tenants.Result.Tenant _ -> add(wanted);
            case Tenants.Result.Full _ -> full(wanted);
            case Tenants.Result.Unreachable(String reason) -> unreachable(wanted, reason);
        };
    }

    /** The last one may have been this very registration, made by a request at the same time. */
    private ApiAnswer full(Wanted wanted) {
        return whitelist.findConsistent(wanted.hostname()) instanceof FindResult.Found(Domain there)
                ? occupied(wanted, there)
                : new Problem(
                                Problem.Kind.QUOTA_EXCEEDED,
                                wanted.tenant() + " has " + quota + " domains (expected: at most " + quota + ").")
                        .answer();
    }

    private ApiAnswer add(Wanted wanted) {
        AddResult result = whitelist.add(wanted.application(), DomainStatus.PENDING);
        return switch (result) {
            case AddResult.Added(Domain domain) -> created(domain);
            case AddResult.AlreadyThere(Domain there) -> {
                giveBack(wanted);
                yield occupied(wanted, there);
            }
            case AddResult.Conflict(Domain there) -> {
                giveBack(wanted);
                yield occupied(wanted, there);
            }
            case AddResult.Unreadable(String reason) -> {
                giveBack(wanted);
                yield unreadable(wanted, reason);
            }
            case AddResult.Unreachable(String reason) -> {
                giveBackUnlessThere(wanted);
                yield unreachable(wanted, reason);
            }
        };
    }

    /** Without an answer the registration may have happened; then it is counted, and its repeat won't be. */
    private void giveBackUnlessThere(Wanted wanted) {
        switch (whitelist.findConsistent(wanted.hostname())) {
            case FindResult.Absent(), FindResult.Left _ -> giveBack(wanted);
            case FindResult.Found(Domain there) -> {
                if (!there.tenant().equals(wanted.tenant())) {
                    giveBack(wanted);
                }
            }
            case FindResult.Unreadable _, FindResult.Unreachable _ ->
                LOG.warn("{}: {} may be counted without being there", wanted.tenant(), wanted.hostname());
        }
    }

    private void giveBack(Wanted wanted) {
        if (whitelist.tenants().giveBack(wanted.tenant()) instanceof Tenants.Result.Unreachable(String reason)) {
            LOG.warn("{} is counted one domain too many: {}", wanted.tenant(), reason);
        }
    }

    private ApiAnswer occupied(Wanted wanted, Domain there) {
        if (wanted.isSameAs(there)) {
            return created(there);
        }
        String detail = wanted.caller().mayHave(there.tenant())
                ? there.hostname() + " is registered already, with tenant " + there.tenant() + ", "
                        + there.origin().map(origin -> "origin " + origin).orElse("the default origin")
                        + " and a policy of its own; PATCH changes origin and policy."
                : there.hostname() + " is registered already.";
        return new Problem(Problem.Kind.CONFLICT, detail).answer();
    }

    private ApiAnswer created(Domain domain) {
        ApiAnswer answer = answers.one(201, domain);
        return answer.status() == 201 ? answer.with("Location", "/v1/domains/" + domain.hostname()) : answer;
    }

    private static ApiAnswer unreadable(Wanted wanted, String reason) {
        LOG.error("{}", reason);
        return switch (wanted.caller()) {
            case Caller.Admin() -> new Problem(Problem.Kind.UNREADABLE, reason).answer();
            case Caller.Tenant _ ->
                new Problem(Problem.Kind.CONFLICT, wanted.hostname() + " is registered already.").answer();
        };
    }

    private static ApiAnswer unreachable(Wanted wanted, String reason) {
        LOG.warn("{}: {}", wanted.hostname(), reason);
        return Problem.unavailable();
    }
}
