package dev.anyhost.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** A customer's name that is allowed but doesn't lead here: its visitors come once a second, and no certificate can. */
final class KnownFailure implements Benchmark {

    private static final int SECONDS = 45;
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /** Nothing listens here. */
    private static final String ELSEWHERE = "127.0.0.99";

    @Override
    public String name() {
        return "known-failure";
    }

    @Override
    public String description() {
        return "visitors of an allowed name that can't be validated, one a second: how long they wait, what is ordered";
    }

    @Override
    public String run(Programs programs, Effort effort) throws IOException, InterruptedException {
        try (Surroundings around = Surroundings.start(programs, name(), Surroundings.Ask.VERIFIER);
                Field field = Field.open(around)) {
            Table table = new Table(
                    "ms until a visitor knows",
                    "first",
                    "median after",
                    "slowest after",
                    "goal after",
                    "hung for " + PATIENCE.toSeconds() + " s",
                    "orders");
            for (Contender contender : field.contenders(0)) {
                visit(field, contender, Duration.ofSeconds(effort.of(SECONDS)), table);
            }
            return table.toString();
        }
    }

    private static void visit(Field field, Contender contender, Duration length, Table table) {
        String hostname = "www.astray-" + field.of(contender, "ours", "caddys") + ".example";
        field.around().allowAt(hostname, ELSEWHERE);
        long orders = field.around().ca().orders();
        List<Visit> visits =
                PacedVisits.run(() -> field.visitors().visit(contender.https(), hostname, PATIENCE), 1, length);
        long ordered = field.around().ca().orders() - orders;
        Samples after = new Samples();
        visits.stream().skip(1).forEach(visit -> after.add(ended(visit)));
        long hung = visits.stream()
                .filter(visit -> ended(visit) >= PATIENCE.toMillis())
                .count();
        table.row(
                contender.name(),
                Table.number(ended(visits.getFirst())),
                Table.number(after.median()),
                Table.number(after.max()),
                contender.equals(field.anyhost()) ? "≤ 50" : "",
                hung + " of " + visits.size(),
                Long.toString(ordered));
    }

    private static double ended(Visit visit) {
        return switch (visit) {
            case Visit.Answered(double _, double answer, int _) -> answer;
            case Visit.Failed(double after, String _) -> after;
        };
    }
}
