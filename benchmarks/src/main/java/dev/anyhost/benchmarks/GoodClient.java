package dev.anyhost.benchmarks;

import java.time.Duration;
import java.util.List;

/**
 * What somebody who does no harm notices of those who do: visits at a fixed rate, each with a connection, a full handshake
 * and a request of its own. A value for each round.
 */
final class GoodClient {

    static final int VISITS_PER_SECOND = 100;

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final double MICROS_PER_SECOND = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double KIB_PER_MIB = 1_024;

    private final Samples p50 = new Samples();
    private final Samples p99 = new Samples();
    private final Samples busy = new Samples();
    private final Samples resident = new Samples();
    private long failed;

    /** One round's visits; returns how many seconds they took. */
    double visit(Field field, Contender contender, Duration length) {
        Samples millis = new Samples();
        long begun = System.nanoTime();
        long cpu = contender.usage().cpuMicros();
        List<Visit> visits = PacedVisits.run(
                () -> field.visitors().visit(contender.https(), Field.HOSTNAME, PATIENCE), VISITS_PER_SECOND, length);
        for (Visit visit : visits) {
            switch (visit) {
                case Visit.Answered answered when answered.status() == 200 -> millis.add(answered.answer());
                case Visit.Answered _, Visit.Failed _ -> failed++;
            }
        }
        double seconds = (System.nanoTime() - begun) / NANOS_PER_SECOND;
        ProcessUsage after = contender.usage();
        p50.add(millis.median());
        p99.add(millis.percentile(99));
        busy.add((after.cpuMicros() - cpu) / MICROS_PER_SECOND / seconds);
        resident.add(after.residentKiB() / KIB_PER_MIB);
        return seconds;
    }

    /** How many times what it was without them, round by round. */
    double timesQuiet(GoodClient quiet) {
        return p99.over(quiet.p99).median();
    }

    /** Medians: half of the visits within, 99 % within, in milliseconds. */
    List<String> cells(String timesQuiet, String goal) {
        return List.of(
                Table.number(p50.median()),
                Table.number(p99.median()),
                timesQuiet,
                goal,
                Long.toString(failed),
                Table.number(busy.median()),
                Table.number(resident.median()));
    }

    static List<String> headings() {
        return List.of("p50 ms", "p99 ms", "p99 × quiet", "goal ≤ 2", "failed", "busy", "MiB");
    }
}
