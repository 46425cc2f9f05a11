package dev.anyhost.benchmarks;

import dev.anyhost.testkit.ChildProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Starts programs whose output goes straight to a file: reading it here would cost this JVM what the load needs. */
final class LoggedChild {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration POLL = Duration.ofMillis(20);

    private LoggedChild() {}

    static ChildProcess start(List<String> command, Map<String, String> environment, Path log) {
        List<String> logged =
                new ArrayList<>(List.of("/bin/sh", "-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1", "sh"));
        logged.add(log.toString());
        logged.addAll(command);
        return ChildProcess.start(logged, environment, Optional.empty());
    }

    /**
     * Waits until something listens at {@code address}.
     *
     * @throws IOException when the program ends or time runs out before
     */
    static void awaitListening(ChildProcess process, InetSocketAddress address) throws IOException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!accepts(address)) {
            if (process.endedWithin(POLL) || System.nanoTime() - deadline > 0) {
                throw new IOException("nothing listens at " + address + ": see the logs in target/benchmarks");
            }
        }
    }

    private static boolean accepts(InetSocketAddress address) {
        try (Socket socket = new Socket()) {
            socket.connect(address, Math.toIntExact(LIMIT.toMillis()));
            return true;
        } catch (IOException refused) {
            return false;
        }
    }
}
