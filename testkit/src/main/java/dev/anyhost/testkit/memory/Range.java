package dev.anyhost.testkit.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * What a key condition selects: one partition, and in it a stretch of sort keys.
 *
 * @param bounds all of the condition, since a bound may be exclusive
 */
record Range(AttributeValue hash, Optional<AttributeValue> low, Optional<AttributeValue> high, Condition bounds) {

    static Range of(Condition condition, KeyShape keys, Scope scope) {
        List<Condition> parts = new ArrayList<>();
        split(condition, parts);
        Optional<AttributeValue> hash = Optional.empty();
        Optional<Range> range = Optional.empty();
        for (Condition part : parts) {
            String name = name(part, scope);
            if (name.equals(keys.hash()) && hash.isEmpty() && part instanceof Condition.Comparison comparison) {
                hash = Optional.of(equal(comparison, scope));
            } else if (keys.range().filter(name::equals).isPresent() && range.isEmpty()) {
                range = Optional.of(sorted(part, condition, scope));
            } else {
                throw notSupported();
            }
        }
        AttributeValue partition = hash.orElseThrow(Range::notSupported);
        return range.map(bounds -> new Range(partition, bounds.low, bounds.high, condition))
                .orElseGet(() -> new Range(partition, Optional.empty(), Optional.empty(), condition));
    }

    private static void split(Condition condition, List<Condition> parts) {
        if (condition instanceof Condition.And(Condition one, Condition other)) {
            split(one, parts);
            split(other, parts);
        } else {
            parts.add(condition);
        }
    }

    private static String name(Condition part, Scope scope) {
        Operand operand = switch (part) {
            case Condition.Comparison comparison -> comparison.left();
            case Condition.Between between -> between.value();
            case Condition.BeginsWith prefix -> prefix.value();
            default -> throw notSupported();
        };
        if (!(operand instanceof Operand.At(Path path))) {
            throw notSupported();
        }
        return path.resolved(scope.names()).whole().orElseThrow(Range::notSupported);
    }

    private static AttributeValue equal(Condition.Comparison comparison, Scope scope) {
        if (comparison.comparator() != Condition.Comparator.EQUAL) {
            throw notSupported();
        }
        return comparison.right().required(scope);
    }

    private static Range sorted(Condition part, Condition whole, Scope scope) {
        Optional<AttributeValue> none = Optional.empty();
        AttributeValue nowhere = AttributeValue.fromNul(true);
        return switch (part) {
            case Condition.Between(Operand _, Operand low, Operand high) ->
                new Range(nowhere, low.in(scope), high.in(scope), whole);
            case Condition.BeginsWith(Operand _, Operand prefix) -> new Range(nowhere, prefix.in(scope), none, whole);
            case Condition.Comparison(Operand _, Condition.Comparator comparator, Operand right) -> {
                Optional<AttributeValue> value = right.in(scope);
                yield switch (comparator) {
                    case EQUAL -> new Range(nowhere, value, value, whole);
                    case LESS, AT_MOST -> new Range(nowhere, none, value, whole);
                    case GREATER, AT_LEAST -> new Range(nowhere, value, none, whole);
                    case UNEQUAL -> throw notSupported();
                };
            }
            default -> throw notSupported();
        };
    }

    /** The lines between the bounds, those on them included. */
    NavigableMap<Key, Map<String, AttributeValue>> in(NavigableMap<Key, Map<String, AttributeValue>> lines) {
        return lines.subMap(key(low, Key.Edge.BEGINNING), true, key(high, Key.Edge.END), true);
    }

    private Key key(Optional<AttributeValue> bound, Key.Edge edge) {
        return new Key(bound.map(value -> List.of(hash, value)).orElseGet(() -> List.of(hash)), edge);
    }

    private static RuntimeException notSupported() {
        return Failures.invalid("Query key condition not supported");
    }
}
