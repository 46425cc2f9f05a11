package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random requests, good and damaged, whole and in pieces: the bytes that reach the origin are read again by an oracle
 * that knows nothing of our parsers, and must be exactly one request for each that was answered.
 */
class SmugglingFuzzTest {

    private static final int ROUNDS = 2_000;
    private static final String HOST = "Host: shop.example.com\r\n";
    private static final List<String> REQUESTS = List.of(
            "GET /a HTTP/1.1\r\n" + HOST + "\r\n",
            "GET http://shop.example.com/b HTTP/1.1\r\n" + HOST + "Connection: x\r\nX: GET / HTTP/1.1\r\n\r\n",
            "POST /c HTTP/1.1\r\n" + HOST + "Content-Length: 26\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n",
            "POST /d HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n1a\r\n"
                    + "GET /smuggled HTTP/1.1\r\n\r\n\r\n0\r\nX-Sum: 1\r\n\r\n",
            "PUT /e HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\n\r\n",
            "POST /f HTTP/1.1\r\n" + HOST
                    + "Content-Length: 0\r\nX-Forwarded-For: 6.6.6.6\r\nX_Real_IP: 6.6.6.6\r\n\r\n");
    private static final List<String> POISON = List.of(
            "Content-Length: 5\r\n",
            "Transfer-Encoding: chunked\r\n",
            "Transfer-Encoding : chunked\r\n",
            "Transfer-Encoding:\tchunked\r\n",
            "Transfer-Encoding: x, chunked\r\n",
            "Transfer_Encoding: chunked\r\n",
            "Content-Length: 0\r\n",
            "Host: other.example.com\r\n",
            "Connection: content-length, transfer-encoding, host\r\n",
            "X: \n\r\n",
            "\n",
            "\r\n",
            "0\r\n\r\n",
            "\0",
            " ");

    @ParameterizedTest
    @ValueSource(longs = {4, 20261121, 80, 81})
    void originBytes_areExactlyOneRequestForEachAnswered(long seed) {
        var random = new Random(seed);
        long answered = 0;
        for (int round = 0; round < ROUNDS; round++) {
            var stream = new StringBuilder();
            for (int i = random.nextInt(3); i >= 0; i--) {
                stream.append(damaged(REQUESTS.get(random.nextInt(REQUESTS.size())), random));
            }
            answered += play(stream.toString(), random, "seed " + seed + " round " + round + ": " + stream);
        }
        assertThat(answered).as("requests that got through").isGreaterThan(ROUNDS / 3);
    }

    private static long play(String stream, Random random, String description) {
        try (var proxy = EmbeddedProxy.withDefaults()) {
            var origins = new OriginOracle(proxy, description);
            int most = random.nextBoolean() ? stream.length() : 1 + random.nextInt(20);
            for (int at = 0; at < stream.length() && proxy.client.isActive(); ) {
                int to = Math.min(stream.length(), at + 1 + random.nextInt(most));
                proxy.send(stream.substring(at, to));
                origins.answerAll();
                at = to;
            }
            long answered = proxy.records.stream()
                    .filter(record -> record.status() == 200)
                    .count();
            assertThat(origins.answered()).as(description).isEqualTo((int) answered);
            return answered;
        }
    }

    @Test
    void everySplitOfARequest_givesTheSameBytesAtTheOrigin() {
        for (String request : REQUESTS) {
            String whole = forwarded(request, request.length());
            for (int cut = 1; cut < request.length(); cut++) {
                assertThat(forwarded(request, cut))
                        .as("%s cut at %d", request, cut)
                        .isEqualTo(whole);
            }
        }
    }

    /** What reaches the origin, with data chunks joined: where they were cut is no one's promise. */
    private static String forwarded(String request, int cut) {
        try (var proxy = EmbeddedProxy.withDefaults()) {
            proxy.send(request.substring(0, cut));
            if (cut < request.length()) {
                proxy.send(request.substring(cut));
            }
            String bytes = proxy.receivedBy(0);
            int body = bytes.indexOf("\r\n\r\n") + 4;
            return bytes.contains("Transfer-Encoding: chunked")
                    ? bytes.substring(0, body) + OriginOracle.joined(bytes.substring(body))
                    : bytes;
        }
    }

    private static String damaged(String request, Random random) {
        var damaged = new StringBuilder(request);
        for (int hits = random.nextInt(3); hits > 0; hits--) {
            int at = random.nextInt(damaged.length());
            switch (random.nextInt(4)) {
                case 0 -> damaged.deleteCharAt(at);
                case 1 -> damaged.insert(at, POISON.get(random.nextInt(POISON.size())));
                default -> {
                    int line = damaged.indexOf("\r\n", at);
                    damaged.insert(line < 0 ? at : line + 2, POISON.get(random.nextInt(POISON.size())));
                }
            }
        }
        return damaged.toString();
    }
}
