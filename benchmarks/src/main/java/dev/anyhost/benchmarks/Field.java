package dev.anyhost.benchmarks;

import dev.anyhost.proxy.Parts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Ours and its peers, running, among the same surroundings, and visitors who have been elsewhere before.
 *
 * @param around shared by all
 * @param visitors of all
 * @param peers at least one
 */
record Field(Surroundings around, Visitors visitors, Anyhost anyhost, List<Contender> peers) implements AutoCloseable {

    /** The one name of a {@linkplain #ofAll field of all}. */
    static final String HOSTNAME = "www.shop.example";

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int VISITS_TO_WARM_UP = 500;

    /** Ours beside Caddy, both as an edge for any hostname: they ask, and order certificates. */
    static Field open(Surroundings around) throws IOException, InterruptedException {
        Visitors visitors = new Visitors();
        warmUp(visitors, around);
        return new Field(around, visitors, Anyhost.start(around), List.of(Caddy.start(around)));
    }

    /**
     * Ours beside all its peers, in front of {@link #HOSTNAME} with the same certificate, which ours has obtained; all write a
     * line for each request.
     *
     * @param more sections of our configuration
     */
    static Field ofAll(Surroundings around, String more) throws IOException, InterruptedException {
        Parts parts = new Parts();
        try {
            Visitors visitors = parts.opened(new Visitors());
            warmUp(visitors, around);
            Anyhost anyhost = parts.opened(Anyhost.start(around, more));
            around.allow(HOSTNAME, anyhost);
            var _ = visit(visitors, anyhost, HOSTNAME);
            PemFiles certificate = anyhost.certificate(around.programs().anyhost(), HOSTNAME);
            List<Contender> peers = List.of(
                    parts.opened(Nginx.start(around, certificate)),
                    parts.opened(Haproxy.start(around, certificate)),
                    parts.opened(Caddy.start(around, HOSTNAME, certificate)));
            return new Field(around, visitors, anyhost, peers);
        } catch (IOException | InterruptedException | RuntimeException failed) {
            parts.close();
            throw failed;
        }
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
        List<Contender> order = new ArrayList<>(peers);
        order.addFirst(anyhost);
        return round % 2 == 0 ? order : order.reversed();
    }

    /** The only one, or the first. */
    Contender peer() {
        return peers.getFirst();
    }

    /** Of two sides' samples that of this one. */
    <T> T of(Contender contender, T anyhosts, T peers) {
        return contender.equals(anyhost) ? anyhosts : peers;
    }

    /**
     * A visit that must succeed.
     *
     * @throws IOException when it doesn't
     */
    Visit.Answered visit(Contender contender, String hostname) throws IOException {
        return visit(visitors, contender, hostname);
    }

    private static Visit.Answered visit(Visitors visitors, Contender contender, String hostname) throws IOException {
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
        peers.forEach(Contender::close);
        visitors.close();
    }
}
