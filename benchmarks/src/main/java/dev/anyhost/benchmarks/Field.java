package dev.anyhost.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Both proxies, running, among the same surroundings, and visitors who have been elsewhere before.
 *
 * @param around shared by both
 * @param visitors of both
 */
record Field(Surroundings around, Visitors visitors, Anyhost anyhost, Caddy caddy) implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int VISITS_TO_WARM_UP = 500;

    static Field open(Surroundings around) throws IOException, InterruptedException {
        Visitors visitors = new Visitors();
        warmUp(visitors, around);
        return new Field(around, visitors, Anyhost.start(around), Caddy.start(around));
    }

    /** So that the clients' own first steps aren't counted against whoever is visited first. */
    private static void warmUp(Visitors visitors, Surroundings around) {
        var elsewhere = new InetSocketAddress(
                InetAddress.getLoopbackAddress(), around.ca().directory().getPort());
        for (int visit = 0; visit < VISITS_TO_WARM_UP; visit++) {
            var _ = visitors.visit(elsewhere, "localhost", PATIENCE).join();
        }
    }

    /** In this round's order: they take turns at being the first. */
    List<Contender> contenders(int round) {
        List<Contender> order = new ArrayList<>(List.of(anyhost, caddy));
        return round % 2 == 0 ? order : order.reversed();
    }

    /** One of the two sides' samples. */
    <T> T of(Contender contender, T anyhosts, T caddys) {
        return contender.equals(anyhost) ? anyhosts : caddys;
    }

    /**
     * A visit that must succeed.
     *
     * @throws IOException when it doesn't
     */
    Visit.Answered visit(Contender contender, String hostname) throws IOException {
        return switch (visitors.visit(contender.https(), hostname, PATIENCE).join()) {
            case Visit.Answered answered when answered.status() == 200 -> answered;
            case Visit failed -> throw new IOException(contender.name() + ", " + hostname + ": " + failed);
        };
    }

    /** A name that is allowed, and has its certificate. */
    String warmName(Contender contender, String hostname) throws IOException {
        around.allow(hostname, contender);
        var _ = visit(contender, hostname);
        return hostname;
    }

    @Override
    public void close() {
        anyhost.close();
        caddy.close();
        visitors.close();
    }
}
