package dev.anyhost.testkit.memory;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Where a value is in an item: an attribute, and then keys of maps and places in lists. Names have been looked up. */
record Path(List<Step> steps) {

    sealed interface Step {
        record Name(String name) implements Step {}

        record Index(int index) implements Step {}
    }

    String attribute() {
        return ((Step.Name) steps.getFirst()).name();
    }

    /** The attribute, where the path goes no deeper. */
    Optional<String> whole() {
        return steps.size() == 1 ? Optional.of(attribute()) : Optional.empty();
    }

    boolean overlaps(Path other) {
        int shared = Math.min(steps.size(), other.steps.size());
        return steps.subList(0, shared).equals(other.steps.subList(0, shared));
    }

    Path resolved(Map<String, String> names) {
        return new Path(steps.stream().map(step -> resolved(step, names)).toList());
    }

    private static Step resolved(Step step, Map<String, String> names) {
        if (!(step instanceof Step.Name(String name)) || !name.startsWith("#")) {
            return step;
        }
        if (!names.containsKey(name)) {
            throw Failures.invalid(
                    "An expression attribute name used in the document path is not defined; attribute name: " + name);
        }
        return new Step.Name(names.get(name));
    }

    Optional<AttributeValue> in(Map<String, AttributeValue> item) {
        Optional<AttributeValue> value = Optional.of(AttributeValue.fromM(item));
        for (Step step : steps) {
            value = value.flatMap(whole -> in(whole, step));
        }
        return value;
    }

    private static Optional<AttributeValue> in(AttributeValue whole, Step step) {
        return switch (step) {
            case Step.Name(String name) -> Optional.ofNullable(whole.m().get(name));
            case Step.Index(int index) ->
                index < whole.l().size() ? Optional.of(whole.l().get(index)) : Optional.empty();
        };
    }

    /** The item with another value at this path, or with none. */
    Map<String, AttributeValue> changed(Map<String, AttributeValue> item, Optional<AttributeValue> next) {
        return changed(AttributeValue.fromM(item), 0, next).m();
    }

    private AttributeValue changed(AttributeValue whole, int depth, Optional<AttributeValue> next) {
        Step step = steps.get(depth);
        Optional<AttributeValue> below = depth == steps.size() - 1
                ? next
                : Optional.of(changed(in(whole, step).orElseThrow(Path::noWay), depth + 1, next));
        return switch (step) {
            case Step.Name(String name) when whole.hasM() -> AttributeValue.fromM(with(whole.m(), name, below));
            case Step.Index(int index) when whole.hasL() -> AttributeValue.fromL(with(whole.l(), index, below));
            case Step.Name _, Step.Index _ -> throw noWay();
        };
    }

    private static Map<String, AttributeValue> with(
            Map<String, AttributeValue> map, String name, Optional<AttributeValue> next) {
        Map<String, AttributeValue> result = new HashMap<>(map);
        next.ifPresentOrElse(value -> result.put(name, value), () -> result.remove(name));
        return Collections.unmodifiableMap(result);
    }

    private static List<AttributeValue> with(List<AttributeValue> list, int index, Optional<AttributeValue> next) {
        List<AttributeValue> result = new ArrayList<>(list);
        if (index < result.size()) {
            next.ifPresentOrElse(value -> result.set(index, value), () -> result.remove(index));
        } else {
            next.ifPresent(result::add);
        }
        return List.copyOf(result);
    }

    private static RuntimeException noWay() {
        return Failures.invalid("The document path provided in the update expression is invalid for update");
    }
}
