package dev.anyhost.testkit.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** One action of an update expression. */
sealed interface Change {

    Path path();

    record Set(Path path, Operand value) implements Change {}

    record Remove(Path path) implements Change {}

    /** Adds to a number, or to a set. */
    record Add(Path path, Operand.Given value) implements Change {}

    /** Takes out of a set. */
    record Delete(Path path, Operand.Given value) implements Change {}

    /** All actions see the item as it was. */
    static Map<String, AttributeValue> apply(List<Change> changes, Scope scope) {
        List<Path> paths = new ArrayList<>();
        Map<String, AttributeValue> item = scope.item();
        for (Change change : changes) {
            Path path = change.path().resolved(scope.names());
            if (paths.stream().anyMatch(path::overlaps)) {
                throw Failures.invalid("Invalid UpdateExpression: Two document paths overlap with each other");
            }
            paths.add(path);
            item = path.changed(item, change.next(path, scope));
        }
        return item;
    }

    private Optional<AttributeValue> next(Path path, Scope scope) {
        return switch (this) {
            case Set(Path _, Operand value) -> Optional.of(value.required(scope));
            case Remove(Path _) -> Optional.empty();
            case Add(Path _, Operand.Given value) -> Optional.of(added(path.in(scope.item()), value.required(scope)));
            case Delete(Path _, Operand.Given value) ->
                path.in(scope.item()).flatMap(before -> without(before, value.required(scope)));
        };
    }

    private static AttributeValue added(Optional<AttributeValue> before, AttributeValue more) {
        if (before.isEmpty()) {
            return more;
        }
        if (more.n() != null) {
            return Values.sum(before.get(), more, false);
        }
        List<String> members = new ArrayList<>(texts(before.get()));
        texts(more).stream().filter(text -> !members.contains(text)).forEach(members::add);
        return Values.canonical(AttributeValue.fromSs(members));
    }

    private static Optional<AttributeValue> without(AttributeValue before, AttributeValue less) {
        List<String> members = new ArrayList<>(texts(before));
        members.removeAll(texts(less));
        return members.isEmpty() ? Optional.empty() : Optional.of(AttributeValue.fromSs(members));
    }

    private static List<String> texts(AttributeValue value) {
        if (!value.hasSs()) {
            throw new UnsupportedOperationException("ADD or DELETE with " + value.type() + " (supported: N, SS)");
        }
        return value.ss();
    }
}
