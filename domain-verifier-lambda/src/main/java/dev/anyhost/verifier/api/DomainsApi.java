package dev.anyhost.verifier.api;

import dev.anyhost.domain.Hostname;
import dev.anyhost.verifier.UnicodeHostname;
import dev.anyhost.verifier.whitelist.TenantLabels;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The domains API: which request is whose business. Total: every request gets an answer. */
final class DomainsApi {

    private final Whitelist whitelist;
    private final Callers callers;
    private final DomainAnswers answers;
    private final Registrations registrations;
    private final Listing listing;
    private final Changes changes;
    private final String document;

    DomainsApi(DomainTables tables, ApiSettings settings, Callers callers) {
        this.whitelist = tables.whitelist();
        this.callers = callers;
        this.answers = new DomainAnswers(new TenantLabels(whitelist.tenants()), settings.edge(), tables.clock());
        this.registrations = new Registrations(whitelist, answers, settings.domainsPerTenant());
        this.listing = new Listing(whitelist, answers);
        this.changes = new Changes(tables, answers);
        this.document = OpenApi.document();
    }

    ApiAnswer answer(ApiRequest request) {
        Resource resource = Resource.of(request.segments());
        if (resource instanceof Resource.None) {
            return nothing();
        }
        if (!resource.methods().contains(request.method())) {
            String allowed = String.join(", ", resource.methods());
            return new Problem(Problem.Kind.METHOD_NOT_ALLOWED, request.method() + " (expected: " + allowed + ")")
                    .answer()
                    .with("Allow", allowed);
        }
        if (resource instanceof Resource.Document) {
            return new ApiAnswer(
                    200, Map.of("Content-Type", "application/json", "Cache-Control", "max-age=300"), document);
        }
        return callers.of(request)
                .map(caller -> answer(resource, caller, request))
                .orElseGet(
                        () -> new Problem(Problem.Kind.UNAUTHENTICATED, "The request brings no key that is known here.")
                                .answer()
                                .with("WWW-Authenticate", callers.challenge()));
    }

    private ApiAnswer answer(Resource resource, Caller caller, ApiRequest request) {
        return switch (resource) {
            case Resource.Collection() ->
                request.method().equals("POST") ? registrations.create(caller, request) : listing.list(caller, request);
            case Resource.Item(String text) -> at(text, hostname -> item(caller, hostname, request));
            case Resource.Check(String text) ->
                at(text, hostname -> changes.check(new Changes.Target(caller, hostname, Optional.empty())));
            case Resource.Document(), Resource.None() -> nothing();
        };
    }

    private ApiAnswer item(Caller caller, Hostname hostname, ApiRequest request) {
        var target = new Changes.Target(caller, hostname, request.header("if-match"));
        return switch (request.method()) {
            case "PATCH" -> changes.patch(target, request);
            case "DELETE" -> changes.remove(target);
            default -> show(caller, hostname);
        };
    }

    private ApiAnswer show(Caller caller, Hostname hostname) {
        return switch (Visible.of(whitelist, caller, hostname)) {
            case Visible.Seen(var domain) -> answers.one(200, domain);
            case Visible.Not(ApiAnswer answer) -> answer;
        };
    }

    private static ApiAnswer at(String text, Function<Hostname, ApiAnswer> work) {
        return UnicodeHostname.parse(text)
                .map(work)
                .orElseGet(() -> new Problem(
                                Problem.Kind.NOT_FOUND,
                                "The path names no hostname (expected: " + UnicodeHostname.EXPECTED + ").")
                        .answer());
    }

    static ApiAnswer nothing() {
        return new Problem(
                        Problem.Kind.NOT_FOUND,
                        "There is nothing at this path; see /v1/openapi.json for what there is.")
                .answer();
    }
}
