package dev.anyhost.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * What a hundred thousand names cost one process: memory for each certificate that it holds, its start, the first look-up of
 * each, and handshakes of all in turn beside handshakes of one. The verifier may be asked as often as names come by, as an
 * operator of so many would have it.
 */
final class ManyNames implements Benchmark {

    private static final int NAMES = 100_000;
    private static final int WARM = 2_000;
    private static final int AT_A_TIME = 64;

    /** DynamoDB Local answers more at a time too late for a handshake. */
    private static final int LOADS_AT_A_TIME = 8;

    private static final int ROUNDS = 8;
    private static final int SECONDS = 5;
    private static final int WARM_UP_SECONDS = 30;
    private static final double MEBI = 1_024;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String LIMITS = "limits: {asks-per-second: 100000, ask-burst: 100000}";

    @Override
    public String name() {
        return "many-names";
    }

    @Override
    public String description() {
        return "memory, start and handshakes with 100,000 names in one process";
    }

    @Override
    public String run(Programs programs, Effort effort) throws IOException, InterruptedException {
        int names = effort.of(NAMES);
        try (Surroundings around = Surroundings.start(programs, name(), Surroundings.Ask.MEMORY);
                Visitors visitors = new Visitors()) {
            double emptyStart = start(around);
            new StoredNames(around).fill(0, names);
            double fullStart = start(around);
            Table table = new Table("of " + names + " names", "", "goal")
                    .row("ms to ready, no certificate stored", Table.number(emptyStart), "")
                    .row("ms to ready, all stored", Table.number(fullStart), "≤ 2000");
            try (Anyhost anyhost = Anyhost.start(around, LIMITS)) {
                hold(anyhost, visitors, names, table);
                turns(anyhost, visitors, names, effort, table);
            }
            return table.toString();
        }
    }

    /** From the command to ready, in milliseconds. */
    private static double start(Surroundings around) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        try (Anyhost _ = Anyhost.start(around, LIMITS)) {
            return (System.nanoTime() - begun) / 1e6;
        }
    }

    private static void hold(Anyhost anyhost, Visitors visitors, int names, Table table)
            throws IOException, InterruptedException {
        visitAll(anyhost, visitors, 0, Math.min(WARM, names), 2);
        long before = anyhost.usage().residentKiB();
        double reads = anyhost.counter("anyhost_store_calls_total", "operation=\"GetItem\"");
        double heldBefore = anyhost.counter("anyhost_certificates_held", "");
        visitAll(anyhost, visitors, Math.min(WARM, names), names, LOADS_AT_A_TIME);
        double held = anyhost.counter("anyhost_certificates_held", "");
        long after = anyhost.usage().residentKiB();
        double loaded = names - Math.min(WARM, names);
        table.row("certificates held", Table.number(held), "")
                .row("KiB resident for each", Table.number((after - before) / (held - heldBefore)), "≤ 6")
                .row("MiB resident in all", Table.number(after / MEBI), "≤ 819")
                .row(
                        "GetItem for a cold name",
                        Table.number((anyhost.counter("anyhost_store_calls_total", "operation=\"GetItem\"") - reads)
                                / loaded),
                        "≤ 1");
    }

    private static void visitAll(Anyhost anyhost, Visitors visitors, int from, int to, int atATime)
            throws IOException, InterruptedException {
        var next = new AtomicInteger(from);
        var left = new AtomicInteger(to - from);
        var done = new CompletableFuture<String>();
        for (int visitor = 0; visitor < atATime; visitor++) {
            visitNext(anyhost, visitors, next, to, left, done);
        }
        String wrong = done.join();
        if (!wrong.isEmpty()) {
            throw new IOException(wrong);
        }
    }

    private static void visitNext(
            Anyhost anyhost,
            Visitors visitors,
            AtomicInteger next,
            int to,
            AtomicInteger left,
            CompletableFuture<String> done) {
        int number = next.getAndIncrement();
        if (number >= to) {
            return;
        }
        var _ = visitors.visit(anyhost.https(), StoredNames.hostname(number), PATIENCE)
                .thenAccept(visit -> {
                    if (!(visit instanceof Visit.Answered)) {
                        done.complete(StoredNames.hostname(number) + ": " + visit);
                    } else if (left.decrementAndGet() == 0) {
                        done.complete("");
                    }
                    visitNext(anyhost, visitors, next, to, left, done);
                });
    }

    /** One name and all names in turn, one round after the other, in changing order. */
    private static void turns(Anyhost anyhost, Visitors visitors, int names, Effort effort, Table table)
            throws IOException, InterruptedException {
        var turn = new AtomicInteger();
        Supplier<CompletableFuture<Visit>> one =
                () -> visitors.visit(anyhost.https(), StoredNames.hostname(0), PATIENCE);
        Supplier<CompletableFuture<Visit>> all = () -> visitors.visit(
                anyhost.https(), StoredNames.hostname(Math.floorMod(turn.getAndIncrement(), names)), PATIENCE);
        load(one, effort.of(WARM_UP_SECONDS));
        Samples ofOne = new Samples();
        Samples ofAll = new Samples();
        for (int round = 0; round < effort.of(ROUNDS); round++) {
            if (round % 2 == 0) {
                ofOne.add(load(one, effort.of(SECONDS)));
                ofAll.add(load(all, effort.of(SECONDS)));
            } else {
                ofAll.add(load(all, effort.of(SECONDS)));
                ofOne.add(load(one, effort.of(SECONDS)));
            }
        }
        table.row("handshakes/s of one name", Table.number(ofOne.median()), "")
                .row("handshakes/s of all in turn", Table.number(ofAll.median()), "")
                .row("ratio", Table.number(ofAll.over(ofOne).median()), "≥ 0.9");
    }

    private static double load(Supplier<CompletableFuture<Visit>> visit, int seconds)
            throws IOException, InterruptedException {
        return VisitLoad.run(visit, AT_A_TIME, Duration.ofSeconds(seconds)).perSecond();
    }
}
