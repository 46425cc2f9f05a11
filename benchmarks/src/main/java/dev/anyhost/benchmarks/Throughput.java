package dev.anyhost.benchmarks;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Loads proxies in turn, and compares what they get done and what it costs them.
 *
 * @param others ours is compared with these; the goal is about the first
 * @param unit what is counted, in the plural
 */
record Throughput(Field field, List<Contender> others, String unit, Load load) {

    private static final double MICROS_PER_SECOND = 1e6;

    /** One kind of load. */
    interface Load {

        /** Loads {@code contender} with visits of {@code hostname}. */
        Wrk.Run on(Contender contender, String hostname, int seconds) throws IOException, InterruptedException;
    }

    /**
     * One contender's, a value for each round.
     *
     * @param rates a second
     * @param costs processor time in µs for each
     */
    private record Figures(Samples rates, Samples costs) {}

    String compare(int rounds, int seconds, int warmUpSeconds, String goal) throws IOException, InterruptedException {
        Map<Contender, Figures> figures = new LinkedHashMap<>();
        figures.put(field.anyhost(), new Figures(new Samples(), new Samples()));
        others.forEach(other -> figures.put(other, new Figures(new Samples(), new Samples())));
        for (Contender contender : figures.keySet()) {
            var _ = load.on(contender, field.warmName(contender, hostname(contender)), warmUpSeconds);
        }
        List<Contender> order = List.copyOf(figures.keySet());
        for (int round = 0; round < rounds; round++) {
            for (Contender contender : round % 2 == 0 ? order : order.reversed()) {
                measure(contender, seconds, figures);
            }
        }
        return table(figures, goal);
    }

    private void measure(Contender contender, int seconds, Map<Contender, Figures> figures)
            throws IOException, InterruptedException {
        long before = contender.usage().cpuMicros();
        Wrk.Run run = load.on(contender, hostname(contender), seconds);
        long used = contender.usage().cpuMicros() - before;
        figures.computeIfPresent(contender, (_, soFar) -> {
            soFar.rates().add(run.perSecond());
            soFar.costs().add((double) used / run.requests());
            return soFar;
        });
    }

    private String table(Map<Contender, Figures> figures, String goal) {
        Table table = new Table("", unit + "/s", "ours ×", "goal", "CPU µs each", "processors busy");
        Figures ours = figures.values().iterator().next();
        figures.forEach((contender, theirs) -> table.row(
                contender.name(),
                Table.number(theirs.rates().median()),
                contender.equals(field.anyhost())
                        ? ""
                        : Table.number(ours.rates().over(theirs.rates()).median()),
                contender.equals(others.getFirst()) ? goal : "",
                Table.number(theirs.costs().median()),
                Table.number(theirs.rates().median() * theirs.costs().median() / MICROS_PER_SECOND)));
        return table.toString();
    }

    private String hostname(Contender contender) {
        return "www.busy-" + contender.https().getAddress().getHostAddress().replace('.', '-') + ".example";
    }
}
