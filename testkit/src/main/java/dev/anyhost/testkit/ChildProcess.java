package dev.anyhost.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A program that runs beside this JVM and never outlives it, not even a {@code kill -9} of the JVM.
 *
 * <p>The program is started through a shell that first leaves a watcher behind and then becomes the program, so that
 * {@link #pid()} and the exit code are the program's own. The watcher holds the reading end of a pipe whose writing end
 * only this JVM has: when that ends, for whatever reason, the program gets a SIGTERM (and is woken up for it). The program itself reads an empty
 * standard input, and ignores SIGINT: a terminal sends Ctrl-C to the whole group, and whoever started the program wants
 * to say when it ends. Processes that the program starts itself are its own business.
 */
public final class ChildProcess implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ChildProcess.class);
    private static final String RUN_WHILE_WATCHED = """
            exec 3<&0 </dev/null
            (cat <&3; kill -TERM $$; kill -CONT $$) >/dev/null 2>&1 &
            exec 3<&-
            trap '' INT
            exec "$@"
            """;
    private static final int LINES_KEPT = 2_000;
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final String name;
    private final Process process;
    private final Consumer<String> listener;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<String> lines = new ArrayDeque<>();
    private boolean outputEnded;

    private ChildProcess(String name, Process process, Consumer<String> listener) {
        this.name = name;
        this.process = process;
        this.listener = listener;
    }

    /** Starts {@code command} with this process's environment and folder. */
    public static ChildProcess start(List<String> command) {
        return start(command, Map.of(), Optional.empty());
    }

    /**
     * Starts a program; its output and errors are read together.
     *
     * @param command the program (a path, or a name on PATH) and its arguments
     * @param environment added to this process's
     * @param folder where it runs; empty means here
     * @throws ChildFailed when there is no such program
     */
    public static ChildProcess start(List<String> command, Map<String, String> environment, Optional<Path> folder) {
        return start(command, environment, folder, line -> {});
    }

    /** As above; {@code listener} sees each line, on one thread of the child's own. */
    static ChildProcess start(
            List<String> command, Map<String, String> environment, Optional<Path> folder, Consumer<String> listener) {
        Path program = find(command.getFirst()).orElseThrow(() -> new ChildFailed(command.getFirst() + " is missing"));
        List<String> watched = new ArrayList<>(List.of("/bin/sh", "-c", RUN_WHILE_WATCHED, "sh", program.toString()));
        watched.addAll(command.subList(1, command.size()));
        ProcessBuilder builder = new ProcessBuilder(watched).redirectErrorStream(true);
        builder.environment().putAll(environment);
        folder.ifPresent(path -> builder.directory(path.toFile()));
        try {
            String name = program.getFileName() == null
                    ? program.toString()
                    : program.getFileName().toString();
            ChildProcess child = new ChildProcess(name, builder.start(), listener);
            // A virtual thread would keep its carrier while it reads a pipe: with a few children, no other would run.
            Thread.ofPlatform().daemon().name(child.name + " output").start(child::readOutput);
            return child;
        } catch (IOException e) {
            throw new ChildFailed(program + " could not be started", e);
        }
    }

    /** The file behind a program's name: a path as it is, a bare name from PATH. */
    public static Optional<Path> find(String program) {
        if (program.contains("/")) {
            return Optional.of(Path.of(program)).filter(Files::isExecutable);
        }
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("/usr/local/bin:/usr/bin:/bin");
        return Stream.of(path.split(":"))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** The program's own process id. */
    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** The last {@value #LINES_KEPT} lines it printed so far. */
    public List<String> output() {
        lock.lock();
        try {
            return List.copyOf(lines);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until it has closed its output, and returns what {@link #output()} does then. */
    List<String> outputAtEnd(Duration limit) {
        long left = limit.toNanos();
        lock.lock();
        try {
            while (!outputEnded && left > 0) {
                left = changed.awaitNanos(left);
            }
            return output();
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until a line that contains a match of {@code pattern} was printed, at any time since the start.
     *
     * @return the match, for its groups
     * @throws ChildFailed when the output ends or {@code limit} passes before
     */
    public Matcher awaitLine(Pattern pattern, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        lock.lock();
        try {
            while (true) {
                for (String line : lines) {
                    Matcher matcher = pattern.matcher(line);
                    if (matcher.find()) {
                        return matcher;
                    }
                }
                long left = deadline - System.nanoTime();
                if (outputEnded || left <= 0) {
                    String what = outputEnded ? " ended without printing " : " did not print in " + limit + ": ";
                    throw failed(what + pattern);
                }
                var _ = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until something accepts connections on 127.0.0.1:{@code port}.
     *
     * @throws ChildFailed when the program ends or {@code limit} passes before
     */
    public void awaitPort(int port, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!accepts(port)) {
            if (System.nanoTime() - deadline >= 0) {
                throw failed(" did not listen on port " + port + " in " + limit);
            }
            if (endedWithin(Duration.ofMillis(10))) {
                throw failed(" ended with " + process.exitValue() + " instead of listening on port " + port);
            }
        }
    }

    /** Waits for the end without asking for it; false when {@code limit} passed first. */
    public boolean endedWithin(Duration limit) {
        try {
            return process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** The exit code of an ended program; 128 + signal when a signal ended it. */
    public int exitCode() {
        return process.exitValue();
    }

    /** Sends SIGTERM, and SIGKILL when that didn't end it within {@code grace}; returns the exit code. */
    public int terminate(Duration grace) {
        // Not process.destroy(): that also closes the pipe, and what was printed last is lost.
        process.toHandle().destroy();
        if (!endedWithin(grace)) {
            LOG.warn("{} ignored SIGTERM for {}; killing it", name, grace);
            kill();
        }
        return process.exitValue();
    }

    /** Sends SIGKILL, as a crash would end it, and waits for the end. */
    public void kill() {
        process.toHandle().destroyForcibly();
        if (!endedWithin(GRACE)) {
            throw failed(" survived SIGKILL");
        }
    }

    /** Sends SIGSTOP: it stays as it is, with its connections open, and does nothing. */
    public void freeze() {
        signal("STOP");
    }

    /** Sends SIGCONT: it goes on where it was frozen. */
    public void thaw() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            int code = new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + pid())
                    .start()
                    .waitFor();
            if (code != 0) {
                throw failed(" could not be sent SIG" + name);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Ends the program if it still runs. */
    @Override
    public void close() {
        terminate(GRACE);
    }

    private void readOutput() {
        try (BufferedReader reader = process.inputReader(UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                LOG.debug("{}: {}", name, line);
                listener.accept(line);
                keep(line);
            }
        } catch (IOException e) {
            LOG.debug("{}: output lost", name, e);
        } finally {
            noteEnd();
        }
    }

    private void keep(String line) {
        lock.lock();
        try {
            if (lines.size() == LINES_KEPT) {
                lines.removeFirst();
            }
            lines.addLast(line);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void noteEnd() {
        lock.lock();
        try {
            outputEnded = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(Ports.loopback(), port), 1_000);
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    private ChildFailed failed(String what) {
        return new ChildFailed(name + what + ". It printed:\n" + String.join("\n", output()));
    }

    private static UncheckedIOException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new UncheckedIOException(new java.io.InterruptedIOException(e.getMessage()));
    }
}
