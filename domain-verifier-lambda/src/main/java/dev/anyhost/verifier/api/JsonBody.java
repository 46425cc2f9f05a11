package dev.anyhost.verifier.api;

import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What came out of reading a request's body as JSON. */
sealed interface JsonBody {

    record Json(JsonNode json) implements JsonBody {}

    record Unusable(ApiAnswer answer) implements JsonBody {}

    /** A member that comes twice would mean one thing to us and another to whoever checked the request before. */
    JsonMapper STRICT = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Reads it. Total. */
    static JsonBody of(ApiRequest request, Set<String> mediaTypes) {
        String given =
                request.header("content-type").orElse("").split(";", 2)[0].strip();
        if (mediaTypes.stream().noneMatch(given::equalsIgnoreCase)) {
            String expected = String.join(" or ", mediaTypes.stream().sorted().toList());
            return new Unusable(new Problem(
                            Problem.Kind.UNSUPPORTED_MEDIA_TYPE,
                            "Content-Type: " + (given.isEmpty() ? "missing" : given) + " (expected: " + expected + ")")
                    .answer());
        }
        return switch (request.payload()) {
            case ApiRequest.Payload.Bytes(byte[] bytes) -> parsed(bytes);
            case ApiRequest.Payload.Undecodable() -> malformed("The body isn't base64, which its event says it is.");
            case ApiRequest.Payload.TooLarge() ->
                new Unusable(new Problem(
                                Problem.Kind.TOO_LARGE,
                                "The body is too long (expected: up to " + ApiRequest.LARGEST_BODY + " bytes).")
                        .answer());
        };
    }

    private static JsonBody parsed(byte[] bytes) {
        try {
            // An empty body is no token at all, and comes as null or as a missing node.
            return Optional.ofNullable(STRICT.readTree(bytes))
                    .filter(json -> !json.isMissingNode())
                    .<JsonBody>map(Json::new)
                    .orElseGet(() -> malformed("The body is empty (expected: one JSON object)."));
        } catch (JacksonException notJson) {
            var location = notJson.getLocation();
            String place =
                    location == null ? "" : " in line " + location.getLineNr() + ", column " + location.getColumnNr();
            return malformed("The body isn't JSON" + place + " (expected: one JSON object, each member once).");
        }
    }

    private static JsonBody malformed(String detail) {
        return new Unusable(new Problem(Problem.Kind.MALFORMED, detail).answer());
    }
}
