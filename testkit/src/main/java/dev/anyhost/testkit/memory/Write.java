package dev.anyhost.testkit.memory;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionCheck;
import software.amazon.awssdk.services.dynamodb.model.Delete;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.Update;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/**
 * A write to one item, whichever request it came in.
 *
 * @param change what becomes of the item; an empty map: there is none
 */
record Write(
        MemoryTable table, Key key, Guard guard, boolean showsItem, UnaryOperator<Map<String, AttributeValue>> change) {

    /** A condition, or none. */
    record Guard(Optional<Condition> condition, Map<String, String> names, Map<String, AttributeValue> values) {

        static Guard of(
                @Nullable String condition,
                Map<String, String> names,
                Map<String, AttributeValue> values,
                Set<String> usedElsewhere) {
            Set<String> used = new TreeSet<>(usedElsewhere);
            Optional<Expression<Condition>> parsed =
                    Optional.ofNullable(condition).map(Expression::condition);
            parsed.ifPresent(expression -> used.addAll(expression.placeholders()));
            RequestFields.noneUnused(used, names, values);
            return new Guard(parsed.map(Expression::parsed), names, Values.canonical(values));
        }

        boolean holds(Map<String, AttributeValue> item) {
            return condition.isEmpty() || condition.get().holds(new Scope(names, values, item));
        }
    }

    static Write of(MemoryTable table, PutItemRequest put) {
        return put(
                table,
                put.item(),
                Guard.of(
                        put.conditionExpression(),
                        put.expressionAttributeNames(),
                        put.expressionAttributeValues(),
                        Set.of()),
                put.returnValuesOnConditionCheckFailure());
    }

    static Write of(MemoryTable table, Put put) {
        return put(
                table,
                put.item(),
                Guard.of(
                        put.conditionExpression(),
                        put.expressionAttributeNames(),
                        put.expressionAttributeValues(),
                        Set.of()),
                put.returnValuesOnConditionCheckFailure());
    }

    static Write put(MemoryTable table, Map<String, AttributeValue> item) {
        return put(table, item, Guard.of(null, Map.of(), Map.of(), Set.of()), null);
    }

    private static Write put(
            MemoryTable table,
            Map<String, AttributeValue> item,
            Guard guard,
            @Nullable ReturnValuesOnConditionCheckFailure onFailure) {
        Map<String, AttributeValue> next = Values.canonical(item);
        return new Write(table, new Key(table.keys().of(next)), guard, isAllOld(onFailure), _ -> next);
    }

    static Write of(MemoryTable table, DeleteItemRequest delete) {
        Guard guard = Guard.of(
                delete.conditionExpression(),
                delete.expressionAttributeNames(),
                delete.expressionAttributeValues(),
                Set.of());
        return delete(table, delete.key(), guard, delete.returnValuesOnConditionCheckFailure());
    }

    static Write of(MemoryTable table, Delete delete) {
        Guard guard = Guard.of(
                delete.conditionExpression(),
                delete.expressionAttributeNames(),
                delete.expressionAttributeValues(),
                Set.of());
        return delete(table, delete.key(), guard, delete.returnValuesOnConditionCheckFailure());
    }

    static Write delete(MemoryTable table, Map<String, AttributeValue> key) {
        return delete(table, key, Guard.of(null, Map.of(), Map.of(), Set.of()), null);
    }

    private static Write delete(
            MemoryTable table,
            Map<String, AttributeValue> key,
            Guard guard,
            @Nullable ReturnValuesOnConditionCheckFailure onFailure) {
        return new Write(table, key(table, key), guard, isAllOld(onFailure), _ -> Map.of());
    }

    static Write of(MemoryTable table, ConditionCheck check) {
        Guard guard = Guard.of(
                check.conditionExpression(),
                check.expressionAttributeNames(),
                check.expressionAttributeValues(),
                Set.of());
        return new Write(
                table,
                key(table, check.key()),
                guard,
                isAllOld(check.returnValuesOnConditionCheckFailure()),
                item -> item);
    }

    static Write of(MemoryTable table, UpdateItemRequest update) {
        return update(
                table,
                update.key(),
                update.updateExpression(),
                used -> Guard.of(
                        update.conditionExpression(),
                        update.expressionAttributeNames(),
                        update.expressionAttributeValues(),
                        used),
                update.returnValuesOnConditionCheckFailure());
    }

    static Write of(MemoryTable table, Update update) {
        return update(
                table,
                update.key(),
                update.updateExpression(),
                used -> Guard.of(
                        update.conditionExpression(),
                        update.expressionAttributeNames(),
                        update.expressionAttributeValues(),
                        used),
                update.returnValuesOnConditionCheckFailure());
    }

    private interface Guarding {
        Guard by(Set<String> usedInUpdate);
    }

    private static Write update(
            MemoryTable table,
            Map<String, AttributeValue> keyAttributes,
            @Nullable String text,
            Guarding guarding,
            @Nullable ReturnValuesOnConditionCheckFailure onFailure) {
        Expression<List<Change>> update =
                text == null ? new Expression<>(List.of(), Set.of()) : Expression.update(text);
        Map<String, AttributeValue> identity = Values.canonical(keyAttributes);
        Guard guard = guarding.by(update.placeholders());
        return new Write(
                table,
                key(table, keyAttributes),
                guard,
                isAllOld(onFailure),
                before -> Change.apply(
                        update.parsed(),
                        new Scope(guard.names(), guard.values(), before.isEmpty() ? identity : before)));
    }

    private static Key key(MemoryTable table, Map<String, AttributeValue> key) {
        return new Key(table.keys().exactly(Values.canonical(key)));
    }

    private static boolean isAllOld(@Nullable ReturnValuesOnConditionCheckFailure onFailure) {
        return onFailure == ReturnValuesOnConditionCheckFailure.ALL_OLD;
    }

    Map<String, AttributeValue> before() {
        return table.get(key);
    }

    boolean isAllowed() {
        return guard.holds(before());
    }

    /** What is shown to a writer whose condition failed. */
    Map<String, AttributeValue> shown() {
        return showsItem ? before() : Map.of();
    }

    /** What would be stored; refuses what can't be. */
    Map<String, AttributeValue> after() {
        Map<String, AttributeValue> next = change.apply(before());
        if (!next.isEmpty()) {
            table.check(key, next);
        }
        return next;
    }

    static void within(int count, int most) {
        if (count < 1 || count > most) {
            throw Failures.invalid("Too many items requested for the call, or none: " + count);
        }
    }

    static void distinct(List<Write> writes) {
        record Target(MemoryTable table, Key key) {}
        if (writes.stream()
                        .map(write -> new Target(write.table(), write.key()))
                        .distinct()
                        .count()
                != writes.size()) {
            throw Failures.invalid("Request cannot include multiple operations on one item");
        }
    }
}
