package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Ten thousand damaged requests, in pieces, against origins that answer, answer badly, answer early or not at all: no
 * exception is unhandled, every connection ends, and every buffer is given back.
 */
class RequestFuzzTest {

    private static final int ROUNDS = 10_000;
    private static final long SEED = 20_261_121;
    private static final String HOST = "Host: shop.example.com\r\n";
    private static final List<String> REQUESTS = List.of(
            "GET / HTTP/1.1\r\n" + HOST + "\r\n",
            "HEAD /x?y=z HTTP/1.1\r\n" + HOST + "Accept: */*\r\nTE: trailers\r\nConnection: te\r\n\r\n",
            "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
            "POST / HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\n\r\nabcde",
            "POST / HTTP/1.1\r\n" + HOST + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
            "PUT / HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nX-T: 1\r\n\r\n",
            "GET /ws HTTP/1.1\r\n" + HOST + "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\nearly",
            "OPTIONS * HTTP/1.1\r\n" + HOST + "X: " + "y".repeat(300) + "\r\n\r\n",
            "GET http://shop.example.com/ HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n");
    private static final List<String> RESPONSES = List.of(
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\nuntil the end",
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nhello",
            "HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno",
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
            "");

    @Test
    void damagedRequests_leaveNothingBehind() {
        var random = new Random(SEED);
        int answered = 0;
        int refused = 0;
        try (var complaints = new NoComplaints()) {
            for (int round = 0; round < ROUNDS; round++) {
                try (var proxy = EmbeddedProxy.withDefaults()) {
                    String stream = play(proxy, random);
                    proxy.end(Duration.ofMinutes(10));
                    assertThat(proxy.client.isOpen())
                            .as("round %d: %s %s", round, stream, proxy.records)
                            .isFalse();
                    assertThat(proxy.origins.stream().filter(origin -> origin.isOpen()))
                            .as("round " + round)
                            .hasSize(proxy.pooled());
                    for (RequestRecord record : proxy.records) {
                        answered += record.status() == 200 ? 1 : 0;
                        refused += record.status() == 400 ? 1 : 0;
                    }
                }
                assertThat(complaints.heard()).as("round " + round).isEmpty();
            }
        }
        assertThat(answered).as("fuzz that gets through").isGreaterThan(ROUNDS / 20);
        assertThat(refused).as("fuzz that doesn't").isGreaterThan(ROUNDS / 20);
    }

    private static String play(EmbeddedProxy proxy, Random random) {
        String stream = damaged(pick(REQUESTS, random), random) + (random.nextBoolean() ? pick(REQUESTS, random) : "");
        int most = 1 + random.nextInt(stream.length());
        for (int at = 0; at < stream.length() && proxy.client.isActive(); ) {
            int to = Math.min(stream.length(), at + 1 + random.nextInt(most));
            proxy.send(stream.substring(at, to));
            at = to;
            for (int i = 0; i < proxy.origins.size(); i++) {
                respond(proxy, i, random);
            }
        }
        if (random.nextInt(3) == 0) {
            proxy.client.close();
        }
        return stream;
    }

    private static void respond(EmbeddedProxy proxy, int origin, Random random) {
        if (!proxy.origins.get(origin).isActive()) {
            return;
        }
        switch (random.nextInt(8)) {
            case 0 -> proxy.origins.get(origin).close();
            case 1, 2 -> {}
            case 3 -> proxy.answer(origin, damaged(pick(RESPONSES, random) + " ", random));
            default -> proxy.answer(origin, pick(RESPONSES, random));
        }
    }

    private static String pick(List<String> of, Random random) {
        return of.get(random.nextInt(of.size()));
    }

    private static String damaged(String text, Random random) {
        var damaged = new StringBuilder(text);
        for (int hits = random.nextInt(4); hits > 0 && !damaged.isEmpty(); hits--) {
            int at = random.nextInt(damaged.length());
            switch (random.nextInt(4)) {
                case 0 -> damaged.setCharAt(at, (char) random.nextInt(256));
                case 1 -> damaged.deleteCharAt(at);
                case 2 -> damaged.insert(at, "\r\n");
                default -> damaged.setLength(at);
            }
        }
        return damaged.isEmpty() ? "\0" : damaged.toString();
    }
}
