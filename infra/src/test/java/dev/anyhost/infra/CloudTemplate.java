package dev.anyhost.infra;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/** A template as CloudFormation gets it. */
public record CloudTemplate(String name, JsonNode json) {

    private static final Pattern MADE = Pattern.compile("\\$\\{([A-Za-z]+[0-9]*?)[0-9A-F]{8}(\\.[A-Za-z]+)?}");

    /** All resources of a type, such as {@code AWS::SQS::Queue}. */
    public List<JsonNode> resources(String type) {
        return json.get("Resources").properties().stream()
                .map(Map.Entry::getValue)
                .filter(resource -> resource.get("Type").stringValue().equals(type))
                .toList();
    }

    /** The properties of all resources of a type. */
    public List<JsonNode> properties(String type) {
        return resources(type).stream()
                .map(resource -> resource.get("Properties"))
                .toList();
    }

    /** The properties of the only resource of a type. */
    public JsonNode only(String type) {
        List<JsonNode> found = properties(type);
        if (found.size() != 1) {
            throw new AssertionError(name + ": " + found.size() + " of " + type + " (expected: 1)");
        }
        return found.getFirst();
    }

    /** The properties of the only resource of a type whose property is a text. */
    public JsonNode only(String type, String property, String text) {
        List<JsonNode> found = properties(type).stream()
                .filter(properties -> text.equals(properties.path(property).asString("")))
                .toList();
        if (found.size() != 1) {
            throw new AssertionError(
                    name + ": " + found.size() + " of " + type + " with " + property + " " + text + " (expected: 1)");
        }
        return found.getFirst();
    }

    /** A text with all its references in it, short enough to compare: joins are joined, references are {@code ${Name}}. */
    public static String text(JsonNode value) {
        if (value.isString()) {
            return value.stringValue();
        }
        if (value.has("Fn::Join")) {
            String separator = value.get("Fn::Join").get(0).stringValue();
            return elements(value.get("Fn::Join").get(1)).stream()
                    .map(CloudTemplate::text)
                    .collect(Collectors.joining(separator));
        }
        if (value.has("Ref")) {
            return "${" + value.get("Ref").stringValue() + "}";
        }
        if (value.has("Fn::GetAtt")) {
            return "${" + value.get("Fn::GetAtt").get(0).stringValue() + "."
                    + value.get("Fn::GetAtt").get(1).stringValue() + "}";
        }
        return value.toString();
    }

    /** A reference to something of the template as that thing's logical id without its hash; other texts as they are. */
    public static String made(JsonNode reference) {
        return made(text(reference));
    }

    public static String made(String text) {
        return MADE.matcher(text).replaceAll("$1");
    }

    public static List<JsonNode> elements(JsonNode list) {
        return list.isArray()
                ? StreamSupport.stream(list.spliterator(), false).toList()
                : list.isMissingNode() || list.isNull() ? List.of() : List.of(list);
    }

    public static List<String> texts(JsonNode list) {
        return elements(list).stream().map(CloudTemplate::text).toList();
    }
}
