package dev.anyhost.infra.security;

import dev.anyhost.infra.CloudTemplate;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/**
 * Where in a template something is. A step of the path is a name, {@code *} for each element of a list, or {@code Key=text}
 * for those whose field {@code Key} is the text or has it.
 *
 * @param resources their type, such as {@code AWS::SQS::Queue}, where need be with the beginning of their logical ids:
 *     {@code AWS::IAM::Role#Ask}
 * @param path into each of them, such as {@code Properties/TableName}; empty for the resource itself
 */
record Place(String resources, String path) {

    /** What {@link #values} says of a place where nothing is. */
    static final String MISSING = "missing";

    /** A property of the resources. */
    static Place of(String resources, String property) {
        return new Place(resources, "Properties/" + property);
    }

    /** The resources themselves. */
    static Place whole(String resources) {
        return new Place(resources, "");
    }

    /** A step further. */
    Place then(String step) {
        return new Place(resources, path + "/" + step);
    }

    /** Where a resource would be that isn't there yet. */
    static Place newResource() {
        return new Place("", "");
    }

    /** Every such place; there may be nothing at it. */
    List<JsonPointer> in(JsonNode template) {
        if (resources.isEmpty()) {
            return List.of(JsonPointer.compile("/Resources/Another"));
        }
        String[] kind = resources.split("#", 2);
        List<String> steps = path.isEmpty() ? List.of() : List.of(path.split("/"));
        return template.get("Resources").properties().stream()
                .filter(resource ->
                        resource.getValue().get("Type").stringValue().equals(kind[0]))
                .map(Map.Entry::getKey)
                .filter(id -> kind.length == 1 || id.startsWith(kind[1]))
                .flatMap(id -> reached(template, JsonPointer.compile("/Resources/" + id), steps))
                .toList();
    }

    private static Stream<JsonPointer> reached(JsonNode template, JsonPointer from, List<String> steps) {
        if (steps.isEmpty()) {
            return Stream.of(from);
        }
        return next(template.at(from), from, steps.getFirst())
                .flatMap(to -> reached(template, to, steps.subList(1, steps.size())));
    }

    private static Stream<JsonPointer> next(JsonNode node, JsonPointer from, String step) {
        if (!step.equals("*") && !step.contains("=")) {
            return Stream.of(from.appendProperty(step));
        }
        List<JsonPointer> elements = IntStream.range(0, node.size())
                .filter(index -> step.equals("*") || matches(node.get(index), step))
                .mapToObj(from::appendIndex)
                .toList();
        return elements.isEmpty() ? Stream.of(from.appendProperty("none")) : elements.stream();
    }

    private static boolean matches(JsonNode element, String step) {
        String[] wanted = step.split("=", 2);
        return CloudTemplate.texts(element.path(wanted[0])).contains(wanted[1]);
    }

    /** What is at each, as a text. */
    List<String> values(CloudTemplate template) {
        return in(template.json()).stream()
                .map(template.json()::at)
                .map(node -> node.isMissingNode() ? MISSING : CloudTemplate.text(node))
                .toList();
    }
}
