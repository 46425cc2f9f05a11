package dev.anyhost.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/** Resident memory of all after the other workloads, with the options they are shipped with; ours holds many names. */
final class Memory implements Benchmark {

    private static final int NAMES = 1_000;
    private static final int CONNECTIONS = 64;
    private static final int SECONDS = 15;
    private static final int REST_SECONDS = 10;
    private static final double KIB_PER_MIB = 1_024;
    private static final double GOAL_MIB = 220;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String LIMITS = "limits: {asks-per-second: 100000, ask-burst: 100000}";

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String description() {
        return "resident memory after keep-alive, HTTP/2 and handshakes; ours holds " + NAMES + " names";
    }

    @Override
    public String run(Programs programs, Effort effort) throws IOException, InterruptedException {
        try (Surroundings around = Surroundings.start(programs, name(), Surroundings.Ask.MEMORY_FOR_A_DAY);
                Field field = Field.ofAll(around, LIMITS)) {
            hold(field);
            List<String> headings = new ArrayList<>(List.of("MiB"));
            field.contenders(0).forEach(contender -> headings.add(contender.name()));
            headings.addAll(List.of("ours × Caddy", "goal", ""));
            Table table = new Table(headings.toArray(String[]::new));
            row(table, "before", field, ProcessUsage::residentKiB);
            load(field, DataPlane.wrk(new Wrk(around.folder(), CONNECTIONS)), effort);
            row(table, "after keep-alive", field, ProcessUsage::residentKiB);
            for (Contender contender : field.contenders(0)) {
                if (Premise.HTTP_2.missing(field, contender).isEmpty()) {
                    var _ = DataPlane.h2load(field, H2load.H2).run(contender, Field.HOSTNAME, effort.of(SECONDS));
                }
            }
            row(table, "after HTTP/2, by those who speak it", field, ProcessUsage::residentKiB);
            load(
                    field,
                    (contender, hostname, seconds) ->
                            VisitLoad.fullHandshakes(field.visitors(), contender, hostname, seconds),
                    effort);
            row(table, "after handshakes", field, ProcessUsage::residentKiB);
            TimeUnit.SECONDS.sleep(effort.of(REST_SECONDS));
            row(table, "after a rest of " + effort.of(REST_SECONDS) + " s", field, ProcessUsage::residentKiB);
            row(table, "most ever", field, ProcessUsage::peakKiB);
            return table.toString();
        }
    }

    private static void hold(Field field) throws IOException, InterruptedException {
        new StoredNames(field.around()).fill(NAMES);
        for (int number = 0; number < NAMES; number++) {
            var _ = field.visitors()
                    .visit(field.anyhost().https(), StoredNames.hostname(number), PATIENCE)
                    .join();
        }
        double held = field.anyhost().counter("anyhost_certificates_held", "");
        if (held < NAMES) {
            throw new IOException("held: " + held + " (expected: " + NAMES + ")");
        }
    }

    private static void load(Field field, Throughput.Load load, Effort effort)
            throws IOException, InterruptedException {
        for (Contender contender : field.contenders(0)) {
            var _ = load.on(contender, Field.HOSTNAME, effort.of(SECONDS));
        }
    }

    private static void row(Table table, String when, Field field, ToLongFunction<ProcessUsage> figure) {
        List<String> cells = new ArrayList<>(List.of(when));
        for (Contender contender : field.contenders(0)) {
            cells.add(Table.number(figure.applyAsLong(contender.usage()) / KIB_PER_MIB));
        }
        double ours = figure.applyAsLong(field.anyhost().usage()) / KIB_PER_MIB;
        double caddys = figure.applyAsLong(field.peers().getLast().usage()) / KIB_PER_MIB;
        cells.add(Table.number(ours / caddys));
        cells.add("≤ " + Table.number(GOAL_MIB));
        cells.add(ours <= GOAL_MIB ? "reached" : "**not reached**");
        table.row(cells.toArray(String[]::new));
    }
}
