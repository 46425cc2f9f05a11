package dev.anyhost.benchmarks;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Resident memory of either process after the loads of the other benchmarks, with the options it is shipped with. */
final class Memory implements Benchmark {

    private static final int CONNECTIONS = 64;
    private static final int SECONDS = 15;
    private static final int REST_SECONDS = 10;
    private static final double KIB_PER_MIB = 1_024;

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String description() {
        return "resident memory after keep-alive and handshake load";
    }

    @Override
    public String run(Programs programs, Effort effort) throws IOException, InterruptedException {
        try (Surroundings around = Surroundings.start(programs, name(), Surroundings.Ask.MEMORY);
                Field field = Field.open(around)) {
            Table table = new Table("MiB", "Anyhost", "Caddy", "ratio", "goal");
            row(table, "before", field, "");
            Wrk wrk = new Wrk(around.folder(), CONNECTIONS);
            for (Contender contender : field.contenders(0)) {
                String hostname =
                        field.warmName(contender, "www.busy-" + field.of(contender, "ours", "caddys") + ".example");
                var _ = wrk.run(contender.https(), hostname, effort.of(SECONDS));
                var _ = FullHandshakes.load(field.visitors(), contender, hostname, effort.of(SECONDS));
            }
            row(table, "after " + effort.of(SECONDS) + " s each of keep-alive and handshakes", field, "≤ 3");
            TimeUnit.SECONDS.sleep(effort.of(REST_SECONDS));
            row(table, "after a rest of " + effort.of(REST_SECONDS) + " s", field, "");
            return table.row(
                            "most ever",
                            mebibytes(field.anyhost().usage().peakKiB()),
                            mebibytes(field.caddy().usage().peakKiB()),
                            "",
                            "")
                    .toString();
        }
    }

    private static void row(Table table, String when, Field field, String goal) {
        long ours = field.anyhost().usage().residentKiB();
        long caddys = field.caddy().usage().residentKiB();
        table.row(when, mebibytes(ours), mebibytes(caddys), Table.number((double) ours / caddys), goal);
    }

    private static String mebibytes(long kibibytes) {
        return Table.number(kibibytes / KIB_PER_MIB);
    }
}
