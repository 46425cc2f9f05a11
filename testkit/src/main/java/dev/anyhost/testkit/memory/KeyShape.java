package dev.anyhost.testkit.memory;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;

/**
 * The attributes that an item is found by.
 *
 * @param hash the partition key
 * @param types the types of the key attributes, by their names
 */
record KeyShape(String hash, Optional<String> range, Map<String, AttributeValue.Type> types) {

    static KeyShape of(List<KeySchemaElement> schema, List<AttributeDefinition> definitions) {
        Map<String, AttributeValue.Type> types = new HashMap<>();
        for (KeySchemaElement key : schema) {
            types.put(
                    key.attributeName(),
                    definitions.stream()
                            .filter(definition -> definition.attributeName().equals(key.attributeName()))
                            .map(definition -> AttributeValue.Type.valueOf(definition.attributeTypeAsString()))
                            .findAny()
                            .orElseThrow(() -> Failures.invalid("Some index key attributes are not defined in"
                                    + " AttributeDefinitions: " + key.attributeName())));
        }
        return new KeyShape(
                name(schema, KeyType.HASH).orElseThrow(() -> Failures.invalid("No Hash Key specified")),
                name(schema, KeyType.RANGE),
                Map.copyOf(types));
    }

    private static Optional<String> name(List<KeySchemaElement> schema, KeyType type) {
        return schema.stream()
                .filter(key -> key.keyType() == type)
                .map(KeySchemaElement::attributeName)
                .findFirst();
    }

    List<String> names() {
        List<String> names = new ArrayList<>(List.of(hash));
        range.ifPresent(names::add);
        return names;
    }

    /** The key attributes of an item that must have them. */
    List<AttributeValue> of(Map<String, AttributeValue> item) {
        return names().stream().map(name -> required(item, name)).toList();
    }

    private AttributeValue required(Map<String, AttributeValue> item, String name) {
        AttributeValue value = item.get(name);
        if (value == null) {
            throw Failures.invalid(
                    "One or more parameter values were invalid: Missing the key " + name + " in the item");
        }
        checkType(name, value);
        return value;
    }

    /** The key attributes of an item that isn't in an index when it lacks one. */
    Optional<List<AttributeValue>> ifIn(Map<String, AttributeValue> item) {
        List<AttributeValue> values = new ArrayList<>();
        for (String name : names()) {
            AttributeValue value = item.get(name);
            if (value == null) {
                return Optional.empty();
            }
            checkType(name, value);
            values.add(value);
        }
        return Optional.of(values);
    }

    private void checkType(String name, AttributeValue value) {
        boolean empty = value.s() != null && value.s().isEmpty();
        if (value.type() != types.get(name) || empty) {
            throw Failures.invalid("One or more parameter values were invalid: Type mismatch for key " + name
                    + " expected: " + types.get(name) + " actual: " + (empty ? "empty" : value.type()));
        }
    }

    /** The key attributes of a request, and nothing else. */
    List<AttributeValue> exactly(Map<String, AttributeValue> key) {
        if (key.size() != names().size()) {
            throw Failures.invalid("The provided key element does not match the schema");
        }
        return of(key);
    }
}
