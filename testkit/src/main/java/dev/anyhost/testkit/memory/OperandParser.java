package dev.anyhost.testkit.memory;

import java.util.ArrayList;
import java.util.List;

/** Paths and values. */
final class OperandParser {

    private OperandParser() {}

    static List<Path> paths(Tokens tokens) {
        List<Path> paths = new ArrayList<>();
        do {
            paths.add(path(tokens));
        } while (tokens.takeIf(","));
        return List.copyOf(paths);
    }

    static Path path(Tokens tokens) {
        List<Path.Step> steps = new ArrayList<>();
        steps.add(new Path.Step.Name(tokens.name()));
        while (true) {
            if (tokens.takeIf(".")) {
                steps.add(new Path.Step.Name(tokens.name()));
            } else if (tokens.takeIf("[")) {
                steps.add(new Path.Step.Index(tokens.index()));
                tokens.expect("]");
            } else {
                return new Path(List.copyOf(steps));
            }
        }
    }

    static Operand.Given given(Tokens tokens) {
        String word = tokens.take();
        if (!word.startsWith(":")) {
            throw tokens.syntax(word);
        }
        return new Operand.Given(word);
    }

    static Operand operand(Tokens tokens) {
        if (tokens.takeCall("size") || tokens.takeCall("attribute_type")) {
            throw new UnsupportedOperationException("size() and attribute_type() in an expression");
        }
        return tokens.peeksValue() ? given(tokens) : new Operand.At(path(tokens));
    }
}
