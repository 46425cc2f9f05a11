package dev.anyhost.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How long a visitor waits whose name's certificate is stored but not in memory: what every instance does for every name
 * after each deployment. Ours reads DynamoDB Local, which takes some 3–6 ms for it; Caddy reads files of its own.
 */
final class FromStore implements Benchmark {

    private static final int NAMES = 100;
    private static final double MILLIS = 1_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Override
    public String name() {
        return "from-store";
    }

    @Override
    public String description() {
        return "handshake of a stored name after a restart; asks and database calls for it and for an issuance";
    }

    @Override
    public String run(Programs programs, Effort effort) throws IOException, InterruptedException {
        try (Surroundings around = Surroundings.start(programs, name(), Surroundings.Ask.VERIFIER)) {
            int names = effort.of(NAMES);
            Calls issuing;
            try (Field field = Field.open(around)) {
                issuing = issue(field, names);
            }
            try (Field restarted = Field.open(around)) {
                return load(restarted, names, issuing);
            }
        }
    }

    /** What a phase cost in calls, for each name. */
    private record Calls(double asks, double askSeconds, double store, double gets) {

        static Calls soFar(Anyhost anyhost) throws IOException, InterruptedException {
            return new Calls(
                    anyhost.counter("anyhost_ask_total", ""),
                    anyhost.counter("anyhost_ask_seconds_sum", ""),
                    anyhost.counter("anyhost_store_calls_total", ""),
                    anyhost.counter("anyhost_store_calls_total", "operation=\"GetItem\""));
        }

        Calls since(Calls before, int names) {
            return new Calls(
                    (asks - before.asks) / names,
                    (askSeconds - before.askSeconds) / names,
                    (store - before.store) / names,
                    (gets - before.gets) / names);
        }
    }

    private static Calls issue(Field field, int names) throws IOException, InterruptedException {
        Calls before = Calls.soFar(field.anyhost());
        for (Contender contender : field.contenders(0)) {
            List<java.util.concurrent.CompletableFuture<Visit>> visits = new ArrayList<>();
            for (int number = 0; number < names; number++) {
                String hostname = field.around().allow(hostname(field, contender, number), contender);
                visits.add(field.visitors().visit(contender.https(), hostname, PATIENCE));
                if (visits.size() % 4 == 0) {
                    visits.forEach(java.util.concurrent.CompletableFuture::join);
                }
            }
            visits.forEach(java.util.concurrent.CompletableFuture::join);
        }
        return Calls.soFar(field.anyhost()).since(before, names);
    }

    private static String load(Field field, int names, Calls issuing) throws IOException, InterruptedException {
        Samples ours = new Samples();
        Samples caddys = new Samples();
        Calls before = Calls.soFar(field.anyhost());
        long orders = field.around().ca().orders();
        for (int round = 0; round < names; round++) {
            for (Contender contender : field.contenders(round)) {
                field.of(contender, ours, caddys)
                        .add(field.visit(contender, hostname(field, contender, round))
                                .handshake());
            }
        }
        Calls loading = Calls.soFar(field.anyhost()).since(before, names);
        long ordered = field.around().ca().orders() - orders;
        return new Table("ms", "Anyhost", "Caddy", "ratio", "goal")
                        .comparison("median of " + names + " names", ours, caddys, "≤ 30 ms")
                        .row("p90", Table.number(ours.percentile(90)), Table.number(caddys.percentile(90)), "", "")
                        .row("slowest", Table.number(ours.max()), Table.number(caddys.max()), "", "")
                + "\n"
                + new Table("calls of ours for a name", "from the store", "issued", "goal")
                        .row("asks", Table.number(loading.asks()), Table.number(issuing.asks()), "1")
                        .row(
                                "ms in asks",
                                Table.number(loading.askSeconds() * MILLIS),
                                Table.number(issuing.askSeconds() * MILLIS),
                                "")
                        .row(
                                "GetItem",
                                Table.number(loading.gets()),
                                Table.number(issuing.gets()),
                                "≤ 1 from the store")
                        .row(
                                "database calls",
                                Table.number(loading.store()),
                                Table.number(issuing.store()),
                                "≤ 8 issued")
                        .row("orders", Table.number((double) ordered / names), "", "0 from the store");
    }

    private static String hostname(Field field, Contender contender, int number) {
        return "www.shop-" + number + "-" + field.of(contender, "ours", "caddys") + ".example";
    }
}
