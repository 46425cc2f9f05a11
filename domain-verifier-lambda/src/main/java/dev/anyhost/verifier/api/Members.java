package dev.anyhost.verifier.api;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One JSON object of a request, and every mistake in it. Each getter names a member, which makes it known; a member that
 * is null is absent.
 */
final class Members {

    private static final int LONGEST_QUOTE = 100;

    private final JsonNode object;
    private final String pointer;
    private final List<Problem.Mistake> mistakes;
    private final Set<String> known = new LinkedHashSet<>();

    private Members(JsonNode object, String pointer, List<Problem.Mistake> mistakes) {
        this.object = object;
        this.pointer = pointer;
        this.mistakes = mistakes;
    }

    /** A request's body. */
    static Members of(JsonNode body) {
        var members = new Members(body, "", new ArrayList<>());
        if (!body.isObject()) {
            members.mistakes.add(new Problem.Mistake("pointer", "", quoted(body) + " (expected: an object)"));
        }
        return members;
    }

    /** Everything that was found to be wrong so far, in this object and those within. */
    List<Problem.Mistake> mistakes() {
        return List.copyOf(mistakes);
    }

    boolean has(String name) {
        return !get(name).isNull();
    }

    private JsonNode get(String name) {
        known.add(name);
        return Optional.ofNullable(object.get(name))
                .orElseGet(() -> JsonMapper.shared().nullNode());
    }

    <T> Optional<T> text(String name, String expected, Function<String, Optional<T>> parser) {
        return value(name, expected, node -> node.isString() ? parser.apply(node.asString()) : Optional.empty());
    }

    Optional<Boolean> flag(String name) {
        return value(
                name, "true or false", node -> node.isBoolean() ? Optional.of(node.asBoolean()) : Optional.empty());
    }

    Optional<Long> number(String name, long least, long most) {
        return value(
                name,
                "a whole number from " + least + " to " + most,
                node -> node.isIntegralNumber()
                                && node.canConvertToLong()
                                && node.asLong() >= least
                                && node.asLong() <= most
                        ? Optional.of(node.asLong())
                        : Optional.empty());
    }

    private <T> Optional<T> value(String name, String expected, Function<JsonNode, Optional<T>> parser) {
        JsonNode node = get(name);
        if (node.isNull()) {
            return Optional.empty();
        }
        Optional<T> value = parser.apply(node);
        if (value.isEmpty()) {
            mistake(name, quoted(node), expected);
        }
        return value;
    }

    /** An object within; one without members when it is absent. */
    Members object(String name) {
        JsonNode node = get(name);
        if (!node.isNull() && !node.isObject()) {
            mistake(name, quoted(node), "an object");
        }
        return new Members(node, pointer + "/" + name, mistakes);
    }

    void mistake(String name, String value, String expected) {
        // RFC 6901 section 3.
        String token = name.replace("~", "~0").replace("/", "~1");
        mistakes.add(new Problem.Mistake("pointer", pointer + "/" + token, value + " (expected: " + expected + ")"));
    }

    /** What nobody asked for is a mistake: a misspelt member would be passed over silently. */
    void reportUnknown() {
        if (object.isObject()) {
            object.propertyNames().stream()
                    .filter(name -> !known.contains(name))
                    .forEach(name -> mistake(name, "unknown", "one of " + String.join(", ", known)));
        }
    }

    private static String quoted(JsonNode node) {
        String text = node.toString();
        return text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "…";
    }
}
