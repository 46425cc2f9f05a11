package dev.anyhost.testkit.memory;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexDescription;
import software.amazon.awssdk.services.dynamodb.model.IndexStatus;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;

/** A table's items and its indexes, in the order of their keys. Indexes follow at once. */
final class MemoryTable {

    private static final long MOST_BYTES = 400 * 1024;

    private CreateTableRequest definition;
    private final View items;
    private final Map<String, View> indexes = new LinkedHashMap<>();
    private Optional<String> timeToLive = Optional.empty();

    /**
     * A table or an index as queries see it.
     *
     * @param projected what its lines show; empty: everything
     */
    record View(
            KeyShape keys,
            List<String> lineKeys,
            Optional<Set<String>> projected,
            NavigableMap<Key, Map<String, AttributeValue>> lines) {

        Map<String, AttributeValue> shown(Map<String, AttributeValue> item) {
            return projected.isEmpty() ? item : only(item, projected.get());
        }

        /** What {@code LastEvaluatedKey} says of a line. */
        Map<String, AttributeValue> position(Map<String, AttributeValue> item) {
            return only(item, lineKeys);
        }
    }

    MemoryTable(CreateTableRequest definition) {
        this.definition = definition;
        KeyShape keys = KeyShape.of(definition.keySchema(), definition.attributeDefinitions());
        this.items = new View(keys, keys.names(), Optional.empty(), new TreeMap<>());
        definition.globalSecondaryIndexes().forEach(index -> indexes.put(index.indexName(), view(index)));
    }

    /** Fills it at once. */
    void add(GlobalSecondaryIndex index, List<AttributeDefinition> attributes) {
        if (indexes.containsKey(index.indexName())) {
            throw Failures.invalid("Attempting to create an index which already exists: " + index.indexName());
        }
        List<GlobalSecondaryIndex> all = new ArrayList<>(definition.globalSecondaryIndexes());
        all.add(index);
        definition = definition.toBuilder()
                .attributeDefinitions(attributes)
                .globalSecondaryIndexes(all)
                .build();
        View added = view(index);
        items.lines()
                .forEach((key, item) ->
                        added.keys().ifIn(item).ifPresent(parts -> added.lines().put(new Key(parts).then(key), item)));
        indexes.put(index.indexName(), added);
    }

    private View view(GlobalSecondaryIndex index) {
        KeyShape keys = KeyShape.of(index.keySchema(), definition.attributeDefinitions());
        Set<String> lineKeys = new HashSet<>(keys.names());
        lineKeys.addAll(items.keys().names());
        Set<String> shown = new HashSet<>(lineKeys);
        shown.addAll(index.projection().nonKeyAttributes());
        boolean all = index.projection().projectionType() == ProjectionType.ALL;
        return new View(
                keys, List.copyOf(lineKeys), all ? Optional.empty() : Optional.of(Set.copyOf(shown)), new TreeMap<>());
    }

    private static Map<String, AttributeValue> only(Map<String, AttributeValue> item, Iterable<String> names) {
        Map<String, AttributeValue> result = new HashMap<>();
        for (String name : names) {
            AttributeValue value = item.get(name);
            if (value != null) {
                result.put(name, value);
            }
        }
        return Collections.unmodifiableMap(result);
    }

    TableDescription description() {
        return TableDescription.builder()
                .tableName(definition.tableName())
                .tableStatus(TableStatus.ACTIVE)
                .keySchema(definition.keySchema())
                .attributeDefinitions(definition.attributeDefinitions())
                .billingModeSummary(billing -> billing.billingMode(definition.billingMode()))
                .itemCount((long) items.lines().size())
                .globalSecondaryIndexes(definition.globalSecondaryIndexes().stream()
                        .map(index -> GlobalSecondaryIndexDescription.builder()
                                .indexName(index.indexName())
                                .keySchema(index.keySchema())
                                .projection(index.projection())
                                .indexStatus(IndexStatus.ACTIVE)
                                .build())
                        .toList())
                .build();
    }

    Optional<String> timeToLive() {
        return timeToLive;
    }

    void expireBy(String attribute) {
        timeToLive = Optional.of(attribute);
    }

    View view(@Nullable String index) {
        if (index == null) {
            return items;
        }
        View view = indexes.get(index);
        if (view == null) {
            throw Failures.invalid("The table does not have the specified index: " + index);
        }
        return view;
    }

    KeyShape keys() {
        return items.keys();
    }

    /** Where a page ended, as {@link View#position} said. */
    @SuppressWarnings("ReferenceEquality") // The table itself, not one that holds the same.
    Key position(View view, Map<String, AttributeValue> start) {
        Key own = new Key(items.keys().of(start));
        return view == items ? own : new Key(view.keys().of(start)).then(own);
    }

    /** The item, or an empty map. */
    Map<String, AttributeValue> get(Key key) {
        return items.lines().getOrDefault(key, Map.of());
    }

    /** Refuses what couldn't be stored. */
    void check(Key key, Map<String, AttributeValue> next) {
        if (!items.keys().of(next).equals(key.parts())) {
            throw Failures.invalid("One or more parameter values were invalid: Cannot update attribute of the key");
        }
        indexes.values().forEach(index -> index.keys().ifIn(next));
        if (Values.bytes(next) > MOST_BYTES) {
            throw Failures.invalid("Item size has exceeded the maximum allowed size");
        }
    }

    /** Replaces what is there; an empty map removes it. */
    void set(Key key, Map<String, AttributeValue> next) {
        Map<String, AttributeValue> before = get(key);
        if (next.isEmpty()) {
            items.lines().remove(key);
        } else {
            items.lines().put(key, next);
        }
        for (View index : indexes.values()) {
            index.keys().ifIn(before).ifPresent(parts -> index.lines().remove(new Key(parts).then(key)));
            index.keys().ifIn(next).ifPresent(parts -> index.lines().put(new Key(parts).then(key), next));
        }
    }
}
