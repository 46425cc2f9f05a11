package dev.anyhost.testkit.memory;

import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What the names in an expression stand for, and the item that it is asked of. */
record Scope(Map<String, String> names, Map<String, AttributeValue> values, Map<String, AttributeValue> item) {

    Scope of(Map<String, AttributeValue> another) {
        return new Scope(names, values, another);
    }

    AttributeValue value(String name) {
        AttributeValue value = values.get(name);
        if (value == null) {
            throw Failures.invalid(
                    "An expression attribute value used in expression is not defined; attribute value: " + name);
        }
        return value;
    }
}
