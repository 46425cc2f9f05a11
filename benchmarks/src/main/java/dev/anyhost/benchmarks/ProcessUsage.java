package dev.anyhost.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a process has used, from {@code /proc} (proc(5)).
 *
 * @param cpuMicros processor time in user and kernel mode since its start, exact to 10 ms
 * @param residentKiB memory that is resident now
 * @param peakKiB the most that ever was
 */
record ProcessUsage(long cpuMicros, long residentKiB, long peakKiB) {

    /** {@code USER_HZ}, which is 100 on every Linux that people run. */
    private static final long MICROS_PER_TICK = 10_000;

    static ProcessUsage of(long pid) {
        Path folder = Path.of("/proc", Long.toString(pid));
        try {
            return parse(Files.readString(folder.resolve("stat")), Files.readAllLines(folder.resolve("status")));
        } catch (IOException gone) {
            throw new UncheckedIOException("process " + pid + " is gone", gone);
        }
    }

    /** Of a process and all that it started and that still run; memory that they share is counted for each. */
    static ProcessUsage ofTree(long pid) {
        return ProcessHandle.of(pid).stream()
                .flatMap(root -> Stream.concat(Stream.of(root), root.descendants()))
                .map(process -> of(process.pid()))
                .reduce(new ProcessUsage(0, 0, 0), ProcessUsage::plus);
    }

    private ProcessUsage plus(ProcessUsage other) {
        return new ProcessUsage(cpuMicros + other.cpuMicros, residentKiB + other.residentKiB, peakKiB + other.peakKiB);
    }

    static ProcessUsage parse(String stat, List<String> status) {
        // The second field is the program's name in brackets, which may have spaces and brackets in it.
        String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        long ticks = Long.parseLong(afterName[11]) + Long.parseLong(afterName[12]);
        return new ProcessUsage(ticks * MICROS_PER_TICK, kibibytes(status, "VmRSS:"), kibibytes(status, "VmHWM:"));
    }

    private static long kibibytes(List<String> status, String name) {
        return status.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).replace("kB", "").strip())
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(name + " missing"));
    }
}
