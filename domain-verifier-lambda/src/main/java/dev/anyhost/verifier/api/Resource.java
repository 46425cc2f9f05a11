package dev.anyhost.verifier.api;

import java.util.List;
import java.util.Optional;

/** What a path names. */
sealed interface Resource {

    /** {@code /v1/openapi.json}. */
    record Document() implements Resource {}

    /** {@code /v1/domains}. */
    record Collection() implements Resource {}

    /** {@code /v1/domains/<hostname>}. */
    record Item(String hostname) implements Resource {}

    /** {@code /v1/domains/<hostname>/check}. */
    record Check(String hostname) implements Resource {}

    /** Nothing. */
    record None() implements Resource {}

    static Resource of(Optional<List<String>> segments) {
        List<String> path = segments.orElse(List.of());
        if (path.equals(List.of("v1", "openapi.json"))) {
            return new Document();
        }
        if (path.size() < 2 || !path.subList(0, 2).equals(List.of("v1", "domains"))) {
            return new None();
        }
        return switch (path.size()) {
            case 2 -> new Collection();
            case 3 -> new Item(path.get(2));
            case 4 -> path.get(3).equals("check") ? new Check(path.get(2)) : new None();
            default -> new None();
        };
    }

    /** For the {@code Allow} header (RFC 9110 section 10.2.1). */
    default List<String> methods() {
        return switch (this) {
            case Document() -> List.of("GET", "HEAD");
            case Collection() -> List.of("GET", "HEAD", "POST");
            case Item _ -> List.of("GET", "HEAD", "PATCH", "DELETE");
            case Check _ -> List.of("POST");
            case None() -> List.of();
        };
    }
}
