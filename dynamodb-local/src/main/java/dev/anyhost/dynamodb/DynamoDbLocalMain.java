package dev.anyhost.dynamodb;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * DynamoDB Local as a process: one line on standard output when it answers, {@code DynamoDB Local: http://127.0.0.1:PORT}.
 *
 * <p>Exit codes: 0 stopped (SIGTERM, SIGINT, or the parent is gone), 1 could not start, 2 wrong arguments.
 */
public final class DynamoDbLocalMain {

    /** Held, because a logger that is only configured may be collected and its level forgotten. */
    private static final Logger SQLITE = Logger.getLogger("com.almworks.sqlite4java");

    private DynamoDbLocalMain() {}

    /** See the class; {@code --help} prints the arguments. */
    public static void main(String[] arguments) {
        switch (LocalOptions.parse(List.of(arguments))) {
            case LocalOptions.Parsed.HelpWanted() -> System.out.println(LocalOptions.USAGE);
            case LocalOptions.Parsed.Invalid(String message) -> {
                System.err.println(message + System.lineSeparator() + LocalOptions.USAGE);
                System.exit(2);
            }
            case LocalOptions.Parsed.Valid(LocalOptions options) -> run(options);
        }
    }

    private static void run(LocalOptions options) {
        beQuiet();
        LocalDatabase database;
        try {
            database = LocalDatabase.start(options.port(), options.data());
        } catch (Exception e) { // Jetty's start declares nothing narrower.
            System.err.println("DynamoDB Local did not start: " + e);
            System.exit(1);
            return;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(database), "stop"));
        System.out.println("DynamoDB Local: " + database.endpoint());
        if (options.exitWithParent()) {
            Thread.ofPlatform().name("parent").daemon().start(() -> exitAtEndOf(System.in));
        }
    }

    /** A JVM ended by a signal exits with 128 + signal; an asked-for stop is a success. */
    private static void stop(LocalDatabase database) {
        try {
            database.stop();
        } catch (Exception e) { // Jetty's stop declares nothing narrower.
            System.err.println("DynamoDB Local did not stop cleanly: " + e);
            Runtime.getRuntime().halt(1);
        }
        Runtime.getRuntime().halt(0);
    }

    private static void exitAtEndOf(InputStream parent) {
        try {
            parent.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            System.err.println("Standard input failed, taken as its end: " + e.getMessage());
        }
        System.exit(0);
    }

    private static void beQuiet() {
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        SQLITE.setLevel(Level.WARNING);
    }
}
