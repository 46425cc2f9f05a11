package dev.anyhost.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * One workload on ours, nginx, HAProxy and Caddy in turn: same origin, same certificate, two workers, an access log.
 *
 * @param unit what is counted, in the plural
 * @param goals how many times a peer's rate ours has to be, by the peer's name
 */
record DataPlane(
        String name,
        String description,
        String unit,
        Throughput.Pace pace,
        Premise premise,
        Map<String, Double> goals,
        Loads loads)
        implements Benchmark {

    private static final int CONNECTIONS = 64;
    private static final int MEDIUM_CONNECTIONS = 32;
    private static final int LARGE_CONNECTIONS = 8;
    private static final int H2_CONNECTIONS = 16;
    private static final int H2_STREAMS = 16;

    /** On two processors that load and origin share, the JVM's compilers are at work for half a minute. */
    private static final Throughput.Pace USUAL = new Throughput.Pace(5, 4, 40);

    private static final String REQUESTS = "requests";
    private static final String HANDSHAKES = "handshakes";

    /** All that compare rates. */
    static final List<Benchmark> ALL = List.of(
            new DataPlane(
                    "keep-alive",
                    "HTTP/1.1, 1 KiB on " + CONNECTIONS + " kept connections (wrk)",
                    REQUESTS,
                    USUAL,
                    Premise.NONE,
                    Map.of("nginx", 0.95, "Caddy", 2.5),
                    field -> wrk(new Wrk(field.around().folder(), CONNECTIONS))),
            new DataPlane(
                    "h2",
                    "HTTP/2, 1 KiB on " + H2_CONNECTIONS + " connections of " + H2_STREAMS + " streams (h2load)",
                    REQUESTS,
                    USUAL,
                    Premise.HTTP_2,
                    Map.of("nginx", 1.05, "HAProxy", 0.95, "Caddy", 5.0),
                    field -> h2load(field, H2load.H2)::run),
            new DataPlane(
                    "body-100k",
                    "HTTP/1.1, 100 KiB on " + MEDIUM_CONNECTIONS + " kept connections (wrk)",
                    REQUESTS,
                    USUAL,
                    Premise.NONE,
                    Map.of("nginx", 1.25),
                    field -> wrk(new Wrk(field.around().folder(), MEDIUM_CONNECTIONS, Origin.MEDIUM, true))),
            new DataPlane(
                    "body-10m",
                    "HTTP/1.1, 10 MiB on " + LARGE_CONNECTIONS + " kept connections (wrk)",
                    REQUESTS,
                    USUAL,
                    Premise.NONE,
                    Map.of(),
                    field -> wrk(new Wrk(field.around().folder(), LARGE_CONNECTIONS, Origin.LARGE, true))),
            new DataPlane(
                    "handshakes",
                    "full TLS 1.3 handshakes by X25519, 1 KiB on each, 64 at a time",
                    HANDSHAKES,
                    USUAL,
                    Premise.NONE,
                    Map.of("nginx", 1.05),
                    field -> (contender, hostname, seconds) ->
                            VisitLoad.fullHandshakes(field.visitors(), contender, hostname, seconds)),
            new DataPlane(
                    "handshakes-hybrid",
                    "full TLS 1.3 handshakes by " + Visitors.HYBRID + ", 1 KiB on each, 64 at a time",
                    HANDSHAKES,
                    USUAL,
                    Premise.HYBRID_KEYS,
                    Map.of(),
                    field -> (contender, hostname, seconds) ->
                            VisitLoad.hybridHandshakes(field.visitors(), contender, hostname, seconds)),
            new DataPlane(
                    "resumed",
                    "resumed TLS handshakes, 1 KiB on each, " + CONNECTIONS + " at a time (wrk)",
                    HANDSHAKES,
                    USUAL,
                    Premise.RESUMPTION,
                    Map.of(),
                    field -> wrk(new Wrk(field.around().folder(), CONNECTIONS, "/", false))),
            new DataPlane(
                    "websocket",
                    "messages of 100 bytes there and back over 64 WebSockets",
                    "messages",
                    USUAL,
                    Premise.NONE,
                    Map.of(),
                    field -> (contender, hostname, seconds) ->
                            WebSockets.run(field.visitors(), contender, hostname, seconds)),
            new PacedLatency(),
            new IdleConnections(),
            new Memory());

    /** What loads a field's proxies. */
    interface Loads {
        Throughput.Load of(Field field);
    }

    static Throughput.Load wrk(Wrk wrk) {
        return (contender, hostname, seconds) -> wrk.run(contender.https(), hostname, seconds);
    }

    static H2load h2load(Field field, String protocol) {
        return new H2load(
                field.around().programs().h2load(), field.around().folder(), protocol, H2_CONNECTIONS, H2_STREAMS);
    }

    @Override
    public String run(Programs programs, Effort effort) throws IOException, InterruptedException {
        try (Surroundings around = Surroundings.start(programs, name, Surroundings.Ask.MEMORY);
                Field field = Field.ofAll(around, "")) {
            return new Throughput(field, unit, premise, goals, loads.of(field)).compare(pace.with(effort));
        }
    }
}
