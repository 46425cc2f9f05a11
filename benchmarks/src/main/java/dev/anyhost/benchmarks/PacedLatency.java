package dev.anyhost.benchmarks;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How long a request takes while there are few enough for all: where the time goes that isn't spent waiting for others. */
final class PacedLatency implements Benchmark {

    private static final int CONNECTIONS = 60;
    private static final int PER_SECOND = 1_500;
    private static final int ROUNDS = 5;
    private static final int SECONDS = 6;
    private static final int WARM_UP_SECONDS = 20;

    @Override
    public String name() {
        return "latency";
    }

    @Override
    public String description() {
        return PER_SECOND + " requests/s of 1 KiB, HTTP/1.1 on " + CONNECTIONS + " kept connections (h2load)";
    }

    /** A value for each round, in requests a second and milliseconds. */
    private record Percentiles(Samples rates, Samples p50, Samples p99) {

        void add(H2load.Paced round) {
            rates.add(round.perSecond());
            p50.add(round.millis().median());
            p99.add(round.millis().percentile(99));
        }
    }

    @Override
    public String run(Programs programs, Effort effort) throws IOException, InterruptedException {
        try (Surroundings around = Surroundings.start(programs, name(), Surroundings.Ask.MEMORY);
                Field field = Field.ofAll(around, "")) {
            var load = new H2load(programs.h2load(), around.folder(), H2load.H1, CONNECTIONS, 1);
            Map<Contender, Percentiles> figures = new LinkedHashMap<>();
            for (Contender contender : field.contenders(0)) {
                var _ = field.visit(contender, Field.HOSTNAME);
                figures.put(contender, new Percentiles(new Samples(), new Samples(), new Samples()));
            }
            var _ = load.run(field.anyhost(), Field.HOSTNAME, effort.of(WARM_UP_SECONDS));
            for (int round = 0; round < effort.of(ROUNDS); round++) {
                for (Contender contender : field.contenders(round)) {
                    H2load.Paced paced = load.paced(contender, Field.HOSTNAME, effort.of(SECONDS), PER_SECOND);
                    figures.computeIfPresent(contender, (_, soFar) -> {
                        soFar.add(paced);
                        return soFar;
                    });
                }
            }
            return table(field, figures).toString();
        }
    }

    private static Table table(Field field, Map<Contender, Percentiles> figures) {
        Percentiles ours = List.copyOf(figures.values()).getFirst();
        Table table = new Table("", "requests/s", "p50 ms", "ours ×", "p99 ms", "ours ×");
        figures.forEach((contender, theirs) -> table.row(
                contender.name(),
                Table.number(theirs.rates().median()),
                Table.number(theirs.p50().median()),
                field.of(
                        contender,
                        "",
                        Table.number(ours.p50().over(theirs.p50()).median())),
                Table.number(theirs.p99().median()),
                field.of(
                        contender,
                        "",
                        Table.number(ours.p99().over(theirs.p99()).median()))));
        return table;
    }
}
