package dev.anyhost.testkit;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.zip.ZipInputStream;

/**
 * A function as Lambda runs it: a package that is deployed, under AWS's own Runtime Interface Client, in a process of its
 * own. The client must be on this process's class path.
 */
public final class LambdaFunction implements AutoCloseable {

    private static final String CLIENT = "com.amazonaws.services.lambda.runtime.api.client.AWSLambda";

    private final LambdaRuntimeApi api;
    private final ChildProcess process;

    private LambdaFunction(LambdaRuntimeApi api, ChildProcess process) {
        this.api = api;
        this.process = process;
    }

    /**
     * Starts it; returns before it is initialised.
     *
     * @param code the package, a zip with jars in {@code lib}
     * @param handler the handler's class
     * @param environment added to what Lambda sets
     */
    public static LambdaFunction start(Path code, String handler, Map<String, String> environment) throws IOException {
        Path folder = unpacked(code);
        var api = new LambdaRuntimeApi();
        Map<String, String> variables = new HashMap<>(environment);
        variables.putAll(Map.of(
                "AWS_LAMBDA_RUNTIME_API", api.address(),
                "AWS_LAMBDA_FUNCTION_NAME", "function",
                "AWS_LAMBDA_FUNCTION_VERSION", "$LATEST",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512",
                "AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/function",
                "AWS_LAMBDA_LOG_STREAM_NAME", "local",
                "AWS_REGION", "us-east-1",
                "LAMBDA_TASK_ROOT", folder.toString()));
        var command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                runtime() + File.pathSeparator + folder.resolve("lib") + "/*",
                CLIENT,
                handler);
        return new LambdaFunction(api, ChildProcess.start(command, variables, Optional.empty()));
    }

    /** The jars that Lambda's own runtime brings. */
    private static String runtime() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(jar -> Path.of(jar)
                        .getFileName()
                        .toString()
                        .matches("aws-lambda-java-(core|serialization|runtime-interface-client)-.*"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static Path unpacked(Path code) throws IOException {
        Path folder = Files.createTempDirectory("lambda");
        try (var zip = new ZipInputStream(Files.newInputStream(code))) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path file = folder.resolve(entry.getName());
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                } else {
                    Files.createDirectories(file.getParent());
                    Files.copy(zip, file);
                }
            }
        }
        return folder;
    }

    /** Lambda's side of it. */
    public LambdaRuntimeApi api() {
        return api;
    }

    @Override
    public void close() {
        process.close();
        api.close();
    }
}
