package dev.anyhost.verifier.command;

import org.jspecify.annotations.Nullable;

/** The bridge from picocli, which fills fields in after construction, to values that are always there. */
final class Required {

    private Required() {}

    /** A parameter that picocli requires, and so has filled in before the command runs. */
    static <T> T of(@Nullable T parameter) {
        if (parameter == null) {
            throw new IllegalStateException("a command ran without its required parameter");
        }
        return parameter;
    }
}
