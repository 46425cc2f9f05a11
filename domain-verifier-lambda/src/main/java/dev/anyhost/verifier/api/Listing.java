package dev.anyhost.verifier.api;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.whitelist.ListResult;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code GET /v1/domains}: page by page, in an order that isn't promised. */
final class Listing {

    private static final Logger LOG = LoggerFactory.getLogger(Listing.class);
    private static final int DEFAULT_LIMIT = 50;
    private static final int MOST = 100;
    private static final List<String> PARAMETERS = List.of("tenant", "status", "limit", "cursor");

    private final Whitelist whitelist;
    private final DomainAnswers answers;

    Listing(Whitelist whitelist, DomainAnswers answers) {
        this.whitelist = whitelist;
        this.answers = answers;
    }

    private record Query(Optional<String> tenant, Optional<DomainStatus> status, int limit, Optional<Hostname> after) {}

    ApiAnswer list(Caller caller, ApiRequest request) {
        Optional<List<Map.Entry<String, String>>> parameters = request.parameters();
        if (parameters.isEmpty()) {
            return new Problem(Problem.Kind.MALFORMED, "The query isn't percent-encoded text.").answer();
        }
        List<Problem.Mistake> mistakes = new ArrayList<>();
        Map<String, String> given = new LinkedHashMap<>();
        for (Map.Entry<String, String> parameter : parameters.get()) {
            String name = parameter.getKey();
            if (!PARAMETERS.contains(name)) {
                mistakes.add(mistake(name, "unknown (expected: one of " + String.join(", ", PARAMETERS) + ")"));
            } else if (given.putIfAbsent(name, parameter.getValue()) != null) {
                mistakes.add(mistake(name, "given more than once (expected: once)"));
            }
        }
        Query query = query(given, mistakes);
        if (!mistakes.isEmpty()) {
            return Problem.invalid(mistakes);
        }
        return switch (caller) {
            case Caller.Admin() -> list(query);
            case Caller.Tenant(String own) ->
                query.tenant().filter(tenant -> !tenant.equals(own)).isPresent()
                        ? new Problem(Problem.Kind.FORBIDDEN, "This key lists only its own tenant's hostnames.")
                                .answer()
                        : list(new Query(Optional.of(own), query.status(), query.limit(), query.after()));
        };
    }

    private static Query query(Map<String, String> given, List<Problem.Mistake> mistakes) {
        var reader = new Reader(given, mistakes);
        return new Query(
                reader.read(
                        "tenant",
                        Route.TENANT_EXPECTED,
                        text -> Optional.of(text).filter(Route::isTenant)),
                reader.read("status", statuses(), DomainStatus::of),
                reader.read("limit", "a whole number from 1 to " + MOST, Listing::limit)
                        .orElse(DEFAULT_LIMIT),
                reader.read("cursor", "the next_cursor of the page before", Listing::cursor));
    }

    private record Reader(Map<String, String> given, List<Problem.Mistake> mistakes) {
        <T> Optional<T> read(String name, String expected, Function<String, Optional<T>> parser) {
            Optional<String> text = Optional.ofNullable(given.get(name));
            Optional<T> value = text.flatMap(parser);
            if (text.isPresent() && value.isEmpty()) {
                mistakes.add(mistake(name, text.get() + " (expected: " + expected + ")"));
            }
            return value;
        }
    }

    private static Problem.Mistake mistake(String parameter, String detail) {
        return new Problem.Mistake("parameter", parameter, detail);
    }

    private static String statuses() {
        return Arrays.stream(DomainStatus.values())
                .map(DomainStatus::text)
                .collect(Collectors.joining(", ", "one of ", ""));
    }

    private static Optional<Integer> limit(String text) {
        return text.matches("[0-9]{1,3}")
                ? Optional.of(Integer.valueOf(text)).filter(limit -> limit >= 1 && limit <= MOST)
                : Optional.empty();
    }

    /** Opaque to callers, who may not rely on what is in it. */
    private static String cursor(Hostname last) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(last.value().getBytes(StandardCharsets.US_ASCII));
    }

    private static Optional<Hostname> cursor(String text) {
        try {
            return Hostname.parse(new String(Base64.getUrlDecoder().decode(text), StandardCharsets.ISO_8859_1));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    private ApiAnswer list(Query query) {
        return switch (whitelist.list(query.tenant(), query.status(), query.limit(), query.after())) {
            case ListResult.Page(List<Domain> domains, List<String> unreadable, Optional<Hostname> next) ->
                answers.page(domains, unreadable, next.map(Listing::cursor));
            case ListResult.Unreachable(String reason) -> {
                LOG.warn("{}", reason);
                yield Problem.unavailable();
            }
        };
    }
}
