package dev.anyhost.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ChildProcessTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Test
    void printedLine_isFoundWithItsGroups() {
        try (ChildProcess child = sh("echo starting; echo port=4711; exec sleep 1000")) {
            assertThat(child.awaitLine(Pattern.compile("port=(\\d+)"), LIMIT).group(1))
                    .isEqualTo("4711");
            assertThat(child.output()).containsExactly("starting", "port=4711");
        }
    }

    /** Reading a pipe holds on to the carrier of a virtual thread: a few children, and no virtual thread would run. */
    @Test
    void output_isReadByAThreadOfItsOwn() {
        try (ChildProcess child = sh("exec sleep 1000")) {
            assertThat(child.isAlive()).isTrue();
            assertThat(Thread.getAllStackTraces().keySet()) // Of threads that aren't virtual.
                    .extracting(Thread::getName)
                    .contains("sh output");
        }
    }

    @Test
    void endedProgram_failsTheWaitWithItsOutput() {
        try (ChildProcess child = sh("echo out of luck >&2; exit 3")) {
            assertThatThrownBy(() -> child.awaitLine(Pattern.compile("ready"), LIMIT))
                    .isInstanceOf(ChildFailed.class)
                    .hasMessageContaining("out of luck");
            assertThatThrownBy(() -> child.awaitPort(Ports.free(), LIMIT))
                    .isInstanceOf(ChildFailed.class)
                    .hasMessageContaining("ended with 3");
        }
    }

    @Test
    void silentProgram_failsTheWaitWhenTheLimitPasses() {
        try (ChildProcess child = sh("exec sleep 1000")) {
            assertThatThrownBy(() -> child.awaitLine(Pattern.compile("ready"), Duration.ofMillis(1)))
                    .isInstanceOf(ChildFailed.class)
                    .hasMessageContaining("did not print");
        }
    }

    @Test
    void missingProgram_isNamed() {
        assertThatThrownBy(() -> ChildProcess.start(List.of("no-such-program")))
                .isInstanceOf(ChildFailed.class)
                .hasMessage("no-such-program is missing");
    }

    @Test
    void terminate_reachesTheProgramItselfAndGivesItsExitCode() {
        try (ChildProcess child = sh("trap 'exit 7' TERM; echo ready; while :; do sleep 0.01; done")) {
            child.awaitLine(Pattern.compile("ready"), LIMIT);
            assertThat(child.terminate(LIMIT)).isEqualTo(7);
        }
    }

    @Test
    void close_killsAProgramThatIgnoresSigterm() {
        ChildProcess child = sh("trap '' TERM; echo ready; exec sleep 1000");
        child.awaitLine(Pattern.compile("ready"), LIMIT);
        child.close();
        assertThat(child.isAlive()).isFalse();
        assertThat(child.exitCode()).isEqualTo(128 + 9);
    }

    @Test
    void frozenProgram_standsStillUntilThawed() throws Exception {
        try (ChildProcess child = sh("echo ready; while :; do :; done")) {
            child.awaitLine(Pattern.compile("ready"), LIMIT);
            child.freeze();
            awaitState(child, 'T');
            child.thaw();
            awaitState(child, 'R');
        }
    }

    /** The state in proc(5)'s stat, after the name in parentheses. */
    private static void awaitState(ChildProcess child, char state) throws Exception {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        Path stat = Path.of("/proc", Long.toString(child.pid()), "stat");
        while (!Files.readString(stat).contains(") " + state + " ")) {
            assertThat(System.nanoTime()).as("state " + state).isLessThan(deadline);
        }
    }

    @RepeatedTest(20)
    void outputAtTheEnd_isComplete() {
        ChildProcess child = sh("seq 1 50; printf last");
        child.endedWithin(LIMIT);
        child.close();
        assertThat(child.outputAtEnd(LIMIT)).hasSize(51).last().isEqualTo("last");
    }

    @Test
    void environmentAndFolder_reachTheProgram(@TempDir Path folder) {
        try (ChildProcess child = ChildProcess.start(
                List.of("sh", "-c", "echo $GREETING from $PWD"), Map.of("GREETING", "hello"), Optional.of(folder))) {
            child.awaitLine(Pattern.compile("hello from .*" + folder.getFileName() + "$"), LIMIT);
        }
    }

    @Test
    void killedJvm_takesItsChildrenAlong(@TempDir Path folder) throws Exception {
        Path errors = folder.resolve("errors");
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Parent.class.getName())
                .redirectError(errors.toFile())
                .start();
        String line = jvm.inputReader(UTF_8).readLine();
        assertThat(line).as(Files.readString(errors)).isNotNull();
        ProcessHandle child = ProcessHandle.of(Long.parseLong(line)).orElseThrow();
        jvm.destroyForcibly().waitFor();
        assertThat(child.onExit().get(30, TimeUnit.SECONDS).isAlive()).isFalse();
    }

    private static ChildProcess sh(String script) {
        return ChildProcess.start(List.of("sh", "-c", script));
    }

    /** A JVM with a child, to be killed. */
    static final class Parent {

        private Parent() {}

        public static void main(String[] arguments) throws Exception {
            ChildProcess child = ChildProcess.start(List.of("sleep", "1000"));
            System.out.println(child.pid());
            Thread.currentThread().join();
        }
    }
}
