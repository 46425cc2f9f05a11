package dev.anyhost.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Loads the proxies of a {@linkplain Field#ofAll field of all} in turn, and compares what they get done and what it costs
 * them.
 *
 * @param unit what is counted, in the plural
 * @param goals how many times a peer's rate ours has to be, by the peer's name
 */
record Throughput(Field field, String unit, Premise premise, Map<String, Double> goals, Load load) {

    private static final double MICROS_PER_SECOND = 1e6;
    private static final double MANY = 1e5;
    private static final double KIB_PER_MIB = 1_024;

    /** Peers have no compiler to wait for. */
    private static final int PEERS_WARM_UP_SECONDS = 2;

    /** One kind of load. */
    interface Load {

        /** Loads {@code contender} with visits of {@code hostname}. */
        Wrk.Run on(Contender contender, String hostname, int seconds) throws IOException, InterruptedException;
    }

    /** How long all takes, in seconds where it isn't a number of rounds. */
    record Pace(int rounds, int seconds, int warmUpSeconds) {

        Pace with(Effort effort) {
            return new Pace(effort.of(rounds), effort.of(seconds), effort.of(warmUpSeconds));
        }
    }

    /**
     * What became of one contender.
     *
     * @param missing of the premise; then nothing was measured
     * @param rates a second, a value for each round
     * @param costs processor time in µs for each, a value for each round
     */
    private record Figures(Contender contender, Optional<String> missing, Samples rates, Samples costs) {

        boolean comparable() {
            return missing.isEmpty();
        }
    }

    String compare(Pace pace) throws IOException, InterruptedException {
        List<Figures> figures = new ArrayList<>();
        for (Contender contender : field.contenders(0)) {
            var _ = field.visit(contender, Field.HOSTNAME);
            figures.add(new Figures(contender, premise.missing(field, contender), new Samples(), new Samples()));
        }
        List<Figures> fit = figures.stream().filter(Figures::comparable).toList();
        for (Figures each : fit) {
            int peers = Math.min(PEERS_WARM_UP_SECONDS, pace.warmUpSeconds());
            var _ = load.on(each.contender(), Field.HOSTNAME, field.of(each.contender(), pace.warmUpSeconds(), peers));
        }
        for (int round = 0; round < pace.rounds(); round++) {
            for (Figures each : round % 2 == 0 ? fit : fit.reversed()) {
                measure(each, pace.seconds());
            }
        }
        return table(figures);
    }

    private void measure(Figures figures, int seconds) throws IOException, InterruptedException {
        long before = figures.contender().usage().cpuMicros();
        Wrk.Run run = load.on(figures.contender(), Field.HOSTNAME, seconds);
        long used = figures.contender().usage().cpuMicros() - before;
        figures.rates().add(run.perSecond());
        figures.costs().add((double) used / run.requests());
    }

    private String table(List<Figures> figures) {
        Table table = new Table(
                "",
                unit + "/s",
                "ours ×",
                "goal",
                "",
                "CPU µs each",
                "ours ×",
                "CPU s for 100,000",
                "busy",
                "MiB after");
        Figures ours = figures.getFirst();
        figures.forEach(theirs -> table.row(
                theirs.contender().name()
                        + theirs.missing().map(reason -> " " + reason).orElse(""),
                Table.number(theirs.rates().median()),
                ratio(theirs, ours.rates(), theirs.rates()).map(Table::number).orElse(""),
                goal(theirs),
                verdict(ours, theirs),
                Table.number(theirs.costs().median()),
                ratio(theirs, ours.costs(), theirs.costs()).map(Table::number).orElse(""),
                Table.number(theirs.costs().median() * MANY / MICROS_PER_SECOND),
                Table.number(theirs.rates().median() * theirs.costs().median() / MICROS_PER_SECOND),
                Table.number(theirs.contender().usage().residentKiB() / KIB_PER_MIB)));
        return table.toString();
    }

    /** Empty for ours beside itself, and where one of the two wasn't measured. */
    private Optional<Double> ratio(Figures whose, Samples ours, Samples theirs) {
        boolean same = whose.contender().equals(field.anyhost());
        return same || ours.count() == 0 || theirs.count() == 0
                ? Optional.empty()
                : Optional.of(ours.over(theirs).median());
    }

    private String goal(Figures theirs) {
        return Optional.ofNullable(goals.get(theirs.contender().name()))
                .map(goal -> "≥ " + Table.number(goal))
                .orElse("");
    }

    private String verdict(Figures ours, Figures theirs) {
        Double goal = goals.get(theirs.contender().name());
        if (goal == null) {
            return "";
        }
        return ratio(theirs, ours.rates(), theirs.rates())
                .map(ratio -> ratio >= goal ? "reached" : "**not reached**")
                .orElse("not compared");
    }
}
