package dev.anyhost.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A start of ours, from the command until it says that it is ready, warm-up included, with its tables there and nothing stored;
 * and what it takes on disk. Where {@code scripts/package} has built a distribution that is up to date, this is the
 * distribution's.
 */
final class Start implements Benchmark {

    private static final int STARTS = 15;
    private static final double BYTES_PER_MEGABYTE = 1e6;
    private static final double MICROS_PER_SECOND = 1e6;
    private static final double KIB_PER_MIB = 1_024;

    @Override
    public String name() {
        return "start";
    }

    @Override
    public String description() {
        return "time and processor time to ready, and the distribution's size";
    }

    @Override
    public String run(Programs programs, Effort effort) throws IOException, InterruptedException {
        Samples millis = new Samples();
        Samples seconds = new Samples();
        Samples resident = new Samples();
        try (Surroundings around = Surroundings.start(programs, name(), Surroundings.Ask.MEMORY)) {
            Anyhost.start(around).close(); // makes the tables and the account
            for (int start = 0; start < effort.of(STARTS); start++) {
                long begun = System.nanoTime();
                try (Anyhost anyhost = Anyhost.start(around)) {
                    millis.add((System.nanoTime() - begun) / 1e6);
                    ProcessUsage usage = anyhost.usage();
                    seconds.add(usage.cpuMicros() / MICROS_PER_SECOND);
                    resident.add(usage.residentKiB() / KIB_PER_MIB);
                }
            }
        }
        Table table = new Table("median of " + millis.count() + " starts", "", "goal")
                .row("ms to ready", Table.number(millis.median()), "≤ 1500")
                .row("ms to ready, slowest", Table.number(millis.max()), "")
                .row("s of processor time", Table.number(seconds.median()), "")
                .row("MiB resident", Table.number(resident.median()), "");
        Path distribution = programs.distribution();
        return (Files.exists(distribution) ? sized(table, distribution.toRealPath()) : table).toString();
    }

    private static Table sized(Table table, Path distribution) throws IOException {
        Path cache = distribution.resolve("lib/anyhost.aot");
        Path runtime = distribution.resolve("runtime");
        double all = megabytes(distribution);
        return table.row("MB of the distribution, unpacked", Table.number(all), "< 120")
                .row("of these the AOT cache", Table.number(megabytes(cache)), "")
                .row("of these the runtime", Table.number(megabytes(runtime)), "")
                .row("of these the rest, mostly jars", Table.number(all - megabytes(cache) - megabytes(runtime)), "");
    }

    private static double megabytes(Path tree) throws IOException {
        long bytes = 0;
        try (var files = Files.walk(tree)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
        }
        return bytes / BYTES_PER_MEGABYTE;
    }
}
