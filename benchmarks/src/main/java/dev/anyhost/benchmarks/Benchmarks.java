package dev.anyhost.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The command line behind {@code scripts/benchmark}. */
public final class Benchmarks {

    private static final List<Benchmark> ALL = List.of(
            new FirstVisit(),
            new FromStore(),
            new KeepAlive(),
            new FullHandshakes(),
            new Memory(),
            new StrangersAtTheDoor(),
            new KnownFailure(),
            new Ask(),
            new Checks(),
            new DueIndex(),
            new ManyNames());
    private static final String QUICK = "--quick";

    private Benchmarks() {}

    /**
     * Lists the benchmarks, or runs those that are named.
     *
     * @param arguments the checkout's folder, then names or {@code all}, and {@code --quick} for a first look
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        List<String> wanted = new ArrayList<>(List.of(arguments).subList(1, arguments.length));
        Effort effort = wanted.remove(QUICK) ? Effort.QUICK : Effort.FULL;
        List<Benchmark> chosen =
                wanted.stream().flatMap(Benchmarks::named).distinct().toList();
        if (wanted.isEmpty()
                || wanted.stream().anyMatch(name -> named(name).findAny().isEmpty())) {
            list(wanted.isEmpty() ? System.out : System.err);
            System.exit(wanted.isEmpty() ? 0 : 2);
        }
        Programs programs = Programs.of(Path.of(arguments[0]).toAbsolutePath().normalize());
        System.out.printf(
                "%s; %s; one round's half after the other%n", LocalDate.now(ZoneOffset.UTC), programs.versions());
        for (Benchmark benchmark : chosen) {
            long begun = System.nanoTime();
            System.out.printf("%n## %s: %s%n%n", benchmark.name(), benchmark.description());
            System.out.print(benchmark.run(programs, effort));
            System.out.printf(
                    "%n(%d s)%n", Duration.ofNanos(System.nanoTime() - begun).toSeconds());
        }
        System.exit(0);
    }

    private static Stream<Benchmark> named(String name) {
        return ALL.stream()
                .filter(benchmark -> name.equals("all") || benchmark.name().equals(name));
    }

    private static void list(PrintStream out) {
        out.println("usage: scripts/benchmark [--quick] NAME… | all");
        ALL.forEach(benchmark -> out.printf("  %-14s %s%n", benchmark.name(), benchmark.description()));
    }
}
