package dev.anyhost.testkit.memory;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Clauses {@code SET}, {@code REMOVE}, {@code ADD} and {@code DELETE}, each at most once, in any order. */
final class UpdateParser {

    private UpdateParser() {}

    static List<Change> parse(Tokens tokens) {
        List<Change> changes = new ArrayList<>();
        Set<String> clauses = new HashSet<>();
        while (!tokens.atEnd()) {
            String clause = tokens.take().toUpperCase(Locale.ROOT);
            if (!clauses.add(clause)) {
                throw tokens.syntax(clause);
            }
            do {
                changes.add(change(clause, tokens));
            } while (tokens.takeIf(","));
        }
        return List.copyOf(changes);
    }

    private static Change change(String clause, Tokens tokens) {
        Path path = switch (clause) {
            case "SET", "REMOVE", "ADD", "DELETE" -> OperandParser.path(tokens);
            default -> throw tokens.syntax(clause);
        };
        return switch (clause) {
            case "SET" -> set(path, tokens);
            case "REMOVE" -> new Change.Remove(path);
            case "ADD" -> new Change.Add(path, OperandParser.given(tokens));
            default -> new Change.Delete(path, OperandParser.given(tokens));
        };
    }

    private static Change set(Path path, Tokens tokens) {
        tokens.expect("=");
        Operand value = value(tokens);
        if (tokens.takeIf("+")) {
            value = new Operand.Sum(value, /* minus= */ false, value(tokens));
        } else if (tokens.takeIf("-")) {
            value = new Operand.Sum(value, /* minus= */ true, value(tokens));
        }
        return new Change.Set(path, value);
    }

    private static Operand value(Tokens tokens) {
        if (tokens.takeCall("if_not_exists")) {
            Operand.At at = new Operand.At(OperandParser.path(tokens));
            tokens.expect(",");
            Operand otherwise = value(tokens);
            tokens.expect(")");
            return new Operand.IfNotExists(at, otherwise);
        }
        if (tokens.takeCall("list_append")) {
            Operand first = value(tokens);
            tokens.expect(",");
            Operand second = value(tokens);
            tokens.expect(")");
            return new Operand.Appended(first, second);
        }
        return OperandParser.operand(tokens);
    }
}
