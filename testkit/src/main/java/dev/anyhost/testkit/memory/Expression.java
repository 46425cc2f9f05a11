package dev.anyhost.testkit.memory;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * A parsed expression; product code has few texts, so each is parsed once.
 *
 * @param placeholders all {@code #names} and {@code :values} in it
 */
record Expression<T>(T parsed, Set<String> placeholders) {

    private static final Map<String, Expression<Condition>> CONDITIONS = new ConcurrentHashMap<>();
    private static final Map<String, Expression<List<Change>>> UPDATES = new ConcurrentHashMap<>();
    private static final Map<String, Expression<List<Path>>> PROJECTIONS = new ConcurrentHashMap<>();

    static Expression<Condition> condition(String text) {
        return CONDITIONS.computeIfAbsent(text, expression -> parse(expression, ConditionParser::parse));
    }

    static Expression<List<Change>> update(String text) {
        return UPDATES.computeIfAbsent(text, expression -> parse(expression, UpdateParser::parse));
    }

    static Expression<List<Path>> projection(String text) {
        return PROJECTIONS.computeIfAbsent(text, expression -> parse(expression, OperandParser::paths));
    }

    private static <T> Expression<T> parse(String text, Function<Tokens, T> parser) {
        Tokens tokens = new Tokens(text);
        T parsed = parser.apply(tokens);
        if (!tokens.atEnd()) {
            throw tokens.syntax(tokens.take());
        }
        return new Expression<>(parsed, tokens.placeholders());
    }
}
