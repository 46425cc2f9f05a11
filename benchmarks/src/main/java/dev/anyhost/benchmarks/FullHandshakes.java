package dev.anyhost.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** A connection for each request, none resumed: the load of crawlers, health checks and cold browsers. */
final class FullHandshakes implements Benchmark {

    static final int VISITORS = 64;

    private static final int ROUNDS = 8;
    private static final int SECONDS = 5;

    /** A handshake takes many times a request's code, so the JVM's compilers are done with it later. */
    private static final int WARM_UP_SECONDS = 30;

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Override
    public String name() {
        return "handshakes";
    }

    @Override
    public String description() {
        return "full TLS 1.3 handshakes/s of a warm name, one request of 1 KiB on each, " + VISITORS + " at a time";
    }

    @Override
    public String run(Programs programs, Effort effort) throws IOException, InterruptedException {
        try (Surroundings around = Surroundings.start(programs, name(), Surroundings.Ask.MEMORY);
                Field field = Field.open(around)) {
            return new Throughput(
                            field,
                            List.of(field.caddy()),
                            "handshakes",
                            (contender, hostname, seconds) -> load(field.visitors(), contender, hostname, seconds))
                    .compare(effort.of(ROUNDS), effort.of(SECONDS), effort.of(WARM_UP_SECONDS), "≥ 1.05");
        }
    }

    static Wrk.Run load(Visitors visitors, Contender contender, String hostname, int seconds)
            throws IOException, InterruptedException {
        return VisitLoad.run(
                () -> visitors.visit(contender.https(), hostname, PATIENCE), VISITORS, Duration.ofSeconds(seconds));
    }
}
