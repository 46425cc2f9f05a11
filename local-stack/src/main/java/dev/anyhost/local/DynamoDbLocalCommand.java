package dev.anyhost.local;

import dev.anyhost.testkit.DynamoDbLocal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code anyhost dynamodb-local}: the database alone, until a signal ends it. */
@Command(
        name = "dynamodb-local",
        description = "Runs DynamoDB Local on loopback, one database for all keys and regions.",
        mixinStandardHelpOptions = true)
final class DynamoDbLocalCommand implements Callable<Integer> {

    @Option(names = "--port", required = true, paramLabel = "P", description = "the port; 0 lets the system choose")
    private int port;

    @Option(names = "--data", paramLabel = "DIR", description = "keep the tables in this folder (default: in memory)")
    private @Nullable Path data;

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<String> command = DynamoDbLocal.command(Optional.ofNullable(data), port);
        Process database = new ProcessBuilder(command).inheritIO().start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            database.destroy();
            database.onExit().join();
            Runtime.getRuntime().halt(0);
        }));
        return database.waitFor();
    }
}
