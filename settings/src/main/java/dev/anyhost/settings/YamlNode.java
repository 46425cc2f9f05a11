package dev.anyhost.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

/**
 * A YAML document whose scalars keep the text they have in the file: whether {@code 0123} is a number, a table's name or
 * part of a list is for the one who asks for it to say.
 */
sealed interface YamlNode {

    /** A plain or quoted scalar. */
    record Scalar(String text) implements YamlNode {}

    /** A sequence. */
    record Items(List<YamlNode> items) implements YamlNode {}

    /** A mapping, in the file's order. */
    record Entries(Map<String, YamlNode> entries) implements YamlNode {}

    /** {@code null}, {@code ~}, or nothing after the colon. */
    record Nothing() implements YamlNode {}

    /**
     * Parses one document. Aliases are refused, since a reader of the file would have to expand them in their head.
     *
     * @throws tools.jackson.core.JacksonException when the text isn't one YAML document, or a key comes twice
     */
    static YamlNode parse(String text) {
        var yaml = YAMLFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        try (JsonParser parser = yaml.createParser(ObjectReadContext.empty(), text)) {
            if (parser.nextToken() == null) {
                return new Nothing();
            }
            YamlNode root = node(parser);
            if (parser.nextToken() != null) {
                throw new StreamReadException(parser, "more than one document");
            }
            return root;
        }
    }

    private static YamlNode node(JsonParser parser) {
        if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
            throw new StreamReadException(parser, "an alias (*name)");
        }
        JsonToken token = parser.currentToken();
        if (token == JsonToken.START_OBJECT) {
            return entries(parser);
        }
        if (token == JsonToken.START_ARRAY) {
            return items(parser);
        }
        return token == JsonToken.VALUE_NULL ? new Nothing() : new Scalar(parser.getString());
    }

    private static YamlNode entries(JsonParser parser) {
        var entries = new LinkedHashMap<String, YamlNode>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            parser.nextToken();
            entries.put(key, node(parser));
        }
        return new Entries(entries);
    }

    private static YamlNode items(JsonParser parser) {
        var items = new ArrayList<YamlNode>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(node(parser));
        }
        return new Items(items);
    }
}
