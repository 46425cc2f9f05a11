package dev.anyhost.benchmarks;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/** What a good client notices while others flood the same proxy with HTTP/2 frames that are cheap to send. */
final class Floods implements Benchmark {

    private static final int ROUNDS = 3;
    private static final int SECONDS = 4;
    private static final int WARM_UP_SECONDS = 20;
    private static final int MOST_REST_SECONDS = 15;
    private static final long IDLE_MICROS_A_SECOND = 50_000;

    private static final double GOAL = 2;

    @Override
    public String name() {
        return "floods";
    }

    @Override
    public String description() {
        return GoodClient.VISITS_PER_SECOND + " visits/s while " + Attackers.PLACES + " others send "
                + Attackers.BATCHES_A_SECOND * Flood.FRAMES + " abusive HTTP/2 frames/s, reconnecting when cut";
    }

    /** Over all rounds. */
    private static final class Phase {
        final GoodClient client = new GoodClient();
        long frames;
        long cut;
        double seconds;
    }

    /** One contender's phases. */
    private record Phases(GoodClient quiet, Map<Flood, Phase> flooded) {
        static Phases none() {
            Map<Flood, Phase> flooded = new EnumMap<>(Flood.class);
            for (Flood flood : Flood.values()) {
                flooded.put(flood, new Phase());
            }
            return new Phases(new GoodClient(), flooded);
        }
    }

    @Override
    public String run(Programs programs, Effort effort) throws IOException, InterruptedException {
        SslContext tls = h2();
        Duration length = Duration.ofSeconds(effort.of(SECONDS));
        try (Surroundings around = Surroundings.start(programs, name(), Surroundings.Ask.MEMORY);
                Field field = Field.ofAll(around, "")) {
            Map<Contender, Phases> figures = new LinkedHashMap<>();
            for (Contender contender : field.contenders(0)) {
                int seconds = field.of(contender, effort.of(WARM_UP_SECONDS), 1);
                var _ = VisitLoad.fullHandshakes(field.visitors(), contender, Field.HOSTNAME, seconds);
                figures.put(contender, Phases.none());
            }
            // The first floods meet code that was never run before; what is asked is what they cost for long.
            round(field, field.anyhost(), Phases.none(), tls, length);
            for (int round = 0; round < effort.of(ROUNDS); round++) {
                for (Contender contender : field.contenders(round)) {
                    round(field, contender, figures.getOrDefault(contender, Phases.none()), tls, length);
                }
            }
            return table(field, figures).toString();
        }
    }

    private static SslContext h2() throws SSLException {
        return SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL)
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .endpointIdentificationAlgorithm(null)
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        H2load.H2))
                .build();
    }

    private static void round(Field field, Contender contender, Phases phases, SslContext tls, Duration length)
            throws InterruptedException {
        phases.quiet().visit(field, contender, length);
        for (Flood flood : Flood.values()) {
            Phase phase = phases.flooded().getOrDefault(flood, new Phase());
            try (Attackers attackers = Attackers.start(contender, tls, flood)) {
                phase.seconds += phase.client.visit(field, contender, length);
                Attackers.Toll toll = attackers.toll();
                phase.frames += toll.frames();
                phase.cut += toll.cut();
            }
            rest(contender);
        }
    }

    /** What is left of a flood when it ends is nobody else's. */
    private static void rest(Contender contender) throws InterruptedException {
        long before = contender.usage().cpuMicros();
        for (int second = 0; second < MOST_REST_SECONDS; second++) {
            TimeUnit.SECONDS.sleep(1);
            long now = contender.usage().cpuMicros();
            if (now - before < IDLE_MICROS_A_SECOND) {
                return;
            }
            before = now;
        }
    }

    private static Table table(Field field, Map<Contender, Phases> figures) {
        List<String> headings = new ArrayList<>(GoodClient.headings());
        headings.addFirst("");
        headings.addAll(List.of("frames/s", "cut/s"));
        Table table = new Table(headings.toArray(String[]::new));
        figures.forEach((contender, phases) -> {
            table.row(row(contender.name() + ", quiet", phases.quiet().cells("", ""), "", ""));
            phases.flooded().forEach((flood, phase) -> {
                double times = phase.client.timesQuiet(phases.quiet());
                String goal = field.of(contender, times <= GOAL ? "reached" : "**not reached**", "");
                table.row(row(
                        contender.name() + ", " + flood.label(),
                        phase.client.cells(Table.number(times), goal),
                        Table.number(phase.frames / phase.seconds),
                        Table.number(phase.cut / phase.seconds)));
            });
        });
        return table;
    }

    private static String[] row(String name, List<String> cells, String frames, String cut) {
        List<String> row = new ArrayList<>(cells);
        row.addFirst(name);
        row.addAll(List.of(frames, cut));
        return row.toArray(String[]::new);
    }
}
