package dev.anyhost.settings;

import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Fills in <code>${NAME}</code> and <code>${NAME:default}</code>. A variable that is set but empty counts as set. */
record Substitution(Function<String, Optional<String>> environment) {

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::([^}]*))?\\})?");

    /** What became of a text. */
    sealed interface Outcome {
        record Filled(String text) implements Outcome {}

        record Failed(String expected) implements Outcome {}
    }

    Outcome fill(String text) {
        var filled = new StringBuilder();
        Matcher variable = VARIABLE.matcher(text);
        while (variable.find()) {
            String name = variable.group(1);
            if (name == null) {
                return new Outcome.Failed("${NAME} or ${NAME:default}");
            }
            Optional<String> value = environment.apply(name).or(() -> Optional.ofNullable(variable.group(2)));
            if (value.isEmpty()) {
                return new Outcome.Failed("the environment variable " + name + " to be set");
            }
            variable.appendReplacement(filled, Matcher.quoteReplacement(value.get()));
        }
        return new Outcome.Filled(variable.appendTail(filled).toString());
    }
}
