package dev.anyhost.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The command line behind {@code scripts/benchmark}. */
public final class Benchmarks {

    private static final List<Benchmark> ALL = Stream.concat(
                    DataPlane.ALL.stream(),
                    Stream.of(
                            new FirstVisit(),
                            new FromStore(),
                            new StrangersAtTheDoor(),
                            new KnownFailure(),
                            new Floods(),
                            new SlowClients(),
                            new Ask(),
                            new Checks(),
                            new DueIndex(),
                            new ManyNames(),
                            new Start(),
                            new Micro()))
            .toList();
    private static final String DATA_PLANE = "data-plane";
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
        return name.equals(DATA_PLANE)
                ? DataPlane.ALL.stream()
                : ALL.stream()
                        .filter(benchmark ->
                                name.equals("all") || benchmark.name().equals(name));
    }

    private static void list(PrintStream out) {
        out.println("usage: scripts/benchmark [--quick] NAME… | all");
        out.printf(
                "  %-14s %s%n",
                DATA_PLANE,
                "all of those, beside nginx, HAProxy and Caddy: "
                        + DataPlane.ALL.stream().map(Benchmark::name).collect(Collectors.joining(", ")));
        ALL.forEach(benchmark -> out.printf("  %-14s %s%n", benchmark.name(), benchmark.description()));
    }
}
