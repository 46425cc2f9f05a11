package dev.anyhost.benchmarks;

import io.netty.channel.Channel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** Resident memory for each TLS connection that had a request and waits for the next one: most of an edge's connections do. */
final class IdleConnections implements Benchmark {

    /** The part of them that is open before memory is compared: by then the process itself has what it needs. */
    private static final int A_FIFTH = 5;

    private static final int CONNECTIONS = 5_000;
    private static final int AT_A_TIME = 20;
    private static final int WARM_UP_SECONDS = 15;
    private static final int REST_SECONDS = 8;
    private static final double GOAL_KIB = 16;
    private static final double KIB_PER_MIB = 1_024;

    @Override
    public String name() {
        return "idle";
    }

    @Override
    public String description() {
        return "resident memory for each of " + CONNECTIONS + " idle TLS connections";
    }

    @Override
    public String run(Programs programs, Effort effort) throws IOException, InterruptedException {
        try (Surroundings around = Surroundings.start(programs, name(), Surroundings.Ask.MEMORY);
                Field field = Field.ofAll(around, "")) {
            Table table = new Table(
                    "", "KiB for each", "goal", "", "MiB before", "MiB with a fifth of them", "MiB with all of them");
            for (Contender contender : field.contenders(0)) {
                row(field, contender, effort, table);
            }
            return table.toString();
        }
    }

    private static void row(Field field, Contender contender, Effort effort, Table table)
            throws IOException, InterruptedException {
        int seconds = field.of(contender, effort.of(WARM_UP_SECONDS), 1);
        var _ = VisitLoad.fullHandshakes(field.visitors(), contender, Field.HOSTNAME, seconds);
        int few = CONNECTIONS / A_FIFTH;
        long before = resident(contender, effort);
        List<Channel> open = new ArrayList<>(open(field, contender, few));
        long withFew = resident(contender, effort);
        open.addAll(open(field, contender, CONNECTIONS - few));
        long withAll = resident(contender, effort);
        long left = open.stream().filter(Channel::isActive).count();
        open.forEach(channel -> channel.close().syncUninterruptibly());
        if (left < CONNECTIONS) {
            throw new IOException(contender.name() + " left open: " + left + " (expected: " + CONNECTIONS + ")");
        }
        double each = (double) (withAll - withFew) / (CONNECTIONS - few);
        boolean reached = each <= GOAL_KIB;
        table.row(
                contender.name(),
                Table.number(each),
                field.of(contender, "≤ " + Table.number(GOAL_KIB), ""),
                field.of(contender, reached ? "reached" : "**not reached**", ""),
                Table.number(before / KIB_PER_MIB),
                Table.number(withFew / KIB_PER_MIB),
                Table.number(withAll / KIB_PER_MIB));
    }

    /** Once what was needed for opening connections has been given back. */
    private static long resident(Contender contender, Effort effort) throws InterruptedException {
        TimeUnit.SECONDS.sleep(effort.of(REST_SECONDS));
        return contender.usage().residentKiB();
    }

    private static List<Channel> open(Field field, Contender contender, int connections) throws IOException {
        String request = "GET / HTTP/1.1\r\nHost: " + Field.HOSTNAME + "\r\n\r\n";
        List<Channel> open = new ArrayList<>();
        try {
            while (open.size() < connections) {
                List<CompletableFuture<Channel>> some = new ArrayList<>();
                while (some.size() < Math.min(AT_A_TIME, connections - open.size())) {
                    some.add(field.visitors()
                            .keep(
                                    contender.https(),
                                    Field.HOSTNAME,
                                    new KeptConnection(request, 200, Origin.SMALL_BYTES)));
                }
                some.forEach(channel -> open.add(channel.join()));
            }
        } catch (CompletionException failed) {
            throw new IOException(contender.name() + ": " + failed.getCause(), failed);
        }
        return open;
    }
}
