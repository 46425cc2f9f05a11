package dev.anyhost.testkit.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What an expression takes a value from. */
sealed interface Operand {

    /** A place in the item. */
    record At(Path path) implements Operand {}

    /** An expression attribute value. */
    record Given(String name) implements Operand {}

    record IfNotExists(At path, Operand otherwise) implements Operand {}

    record Appended(Operand first, Operand second) implements Operand {}

    record Sum(Operand left, boolean minus, Operand right) implements Operand {}

    /** Empty where the item has nothing there. */
    default Optional<AttributeValue> in(Scope scope) {
        return switch (this) {
            case At(Path path) -> path.resolved(scope.names()).in(scope.item());
            case Given(String name) -> Optional.of(scope.value(name));
            case IfNotExists(At path, Operand otherwise) -> path.in(scope).or(() -> otherwise.in(scope));
            case Appended(Operand first, Operand second) ->
                Optional.of(appended(first.required(scope), second.required(scope)));
            case Sum(Operand left, boolean minus, Operand right) ->
                Optional.of(Values.sum(left.required(scope), right.required(scope), minus));
        };
    }

    /** The value of an update's operand, which has to be there. */
    default AttributeValue required(Scope scope) {
        return in(scope)
                .orElseThrow(() -> Failures.invalid(
                        "The provided expression refers to an attribute that does not exist in the item"));
    }

    private static AttributeValue appended(AttributeValue first, AttributeValue second) {
        if (!first.hasL() || !second.hasL()) {
            throw Failures.invalid("An operand in the update expression has an incorrect data type");
        }
        List<AttributeValue> all = new ArrayList<>(first.l());
        all.addAll(second.l());
        return AttributeValue.fromL(List.copyOf(all));
    }
}
