package dev.anyhost.infra.security;

import dev.anyhost.infra.CloudTemplate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A change of a template by which it loses a property.
 *
 * @param how it is changed, as a failure says it
 * @param instead what is at the place afterwards, of what was; empty for nothing
 */
record Weakening(Place place, String how, UnaryOperator<Optional<JsonNode>> instead) {

    /** Without what is there. */
    static Weakening without(Place place) {
        return new Weakening(place, "nothing", _ -> Optional.empty());
    }

    /** With a value in the place of another one, or of nothing. */
    static Weakening with(Place place, Object value) {
        return new Weakening(place, value.toString(), _ -> Optional.of(tree(value)));
    }

    /** With one more element in a list, which is made where there is none. */
    static Weakening adding(Place list, Object element) {
        return new Weakening(list, "also " + element, before -> Optional.of(longer(before, tree(element))));
    }

    /** With one more resource. */
    static Weakening beside(String type, Map<String, ?> properties) {
        return with(Place.newResource(), Map.of("Type", type, "Properties", properties));
    }

    /**
     * The template so changed, once for each place by itself: an assertion must notice that one of three tables is open,
     * and not only that all are. None where there is no such place.
     */
    List<CloudTemplate> of(CloudTemplate template) {
        return place.in(template.json()).stream()
                .filter(at -> fits(template.json(), at))
                .map(at -> changed(template, at))
                .toList();
    }

    /** There is something to take away, or something that can take a value. */
    private boolean fits(JsonNode json, JsonPointer at) {
        return json.at(at.head()).isContainer()
                && (!json.at(at).isMissingNode()
                        || instead.apply(Optional.empty()).isPresent());
    }

    private CloudTemplate changed(CloudTemplate template, JsonPointer at) {
        JsonNode json = template.json().deepCopy();
        JsonNode there = json.at(at);
        JsonNode parent = json.at(at.head());
        instead.apply(there.isMissingNode() ? Optional.empty() : Optional.of(there))
                .ifPresentOrElse(value -> put(parent, at.last(), value), () -> remove(parent, at.last()));
        return new CloudTemplate(template.name() + " with " + how + " at " + at, json);
    }

    private static void put(JsonNode parent, JsonPointer last, JsonNode value) {
        switch (parent) {
            case ArrayNode list when last.getMatchingIndex() >= 0 -> list.set(last.getMatchingIndex(), value);
            case ObjectNode object -> object.set(last.getMatchingProperty(), value);
            default -> {}
        }
    }

    private static void remove(JsonNode parent, JsonPointer last) {
        switch (parent) {
            case ArrayNode list when last.getMatchingIndex() >= 0 -> list.remove(last.getMatchingIndex());
            case ObjectNode object -> object.remove(last.getMatchingProperty());
            default -> {}
        }
    }

    private static ArrayNode longer(Optional<JsonNode> list, JsonNode element) {
        ArrayNode longer = JsonMapper.shared().createArrayNode();
        list.map(CloudTemplate::elements).ifPresent(longer::addAll);
        return longer.add(element);
    }

    private static JsonNode tree(Object value) {
        return JsonMapper.shared().valueToTree(value);
    }
}
