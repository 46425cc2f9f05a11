package dev.anyhost.benchmarks;

import dev.anyhost.testkit.SlowCrowd;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What a good client notices of thousands who are as slow as they can be. */
final class SlowClients implements Benchmark {

    private static final int EACH = 1_000;
    private static final int ROUNDS = 3;
    private static final int SECONDS = 10;
    private static final int WARM_UP_SECONDS = 20;
    private static final int REST_SECONDS = 3;
    private static final Duration ARRIVAL = Duration.ofSeconds(20);
    private static final double GOAL = 2;

    @Override
    public String name() {
        return "slow";
    }

    @Override
    public String description() {
        return GoodClient.VISITS_PER_SECOND + " visits/s beside " + EACH * SlowCrowd.Kind.values().length
                + " slow connections of five kinds, each opened anew when it is cut";
    }

    /** Over all rounds. */
    private record Figures(GoodClient quiet, GoodClient crowded, Samples there, Samples cut) {
        static Figures none() {
            return new Figures(new GoodClient(), new GoodClient(), new Samples(), new Samples());
        }
    }

    @Override
    public String run(Programs programs, Effort effort) throws IOException, InterruptedException {
        Duration length = Duration.ofSeconds(effort.of(SECONDS));
        try (Surroundings around = Surroundings.start(programs, name(), Surroundings.Ask.MEMORY);
                Field field = Field.ofAll(around, "")) {
            Map<Contender, Figures> figures = new LinkedHashMap<>();
            for (Contender contender : field.contenders(0)) {
                int seconds = field.of(contender, effort.of(WARM_UP_SECONDS), 1);
                var _ = VisitLoad.fullHandshakes(field.visitors(), contender, Field.HOSTNAME, seconds);
                figures.put(contender, Figures.none());
            }
            round(field, field.anyhost(), Figures.none(), length);
            for (int round = 0; round < effort.of(ROUNDS); round++) {
                for (Contender contender : field.contenders(round)) {
                    round(field, contender, figures.getOrDefault(contender, Figures.none()), length);
                }
            }
            return table(field, figures).toString();
        }
    }

    private static void round(Field field, Contender contender, Figures figures, Duration length)
            throws InterruptedException {
        figures.quiet().visit(field, contender, length);
        var aim = new SlowCrowd.Aim(contender.https(), Field.HOSTNAME, Origin.WEB_SOCKET, Origin.LARGE);
        try (SlowCrowd crowd = SlowCrowd.start(aim, EACH)) {
            var _ = crowd.awaitWhole(ARRIVAL);
            SlowCrowd.Size before = crowd.size();
            double seconds = figures.crowded().visit(field, contender, length);
            SlowCrowd.Size after = crowd.size();
            figures.there().add((before.there() + after.there()) / 2.0);
            figures.cut().add((double) (after.ended() - before.ended()) / seconds);
        }
        TimeUnit.SECONDS.sleep(REST_SECONDS);
    }

    private static Table table(Field field, Map<Contender, Figures> figures) {
        List<String> headings = new ArrayList<>(GoodClient.headings());
        headings.addFirst("");
        headings.addAll(List.of("slow ones there", "cut/s"));
        Table table = new Table(headings.toArray(String[]::new));
        figures.forEach((contender, figure) -> {
            double times = figure.crowded().timesQuiet(figure.quiet());
            String goal = field.of(contender, times <= GOAL ? "reached" : "**not reached**", "");
            table.row(row(contender.name() + ", quiet", figure.quiet().cells("", ""), "", ""));
            table.row(row(
                    contender.name() + ", among slow ones",
                    figure.crowded().cells(Table.number(times), goal),
                    Table.number(figure.there().median()),
                    Table.number(figure.cut().median())));
        });
        return table;
    }

    private static String[] row(String name, List<String> cells, String there, String cut) {
        List<String> row = new ArrayList<>(cells);
        row.addFirst(name);
        row.addAll(List.of(there, cut));
        return row.toArray(String[]::new);
    }
}
