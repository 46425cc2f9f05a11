package dev.anyhost.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.testkit.ChildProcess;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.Ports;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code anyhost dev} as a person meets it: a process of its own, two lines to paste, Ctrl-C. */
class DevCommandTest {

    private static final Pattern ALLOWED = Pattern.compile("^(curl .*shop\\.customer\\.example.*)$");
    private static final Pattern REFUSED = Pattern.compile("^(curl .*stranger\\.example.*)$");
    private static final Duration START_LIMIT = Duration.ofSeconds(90);

    @Test
    void dev_servesThePrintedLinesAndLeavesNothingBehind() throws Exception {
        List<Integer> ports = Ports.free(4);
        List<ProcessHandle> children;
        try (ChildProcess dev = ChildProcess.start(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-D" + DynamoDbLocal.FOLDER_PROPERTY + "=" + System.getProperty(DynamoDbLocal.FOLDER_PROPERTY),
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.anyhost.local.Anyhost",
                "dev",
                "--https-port=" + ports.get(0),
                "--http-port=" + ports.get(1),
                "--admin-port=" + ports.get(2),
                "--verifier-port=" + ports.get(3)))) {
            String allowed = dev.awaitLine(ALLOWED, START_LIMIT).group(1);
            String refused = dev.awaitLine(REFUSED, START_LIMIT).group(1);

            assertThat(shell(allowed + " -sS")).startsWith("0 ").contains("User-Custom-Domain: shop.customer.example");
            assertThat(shell(refused + " -sS")).startsWith("35 ").contains("unrecognized name");
            assertThat(dev.output())
                    .filteredOn(line -> line.startsWith("curl "))
                    .hasSize(2);

            assertThat(dev.output())
                    .anyMatch(line -> line.contains("warmed up"))
                    .noneMatch(line -> line.contains("warm-up ended early"));

            children = ProcessHandle.of(dev.pid()).orElseThrow().descendants().toList();
            assertThat(children).isNotEmpty();
            assertThat(dev.terminate(Duration.ofSeconds(30))).isZero();
        }
        for (ProcessHandle child : children) {
            child.onExit().join();
        }
        assertThat(children).noneMatch(ProcessHandle::isAlive);
    }

    /** Runs a line as it would be pasted; the exit code and what was printed. */
    private static String shell(String line) throws Exception {
        Process shell =
                new ProcessBuilder("sh", "-c", line).redirectErrorStream(true).start();
        String printed = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return shell.waitFor() + " " + printed;
    }
}
