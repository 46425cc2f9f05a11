package dev.anyhost.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.testkit.ChildProcess;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class ProcessUsageTest {

    @Test
    void parse_nameWithSpacesAndBrackets_readsTheFieldsBehindIt() {
        String stat = "42 (a (b) c) S 1 42 42 0 -1 4194560 900 0 3 0 150 25 7 9 20 0 30 0 1000 1 2 3\n";
        List<String> status = List.of("Name:\ta (b) c", "VmHWM:\t    2048 kB", "VmRSS:\t    1024 kB");
        assertThat(ProcessUsage.parse(stat, status)).isEqualTo(new ProcessUsage(1_750_000, 1_024, 2_048));
    }

    @Test
    void of_thisProcess_hasMemory() {
        assertThat(ProcessUsage.of(ProcessHandle.current().pid()).residentKiB()).isPositive();
    }

    @Test
    void ofTree_processWithAChild_countsBoth() {
        List<String> command = List.of("sh", "-c", "tail -f /dev/null --pid=$$ & echo up; wait");
        try (ChildProcess parent = ChildProcess.start(command)) {
            var _ = parent.awaitLine(Pattern.compile("up"), Duration.ofSeconds(10));
            assertThat(ProcessUsage.ofTree(parent.pid()).residentKiB())
                    .isGreaterThan(ProcessUsage.of(parent.pid()).residentKiB());
        }
    }
}
