package dev.anyhost.benchmarks;

import java.io.IOException;

/** How long the first visitor of a new name waits: ask, order, challenge, certificate, handshake, answer. */
final class FirstVisit implements Benchmark {

    private static final int NAMES = 40;
    private static final double GOAL = 0.7;

    @Override
    public String name() {
        return "first-visit";
    }

    @Override
    public String description() {
        return "wall time of a new name's first handshake and answer";
    }

    @Override
    public String run(Programs programs, Effort effort) throws IOException, InterruptedException {
        try (Surroundings around = Surroundings.start(programs, name(), Surroundings.Ask.VERIFIER);
                Field field = Field.open(around)) {
            Samples ours = new Samples();
            Samples caddys = new Samples();
            Visit.Answered ourFirst = firstVisit(field, field.anyhost(), "first");
            Visit.Answered caddysFirst = firstVisit(field, field.peer(), "first");
            for (int round = 0; round < effort.of(NAMES); round++) {
                for (Contender contender : field.contenders(round)) {
                    field.of(contender, ours, caddys)
                            .add(firstVisit(field, contender, "shop-" + round).answer());
                }
            }
            return new Table("ms", "Anyhost", "Caddy", "ratio", "goal")
                    .comparison("median of " + ours.count() + " names", ours, caddys, "≤ " + GOAL)
                    .row("p90", Table.number(ours.percentile(90)), Table.number(caddys.percentile(90)), "", "")
                    .row("slowest", Table.number(ours.max()), Table.number(caddys.max()), "", "")
                    .row(
                            "the very first after ready",
                            Table.number(ourFirst.answer()),
                            Table.number(caddysFirst.answer()),
                            Table.number(ourFirst.answer() / caddysFirst.answer()),
                            "")
                    .toString();
        }
    }

    /** Each in a registered domain of its own. */
    private static Visit.Answered firstVisit(Field field, Contender contender, String label) throws IOException {
        String whose = field.of(contender, "ours", "caddys");
        return field.visit(contender, field.around().allow("www." + label + "-" + whose + ".example", contender));
    }
}
