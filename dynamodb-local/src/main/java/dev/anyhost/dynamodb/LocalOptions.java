package dev.anyhost.dynamodb;

import java.nio.file.Path;
import java.util.List;
import java.util.ListIterator;
import java.util.Optional;

/**
 * The command line of {@link DynamoDbLocalMain}.
 *
 * @param port 0–65535; 0 lets the system choose, and the ready line names the choice
 * @param data the folder that keeps the tables across restarts; empty keeps them in memory
 * @param exitWithParent end when standard input ends, that is when the process that holds its other end is gone
 */
record LocalOptions(int port, Optional<Path> data, boolean exitWithParent) {

    static final String USAGE = "usage: dynamodb-local --port PORT [--data DIR] [--exit-with-parent]";

    sealed interface Parsed {
        record Valid(LocalOptions options) implements Parsed {}

        record Invalid(String message) implements Parsed {}

        record HelpWanted() implements Parsed {}
    }

    static Parsed parse(List<String> arguments) {
        Optional<Integer> port = Optional.empty();
        Optional<Path> data = Optional.empty();
        boolean exitWithParent = false;
        ListIterator<String> rest = arguments.listIterator();
        while (rest.hasNext()) {
            String argument = rest.next();
            switch (argument) {
                case "--help" -> {
                    return new Parsed.HelpWanted();
                }
                case "--exit-with-parent" -> exitWithParent = true;
                case "--port" -> {
                    String value = rest.hasNext() ? rest.next() : "";
                    port = portIn(value);
                    if (port.isEmpty()) {
                        return new Parsed.Invalid("--port: " + value + " (expected: 0 to 65535)");
                    }
                }
                case "--data" -> {
                    if (!rest.hasNext()) {
                        return new Parsed.Invalid("--data:  (expected: a folder)");
                    }
                    data = Optional.of(Path.of(rest.next()));
                }
                default -> {
                    return new Parsed.Invalid("unknown argument: " + argument);
                }
            }
        }
        if (port.isEmpty()) {
            return new Parsed.Invalid("--port is missing");
        }
        return new Parsed.Valid(new LocalOptions(port.get(), data, exitWithParent));
    }

    private static Optional<Integer> portIn(String text) {
        if (!text.matches("[0-9]{1,5}")) {
            return Optional.empty();
        }
        return Optional.of(Integer.parseInt(text)).filter(port -> port <= 65535);
    }
}
