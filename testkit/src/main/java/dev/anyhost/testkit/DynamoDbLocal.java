package dev.anyhost.testkit;

import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * DynamoDB Local as a child process on loopback, one database for all access keys and regions. It has a class path of
 * its own, because it brings old versions of half the world.
 */
public final class DynamoDbLocal implements AutoCloseable {

    /**
     * The system property that names the folder with {@code classes} or a jar, and {@code lib}: the build's {@code
     * dynamodb-local/target} or the distribution's copy.
     */
    public static final String FOLDER_PROPERTY = "anyhost.dynamodb-local";

    private static final Pattern READY = Pattern.compile("^DynamoDB Local: (http://\\S+)$");
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private final ChildProcess process;
    private final URI endpoint;

    private DynamoDbLocal(ChildProcess process, URI endpoint) {
        this.process = process;
        this.endpoint = endpoint;
    }

    /** Starts one that keeps its tables in memory, on a port of the system's choice. */
    public static DynamoDbLocal start() {
        return start(Optional.empty(), 0);
    }

    /** Starts one that keeps its tables in {@code data}; port 0 lets the system choose. */
    public static DynamoDbLocal start(Path data, int port) {
        return start(Optional.of(data), port);
    }

    /**
     * Starts one; it answers when this returns.
     *
     * @param data the folder for the tables, created when missing; empty keeps them in memory
     * @param port 0 lets the system choose
     * @throws ChildFailed when it doesn't come up, with its output
     */
    public static DynamoDbLocal start(Optional<Path> data, int port) {
        ChildProcess process = ChildProcess.start(command(data, port));
        try {
            URI endpoint = URI.create(process.awaitLine(READY, START_LIMIT).group(1));
            return new DynamoDbLocal(process, endpoint);
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
    }

    /**
     * The command that runs it in the foreground.
     *
     * @throws IllegalStateException when {@link #FOLDER_PROPERTY} isn't set, or its folder isn't built
     */
    public static List<String> command(Optional<Path> data, int port) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath(),
                "dev.anyhost.dynamodb.DynamoDbLocalMain",
                "--port",
                Integer.toString(port)));
        data.ifPresent(folder -> command.addAll(List.of("--data", folder.toString())));
        return command;
    }

    public URI endpoint() {
        return endpoint;
    }

    /** The operating system's process id. */
    public long pid() {
        return process.pid();
    }

    /**
     * A new client with dummy credentials; the caller closes it.
     *
     * @param interceptors see all its calls
     */
    public DynamoDbClient client(ExecutionInterceptor... interceptors) {
        return DynamoDbClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
                .httpClient(UrlConnectionHttpClient.create())
                .overrideConfiguration(override -> override.executionInterceptors(List.of(interceptors)))
                .build();
    }

    /** Ends it as a crash would, for tests of an unreachable store. */
    public void kill() {
        process.kill();
    }

    /** Stops it; tables with a data folder are complete on disk afterwards. */
    @Override
    public void close() {
        process.close();
    }

    private static String classPath() {
        String property = System.getProperty(FOLDER_PROPERTY);
        if (property == null) {
            throw new IllegalStateException(FOLDER_PROPERTY + ": not set (expected: the folder of DynamoDB Local)");
        }
        Path folder = Path.of(property);
        if (!Files.isDirectory(folder.resolve("lib"))) {
            throw new IllegalStateException(FOLDER_PROPERTY + ": " + folder + " (expected: a folder with lib/)");
        }
        return String.join(
                File.pathSeparator,
                folder.resolve("classes").toString(),
                folder.resolve("*").toString(),
                folder.resolve("lib").resolve("*").toString());
    }
}
