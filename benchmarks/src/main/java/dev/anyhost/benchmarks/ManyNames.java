package dev.anyhost.benchmarks;

import dev.anyhost.testkit.ChildProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * What a hundred thousand names cost one process: memory for each certificate that it holds, its start, the first look-up of
 * each, and handshakes of all in turn beside handshakes of one. The verifier may be asked as often as names come by, and its
 * verdicts are good for a day, as an operator of so many would have it.
 */
final class ManyNames implements Benchmark {

    private static final int NAMES = 100_000;

    /** The part of them that is held before memory is compared: by then the process itself has what it needs. */
    private static final int A_FIFTH = 5;

    private static final int STARTS = 3;
    private static final int WARM = 2_000;
    private static final int WARM_AT_A_TIME = 2;
    private static final int LOADS_AT_A_TIME = 16;
    private static final int VISITORS = 64;
    private static final int ROUNDS = 8;
    private static final int SECONDS = 10;
    private static final int WARM_UP_SECONDS = 30;

    /** Prime, so that names come in an order of no use to caches. */
    private static final int STRIDE = 7_919;

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration COLLECTION = Duration.ofSeconds(60);

    /** The heap shrinks in four steps: by nothing, by a tenth, by two fifths, and by all that is too much. */
    private static final int COLLECTIONS = 4;

    /** malloc's free pages are given back every five seconds. */
    private static final int REST_SECONDS = 12;

    private static final double KIB_PER_MIB = 1_024;
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
        try (Surroundings around = Surroundings.start(programs, name(), Surroundings.Ask.MEMORY_FOR_A_DAY);
                Visitors visitors = new Visitors()) {
            var _ = start(around); // makes the tables and the account
            double emptyStart = starts(around);
            var stored = new StoredNames(around);
            stored.fill(names);
            Table table = new Table("of " + names + " names", "", "goal")
                    .row("bytes of a chain", Table.number(stored.bytesOfAChain()), "")
                    .row("ms to ready, no certificate stored", Table.number(emptyStart), "")
                    .row("ms to ready, all stored", Table.number(starts(around)), "≤ 2000");
            try (Anyhost anyhost = Anyhost.start(around, LIMITS)) {
                hold(anyhost, visitors, names, table);
                turns(anyhost, visitors, names, effort, table);
            }
            return table.toString();
        }
    }

    private static double starts(Surroundings around) throws IOException, InterruptedException {
        Samples samples = new Samples();
        for (int start = 0; start < STARTS; start++) {
            samples.add(start(around));
        }
        return samples.median();
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
        int some = names / A_FIFTH;
        visitAll(anyhost, visitors, 0, Math.min(WARM, some), WARM_AT_A_TIME);
        visitAll(anyhost, visitors, Math.min(WARM, some), some, LOADS_AT_A_TIME);
        long before = collected(anyhost);
        double heldBefore = held(anyhost);
        double readsBefore = reads(anyhost);
        long cpuBefore = anyhost.usage().cpuMicros();
        long begun = System.nanoTime();
        int repeated = visitAll(anyhost, visitors, some, names, LOADS_AT_A_TIME);
        double seconds = (System.nanoTime() - begun) / 1e9;
        double loaded = names - some;
        double cpu = (anyhost.usage().cpuMicros() - cpuBefore) / loaded;
        double reads = (reads(anyhost) - readsBefore) / loaded;
        long loadedKiB = anyhost.usage().residentKiB();
        long after = collected(anyhost);
        table.row("certificates held, at first", Table.number(heldBefore), "")
                .row("certificates held, then", Table.number(held(anyhost)), "")
                .row(
                        "KiB resident for each between",
                        Table.number((after - before) / (held(anyhost) - heldBefore)),
                        "≤ 6")
                .row("MiB resident in all at first, after a collection", mebibytes(before), "")
                .row("MiB resident in all then, just loaded", mebibytes(loadedKiB), "≤ 819")
                .row("MiB resident in all then, after a collection", mebibytes(after), "≤ 819")
                .row("GetItem for a cold name", Table.number(reads), "≤ 1")
                .row("cold names/s", Table.number(loaded / seconds), "")
                .row("CPU µs for a cold name", Table.number(cpu), "")
                .row("cold visits that came to nothing and were repeated", Integer.toString(repeated), "");
    }

    private static double held(Anyhost anyhost) throws IOException, InterruptedException {
        return anyhost.counter("anyhost_certificates_held", "");
    }

    private static double reads(Anyhost anyhost) throws IOException, InterruptedException {
        return anyhost.counter("anyhost_store_calls_total", "operation=\"GetItem\"");
    }

    private static String mebibytes(long kibibytes) {
        return Table.number(kibibytes / KIB_PER_MIB);
    }

    /** What is resident once nothing is that needn't be: garbage comes and goes, certificates stay. */
    private static long collected(Anyhost anyhost) throws IOException, InterruptedException {
        String command = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        for (int collection = 0; collection < COLLECTIONS; collection++) {
            try (ChildProcess jcmd = ChildProcess.start(List.of(command, Long.toString(anyhost.pid()), "GC.run"))) {
                if (!jcmd.endedWithin(COLLECTION) || jcmd.exitCode() != 0) {
                    throw new IOException("jcmd: no collection in " + COLLECTION);
                }
            }
        }
        TimeUnit.SECONDS.sleep(REST_SECONDS);
        return anyhost.usage().residentKiB();
    }

    /** Each name once; what comes to nothing is tried again. Returns how often. */
    private static int visitAll(Anyhost anyhost, Visitors visitors, int from, int to, int atATime) throws IOException {
        var round = new Round(
                anyhost,
                visitors,
                to,
                new AtomicInteger(from),
                new AtomicInteger(),
                new AtomicInteger(to - from),
                new CompletableFuture<>());
        for (int visitor = 0; visitor < atATime; visitor++) {
            round.next();
        }
        String wrong = round.end().join();
        if (!wrong.isEmpty()) {
            throw new IOException(wrong);
        }
        return round.repeated().get();
    }

    /**
     * Visitors who share the names among themselves.
     *
     * @param end with what went wrong, which is empty when all is well
     */
    private record Round(
            Anyhost anyhost,
            Visitors visitors,
            int to,
            AtomicInteger following,
            AtomicInteger repeated,
            AtomicInteger left,
            CompletableFuture<String> end) {

        /** A machine that is busy with other things is late with a few in a hundred thousand. */
        private static final int REPEATED_AT_MOST = 100;

        void next() {
            int number = following.getAndIncrement();
            if (number < to) {
                visit(number);
            }
        }

        private void visit(int number) {
            String hostname = StoredNames.hostname(number);
            var _ = visitors.visit(anyhost.https(), hostname, PATIENCE).thenAccept(visit -> {
                switch (visit) {
                    case Visit.Answered _ -> {
                        if (left.decrementAndGet() == 0) {
                            end.complete("");
                        }
                        next();
                    }
                    case Visit.Failed failed -> {
                        if (repeated.incrementAndGet() > REPEATED_AT_MOST) {
                            end.complete(hostname + ": " + failed);
                        } else {
                            visit(number);
                        }
                    }
                }
            });
        }
    }

    /** One name and all names in turn, one round after the other, in changing order. */
    private static void turns(Anyhost anyhost, Visitors visitors, int names, Effort effort, Table table)
            throws IOException, InterruptedException {
        var turn = new AtomicInteger();
        Supplier<CompletableFuture<Visit>> one =
                () -> visitors.visit(anyhost.https(), StoredNames.hostname(0), PATIENCE);
        Supplier<CompletableFuture<Visit>> all = () -> visitors.visit(
                anyhost.https(),
                StoredNames.hostname((int) ((long) turn.getAndIncrement() * STRIDE % names)),
                PATIENCE);
        var _ = load(one, effort.of(WARM_UP_SECONDS));
        double readsBefore = reads(anyhost);
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
                .row("ratio", Table.number(ofAll.over(ofOne).median()), "≥ 0.9")
                .row("names that had a turn", Integer.toString(Math.min(names, turn.get())), "")
                .row("GetItem meanwhile", Table.number(reads(anyhost) - readsBefore), "")
                .row("MiB resident after that", mebibytes(anyhost.usage().residentKiB()), "≤ 819");
    }

    private static double load(Supplier<CompletableFuture<Visit>> visit, int seconds)
            throws IOException, InterruptedException {
        return VisitLoad.run(visit, VISITORS, Duration.ofSeconds(seconds)).perSecond();
    }
}
