package dev.anyhost.testkit.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** OR binds weaker than AND, AND weaker than NOT. */
final class ConditionParser {

    private static final Map<String, Condition.Comparator> COMPARATORS = Map.of(
            "=", Condition.Comparator.EQUAL,
            "<>", Condition.Comparator.UNEQUAL,
            "<", Condition.Comparator.LESS,
            "<=", Condition.Comparator.AT_MOST,
            ">", Condition.Comparator.GREATER,
            ">=", Condition.Comparator.AT_LEAST);

    private ConditionParser() {}

    static Condition parse(Tokens tokens) {
        Condition condition = conjunction(tokens);
        while (tokens.takeIf("OR")) {
            condition = new Condition.Or(condition, conjunction(tokens));
        }
        return condition;
    }

    private static Condition conjunction(Tokens tokens) {
        Condition condition = negation(tokens);
        while (tokens.takeIf("AND")) {
            condition = new Condition.And(condition, negation(tokens));
        }
        return condition;
    }

    private static Condition negation(Tokens tokens) {
        if (tokens.takeIf("NOT")) {
            return new Condition.Not(negation(tokens));
        }
        if (tokens.takeIf("(")) {
            Condition inner = parse(tokens);
            tokens.expect(")");
            return inner;
        }
        return simple(tokens);
    }

    private static Condition simple(Tokens tokens) {
        if (tokens.takeCall("attribute_exists")) {
            return closed(tokens, new Condition.Exists(new Operand.At(OperandParser.path(tokens))));
        }
        if (tokens.takeCall("attribute_not_exists")) {
            return closed(tokens, new Condition.Not(new Condition.Exists(new Operand.At(OperandParser.path(tokens)))));
        }
        if (tokens.takeCall("begins_with")) {
            Operand value = OperandParser.operand(tokens);
            tokens.expect(",");
            return closed(tokens, new Condition.BeginsWith(value, OperandParser.operand(tokens)));
        }
        if (tokens.takeCall("contains")) {
            Operand whole = OperandParser.operand(tokens);
            tokens.expect(",");
            return closed(tokens, new Condition.Contains(whole, OperandParser.operand(tokens)));
        }
        return comparison(tokens, OperandParser.operand(tokens));
    }

    private static Condition comparison(Tokens tokens, Operand left) {
        if (tokens.takeIf("BETWEEN")) {
            Operand low = OperandParser.operand(tokens);
            tokens.expect("AND");
            return new Condition.Between(left, low, OperandParser.operand(tokens));
        }
        if (tokens.takeIf("IN")) {
            tokens.expect("(");
            List<Operand> choices = new ArrayList<>();
            do {
                choices.add(OperandParser.operand(tokens));
            } while (tokens.takeIf(","));
            return closed(tokens, new Condition.In(left, List.copyOf(choices)));
        }
        String word = tokens.take();
        Condition.Comparator comparator = COMPARATORS.get(word);
        if (comparator == null) {
            throw tokens.syntax(word);
        }
        return new Condition.Comparison(left, comparator, OperandParser.operand(tokens));
    }

    private static Condition closed(Tokens tokens, Condition condition) {
        tokens.expect(")");
        return condition;
    }
}
