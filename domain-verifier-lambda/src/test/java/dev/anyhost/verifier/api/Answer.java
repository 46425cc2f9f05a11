package dev.anyhost.verifier.api;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An answer of the API as a client sees it; names of headers in lower case. */
record Answer(int status, Map<String, List<String>> headers, String body) {

    Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT))).map(List::getFirst);
    }

    JsonNode json() {
        return JsonMapper.shared().readTree(body);
    }

    /** A member's text, by a JSON pointer. */
    String at(String pointer) {
        return json().at(pointer).asString();
    }
}
