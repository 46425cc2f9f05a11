package dev.anyhost.testkit.memory;

import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A parsed condition, key condition or filter expression. */
sealed interface Condition {

    record And(Condition one, Condition other) implements Condition {}

    record Or(Condition one, Condition other) implements Condition {}

    record Not(Condition negated) implements Condition {}

    record Comparison(Operand left, Comparator comparator, Operand right) implements Condition {}

    record Between(Operand value, Operand low, Operand high) implements Condition {}

    record In(Operand value, List<Operand> choices) implements Condition {}

    record Exists(Operand.At path) implements Condition {}

    record BeginsWith(Operand value, Operand prefix) implements Condition {}

    record Contains(Operand whole, Operand part) implements Condition {}

    enum Comparator {
        EQUAL,
        UNEQUAL,
        LESS,
        AT_MOST,
        GREATER,
        AT_LEAST;

        /** Of values of different types, or of one that is missing, only that they are unequal is ever true. */
        boolean holds(Optional<AttributeValue> left, Optional<AttributeValue> right) {
            boolean equal = left.isPresent() && left.equals(right);
            if (this == EQUAL || this == UNEQUAL) {
                return equal == (this == EQUAL);
            }
            return left.isPresent()
                    && right.isPresent()
                    && Values.areComparable(left.get(), right.get())
                    && holds(Values.compare(left.get(), right.get()));
        }

        private boolean holds(int compared) {
            return switch (this) {
                case EQUAL -> compared == 0;
                case UNEQUAL -> compared != 0;
                case LESS -> compared < 0;
                case AT_MOST -> compared <= 0;
                case GREATER -> compared > 0;
                case AT_LEAST -> compared >= 0;
            };
        }
    }

    default boolean holds(Scope scope) {
        return switch (this) {
            case And(Condition one, Condition other) -> one.holds(scope) && other.holds(scope);
            case Or(Condition one, Condition other) -> one.holds(scope) || other.holds(scope);
            case Not(Condition negated) -> !negated.holds(scope);
            case Comparison(Operand left, Comparator comparator, Operand right) ->
                comparator.holds(left.in(scope), right.in(scope));
            case Between(Operand value, Operand low, Operand high) ->
                Comparator.AT_LEAST.holds(value.in(scope), low.in(scope))
                        && Comparator.AT_MOST.holds(value.in(scope), high.in(scope));
            case In(Operand value, List<Operand> choices) ->
                choices.stream().anyMatch(choice -> Comparator.EQUAL.holds(value.in(scope), choice.in(scope)));
            case Exists(Operand.At path) -> path.in(scope).isPresent();
            case BeginsWith(Operand value, Operand prefix) ->
                prefix.in(scope)
                        .flatMap(start -> value.in(scope).filter(whole -> Values.startsWith(whole, start)))
                        .isPresent();
            case Contains(Operand whole, Operand part) ->
                part.in(scope)
                        .flatMap(wanted -> whole.in(scope).filter(all -> Values.contains(all, wanted)))
                        .isPresent();
        };
    }
}
