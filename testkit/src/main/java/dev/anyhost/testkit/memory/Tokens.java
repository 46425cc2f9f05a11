package dev.anyhost.testkit.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The words of an expression, one after the other. */
final class Tokens {

    private static final Pattern TOKEN =
            Pattern.compile("\\s*(<>|<=|>=|[=<>+\\-(),.\\[\\]]|[#:]?[A-Za-z_][A-Za-z0-9_]*|[#:][A-Za-z0-9_]+|[0-9]+)");
    private static final Pattern NAME = Pattern.compile("#?[A-Za-z0-9_]+");

    private final String expression;
    private final List<String> words = new ArrayList<>();
    private int next;

    Tokens(String expression) {
        this.expression = expression;
        Matcher matcher = TOKEN.matcher(expression);
        int end = 0;
        while (matcher.find(end) && matcher.start() == end) {
            words.add(matcher.group(1));
            end = matcher.end();
        }
        if (!expression.substring(end).isBlank()) {
            throw syntax(expression.substring(end));
        }
    }

    boolean atEnd() {
        return next == words.size();
    }

    String take() {
        if (atEnd()) {
            throw syntax("its end");
        }
        return words.get(next++);
    }

    /** Keywords and functions are told from names by where they are; keywords in any case. */
    boolean takeIf(String word) {
        boolean here = peeks(word);
        next += here ? 1 : 0;
        return here;
    }

    boolean peeks(String word) {
        return !atEnd() && words.get(next).equalsIgnoreCase(word);
    }

    boolean peeksValue() {
        return !atEnd() && words.get(next).startsWith(":");
    }

    /** Whether a function of this name is called here; takes the name and the parenthesis. */
    boolean takeCall(String function) {
        boolean here = peeks(function)
                && next + 1 < words.size()
                && words.get(next + 1).equals("(");
        next += here ? 2 : 0;
        return here;
    }

    void expect(String word) {
        String found = take();
        if (!found.equalsIgnoreCase(word)) {
            throw syntax(found);
        }
    }

    String name() {
        String word = take();
        if (!NAME.matcher(word).matches()) {
            throw syntax(word);
        }
        return word;
    }

    int index() {
        try {
            return Integer.parseInt(take());
        } catch (NumberFormatException e) {
            throw syntax("an index");
        }
    }

    /** All {@code #names} and {@code :values}. */
    Set<String> placeholders() {
        Set<String> found = new TreeSet<>();
        words.stream().filter(word -> word.matches("[#:].*")).forEach(found::add);
        return found;
    }

    RuntimeException syntax(String near) {
        return Failures.invalid(String.format(Locale.ROOT, "Syntax error near %s in: %s", near, expression));
    }
}
