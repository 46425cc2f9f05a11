package dev.anyhost.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** What a customer's visitors notice while strangers knock with names that nobody registered, and what a knock costs. */
final class StrangersAtTheDoor implements Benchmark {

    private static final int KNOCKS_PER_SECOND = 400;
    private static final int VISITS_PER_SECOND = 100;
    private static final int ROUNDS = 4;
    private static final int SECONDS = 5;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final AtomicLong strangers = new AtomicLong();

    @Override
    public String name() {
        return "strangers";
    }

    @Override
    public String description() {
        return "an allowed name's handshakes while " + KNOCKS_PER_SECOND + " refused ones a second knock";
    }

    /** What happened in one kind of phase, over all rounds. */
    private static final class Tally {
        final Samples handshakes = new Samples();
        long cpuMicros;
        long asks;
        long knocks;
        long unanswered;

        void count(List<Visit> visits) {
            for (Visit visit : visits) {
                switch (visit) {
                    case Visit.Answered answered -> handshakes.add(answered.handshake());
                    case Visit.Failed _ -> unanswered++;
                }
            }
        }
    }

    /** The phases of one contender. */
    private record Phases(Tally quiet, Tally random, Tally same) {
        static Phases none() {
            return new Phases(new Tally(), new Tally(), new Tally());
        }
    }

    @Override
    public String run(Programs programs, Effort effort) throws IOException, InterruptedException {
        try (Surroundings around = Surroundings.start(programs, name(), Surroundings.Ask.MEMORY);
                Field field = Field.open(around)) {
            Phases ours = Phases.none();
            Phases caddys = Phases.none();
            for (Contender contender : field.contenders(0)) {
                String hostname = field.warmName(contender, hostname(field, contender));
                var _ = VisitLoad.fullHandshakes(field.visitors(), contender, hostname, effort.of(SECONDS));
                // The first crowd meets code that was never run before; what is asked is what a crowd costs for long.
                phases(field, contender, Phases.none(), Duration.ofSeconds(effort.of(SECONDS)));
            }
            for (int round = 0; round < effort.of(ROUNDS); round++) {
                for (Contender contender : field.contenders(round)) {
                    phases(field, contender, field.of(contender, ours, caddys), Duration.ofSeconds(effort.of(SECONDS)));
                }
            }
            return table(ours, caddys).toString();
        }
    }

    private void phases(Field field, Contender contender, Phases phases, Duration length) throws InterruptedException {
        Visitors visitors = field.visitors();
        phase(field, contender, phases.quiet(), () -> List.of(), length);
        phase(
                field,
                contender,
                phases.random(),
                () -> knock(() -> visitors.knock(contender.https(), stranger(), PATIENCE), length),
                length);
        phase(
                field,
                contender,
                phases.same(),
                () -> knock(() -> visitors.knock(contender.https(), "always.the-same.example", PATIENCE), length),
                length);
    }

    private static List<Visit> knock(Supplier<CompletableFuture<Visit>> knock, Duration length) {
        return PacedVisits.run(knock, KNOCKS_PER_SECOND, length);
    }

    private static void phase(
            Field field, Contender contender, Tally tally, Supplier<List<Visit>> flood, Duration length)
            throws InterruptedException {
        long cpu = contender.usage().cpuMicros();
        long asks = field.around().ask().asks();
        CompletableFuture<List<Visit>> knocks = CompletableFuture.supplyAsync(flood, Thread::startVirtualThread);
        String hostname = hostname(field, contender);
        tally.count(PacedVisits.run(
                () -> field.visitors().visit(contender.https(), hostname, PATIENCE), VISITS_PER_SECOND, length));
        tally.knocks += knocks.join().size();
        tally.cpuMicros += contender.usage().cpuMicros() - cpu;
        tally.asks += field.around().ask().asks() - asks;
    }

    private static Table table(Phases ours, Phases caddys) {
        Table table =
                new Table("", "p50 ms", "p99 ms", "p99 × quiet", "goal", "failed", "knocks", "asks", "CPU µs a knock");
        rows(table, "Anyhost", ours, "≤ 2");
        rows(table, "Caddy", caddys, "");
        return table;
    }

    private static void rows(Table table, String name, Phases phases, String goal) {
        row(table, name + ", quiet", phases.quiet(), phases.quiet(), "");
        row(table, name + ", random names", phases.random(), phases.quiet(), goal);
        row(table, name + ", one name", phases.same(), phases.quiet(), goal);
    }

    private static void row(Table table, String name, Tally tally, Tally quiet, String goal) {
        double p99 = tally.handshakes.percentile(99);
        boolean flooded = tally.knocks > 0;
        table.row(
                name,
                Table.number(tally.handshakes.median()),
                Table.number(p99),
                flooded ? Table.number(p99 / quiet.handshakes.percentile(99)) : "",
                goal,
                Long.toString(tally.unanswered),
                Long.toString(tally.knocks),
                Long.toString(tally.asks),
                flooded ? Table.number((double) (tally.cpuMicros - quiet.cpuMicros) / tally.knocks) : "");
    }

    private String stranger() {
        return "www.stranger-" + strangers.incrementAndGet() + ".example";
    }

    private static String hostname(Field field, Contender contender) {
        return "www.regular-" + field.of(contender, "ours", "caddys") + ".example";
    }
}
