package dev.anyhost.local;

import dev.anyhost.testkit.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What {@code infra/image/Dockerfile} puts above its base, put together without Docker. */
record ImageTree(Path root, String user, List<String> command) {

    static final Path CHECKOUT = Path.of("..").toAbsolutePath().normalize();

    private static final Duration BUILD_LIMIT = Duration.ofMinutes(5);
    private static final Pattern BUILT = Pattern.compile("(?m)^RUN distribution/assemble .* (/\\S+)$");
    private static final Pattern COPIED = Pattern.compile("(?m)^COPY --from=build (/\\S+) (/\\S+)$");
    private static final Pattern USER = Pattern.compile("(?m)^USER (\\S+)$");
    private static final Pattern COMMAND = Pattern.compile("(?m)^(?:ENTRYPOINT|CMD) \\[(.*)]$");

    /** Runs the steps of the Dockerfile in a folder, with this JVM's JDK. */
    static ImageTree assemble(Path folder) throws IOException {
        String dockerfile = Files.readString(CHECKOUT.resolve("infra/image/Dockerfile"));
        String last = dockerfile.substring(dockerfile.lastIndexOf("\nFROM "));
        Path built = folder.resolve("build");
        for (MatchResult step : steps(BUILT, dockerfile)) {
            run(List.of(
                    CHECKOUT.resolve("distribution/assemble").toString(),
                    System.getProperty("java.home"),
                    built + step.group(1)));
        }
        Path root = folder.resolve("image");
        for (MatchResult step : steps(COPIED, last)) {
            Path to = Path.of(root + step.group(2));
            Files.createDirectories(Optional.ofNullable(to.getParent()).orElse(root));
            run(List.of("cp", "-a", built + step.group(1), to.toString()));
        }
        List<String> command = steps(COMMAND, last).stream()
                .flatMap(step ->
                        Pattern.compile("\"([^\"]*)\"").matcher(step.group(1)).results())
                .map(word -> word.group(1))
                .toList();
        return new ImageTree(root, steps(USER, last).getFirst().group(1), command);
    }

    private static List<MatchResult> steps(Pattern pattern, String dockerfile) {
        List<MatchResult> steps = pattern.matcher(dockerfile).results().toList();
        if (steps.isEmpty()) {
            throw new IllegalStateException("no line of the Dockerfile is " + pattern);
        }
        return steps;
    }

    private static void run(List<String> command) {
        try (var step = ChildProcess.start(command)) {
            if (!step.endedWithin(BUILD_LIMIT) || step.exitCode() != 0) {
                throw new IllegalStateException(command + ": " + String.join("\n", step.output()));
            }
        }
    }

    /** The path of something in the image, on this machine. */
    Path at(String path) {
        return Path.of(root + path);
    }

    /**
     * Starts the image's own command: with root's rights as its user and in a root that can't be written, else plainly.
     *
     * @param folder also visible to it, under the same path
     */
    ChildProcess start(Path folder, Map<String, String> environment) {
        if (!isRoot()) {
            List<String> plain = new ArrayList<>(command);
            plain.set(0, at(command.getFirst()).toString());
            plain.replaceAll(word -> word.endsWith(".yaml") ? at(word).toString() : word);
            return ChildProcess.start(plain, environment, Optional.empty());
        }
        Path script = Path.of("src/test/resources/read-only-root.sh").toAbsolutePath();
        List<String> confined =
                new ArrayList<>(List.of("sh", script.toString(), root.toString(), folder.toString(), user));
        confined.addAll(command);
        return ChildProcess.start(confined, environment, Optional.empty());
    }

    static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }
}
