package dev.anyhost.local;

import dev.anyhost.testkit.ChildFailed;
import dev.anyhost.testkit.ChildProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A proxy in a process of its own, so that its memory can be small and a signal can end it. */
final class ProxyProcess implements AutoCloseable {

    private static final Duration READY_LIMIT = Duration.ofSeconds(60);
    private static final Duration METRICS_LIMIT = Duration.ofSeconds(10);

    private final ChildProcess process;

    private ProxyProcess(ChildProcess process) {
        this.process = process;
    }

    /**
     * Starts one on the system's ports and waits until it is ready.
     *
     * @param options the JVM's, such as {@code -Xmx64m}
     * @param changes lines to replace in the configuration
     */
    static ProxyProcess start(TestSystem system, URI origin, List<String> options, Map<String, String> changes)
            throws IOException, InterruptedException {
        return start(system, origin, new int[] {system.httpsPort, system.httpPort}, options, changes);
    }

    /** As above, on other ports. */
    static ProxyProcess start(
            TestSystem system, URI origin, int[] ports, List<String> options, Map<String, String> changes)
            throws IOException, InterruptedException {
        return start(system, origin, ports, options, changes, "true");
    }

    /** As above, on the system's ports and with a port for {@link #metric}, in what a shell's command makes of a process. */
    static ProxyProcess startAfter(String shell, TestSystem system, int adminPort)
            throws IOException, InterruptedException {
        return start(
                system,
                system.origin.uri(),
                new int[] {system.httpsPort, system.httpPort},
                List.of("-Xmx96m"),
                admin(adminPort),
                shell);
    }

    /** What to change in the configuration for a known admin port. */
    static Map<String, String> admin(int port) {
        return Map.of("admin: \"127.0.0.1:0\"", "admin: \"127.0.0.1:" + port + "\"");
    }

    private static ProxyProcess start(
            TestSystem system, URI origin, int[] ports, List<String> options, Map<String, String> changes, String shell)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "/bin/sh",
                "-c",
                shell + " && exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dio.netty.leakDetection.level=disabled",
                "-XX:+UseSerialGC",
                "-XX:+UseCompactObjectHeaders"));
        command.addAll(options);
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                "dev.anyhost.local.Anyhost",
                "run",
                "--config",
                system.configuration(origin, ports[0], ports[1], changes).toString()));
        var started = new ProxyProcess(ChildProcess.start(command));
        try {
            started.awaitReady(ports[1]);
            return started;
        } catch (IllegalStateException | ChildFailed late) {
            started.close();
            throw late;
        }
    }

    private void awaitReady(int httpPort) throws InterruptedException {
        long deadline = System.nanoTime() + READY_LIMIT.toNanos();
        process.awaitPort(httpPort, READY_LIMIT);
        try (HttpClient http = HttpClient.newHttpClient()) {
            while (!isReady(http, httpPort)) {
                if (!process.isAlive() || System.nanoTime() - deadline > 0) {
                    throw new IllegalStateException("not ready: " + String.join("\n", process.output()));
                }
            }
        }
    }

    private static boolean isReady(HttpClient http, int port) throws InterruptedException {
        URI health = URI.create("http://127.0.0.1:" + port + "/health");
        try {
            return http.send(HttpRequest.newBuilder(health).build(), HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** One metric's value as the admin port has it; 0 when it isn't there. On a connection that may be kept. */
    static double metric(HttpClient http, int adminPort, String name) throws IOException, InterruptedException {
        URI metrics = URI.create("http://127.0.0.1:" + adminPort + "/metrics");
        return http.send(
                        HttpRequest.newBuilder(metrics).timeout(METRICS_LIMIT).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .sum();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    List<String> output() {
        return process.output();
    }

    /** Sends SIGKILL: it ends in the middle of whatever it does. */
    void kill() {
        process.kill();
    }

    /** Sends SIGSTOP: it does nothing until it is thawed. */
    void freeze() {
        process.freeze();
    }

    /** Sends SIGCONT. */
    void thaw() {
        process.thaw();
    }

    /** Sends SIGTERM and waits; the exit code. */
    int terminate(Duration grace) {
        return process.terminate(grace);
    }

    @Override
    public void close() {
        process.close();
    }
}
