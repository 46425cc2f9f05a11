package dev.anyhost.benchmarks;

import java.io.IOException;
import java.util.List;

/** Requests on connections that stay open: what a proxy does most of the time. */
final class KeepAlive implements Benchmark {

    private static final int CONNECTIONS = 64;
    private static final int ROUNDS = 7;
    private static final int SECONDS = 5;
    private static final int WARM_UP_SECONDS = 12;

    @Override
    public String name() {
        return "keep-alive";
    }

    @Override
    public String description() {
        return "HTTPS requests/s on " + CONNECTIONS + " kept connections, answers of 1 KiB (wrk)";
    }

    @Override
    public String run(Programs programs, Effort effort) throws IOException, InterruptedException {
        try (Surroundings around = Surroundings.start(programs, name(), Surroundings.Ask.MEMORY);
                Field field = Field.open(around);
                Caddy logging = Caddy.start(around, Caddy.Mode.WITH_ACCESS_LOG)) {
            Wrk wrk = new Wrk(around.folder(), CONNECTIONS);
            return new Throughput(
                            field,
                            List.of(field.caddy(), logging),
                            "requests",
                            (contender, hostname, seconds) -> wrk.run(contender.https(), hostname, seconds))
                    .compare(effort.of(ROUNDS), effort.of(SECONDS), effort.of(WARM_UP_SECONDS), "≥ 2.2");
        }
    }
}
