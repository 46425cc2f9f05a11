package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random requests, good and damaged, whole and in pieces: the bytes that reach the origin are read again by an oracle
 * that knows nothing of our parsers, and must be exactly one request for each that was answered.
 */
class SmugglingFuzzTest {

    private static final int ROUNDS = 2_000;
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
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
            assertThat(origins.requests).as(description).isEqualTo((int) answered);
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

    /** Reads what origins get, by text and without any code of ours, and answers each complete request. */
    private static final class OriginOracle {

        private static final Pattern CHUNK = Pattern.compile("([0-9a-f]+)\r\n");

        private final EmbeddedProxy proxy;
        private final String description;
        private final java.util.Map<Integer, StringBuilder> buffers = new java.util.HashMap<>();
        private int requests;

        OriginOracle(EmbeddedProxy proxy, String description) {
            this.proxy = proxy;
            this.description = description;
        }

        void answerAll() {
            boolean answered = true;
            while (answered) {
                answered = false;
                for (int i = 0; i < proxy.origins.size(); i++) {
                    StringBuilder buffer = buffers.computeIfAbsent(i, n -> new StringBuilder());
                    buffer.append(proxy.receivedBy(i));
                    int length = requestLength(buffer.toString());
                    if (length > 0) {
                        assertThat(buffer).as(description).hasSize(length);
                        buffer.setLength(0);
                        requests++;
                        proxy.answer(i, OK);
                        answered = true;
                    }
                }
            }
        }

        /** Length of the complete request at the beginning, or 0. */
        private int requestLength(String bytes) {
            int end = bytes.indexOf("\r\n\r\n");
            if (end < 0) {
                return 0;
            }
            String head = bytes.substring(0, end);
            List<String> lines = List.of(head.split("\r\n", -1));
            assertThat(lines).as(description).noneMatch(line -> line.matches("(?s).*[\r\n\0].*"));
            assertThat(lines.getFirst()).as(description).matches("[A-Z!-~]+ (/[!-~]*|\\*) HTTP/1\\.1");
            assertThat(lines.subList(1, lines.size()))
                    .as(description)
                    .allMatch(line -> line.matches("[A-Za-z0-9-]+: .*|.+: .*"));
            assertThat(values(lines, "host")).as(description).containsExactly("app.example.net");
            assertThat(values(lines, "x-forwarded-for")).as(description).hasSize(1);
            List<String> lengths = values(lines, "content-length");
            List<String> codings = values(lines, "transfer-encoding");
            assertThat(lengths.size() + codings.size()).as(description).isLessThanOrEqualTo(1);
            int body = end + 4;
            if (!lengths.isEmpty()) {
                int length = body + Integer.parseInt(lengths.getFirst());
                return length <= bytes.length() ? length : 0;
            }
            return codings.isEmpty() ? body : chunkedLength(bytes, body);
        }

        private static List<String> values(List<String> lines, String name) {
            return lines.stream()
                    .map(line -> line.split(":", 2))
                    .filter(parts -> parts.length == 2
                            && parts[0].strip()
                                    .toLowerCase(Locale.ROOT)
                                    .replace('_', '-')
                                    .equals(name))
                    .map(parts -> parts[1].strip())
                    .toList();
        }

        private int chunkedLength(String bytes, int from) {
            int at = from;
            while (true) {
                var size = CHUNK.matcher(bytes).region(at, bytes.length());
                if (!size.lookingAt()) {
                    assertThat(bytes.substring(at)).as(description).matches("[0-9a-f]*\r?");
                    return 0;
                }
                int length = Integer.parseInt(size.group(1), 16);
                at = size.end();
                if (length == 0) {
                    int end = bytes.indexOf("\r\n", at) == at ? at : bytes.indexOf("\r\n\r\n", at) + 2;
                    return end < at ? 0 : end + 2;
                }
                at += length;
                if (at + 2 > bytes.length()) {
                    return 0;
                }
                assertThat(bytes.substring(at, at + 2)).as(description).isEqualTo("\r\n");
                at += 2;
            }
        }

        static String joined(String chunks) {
            var data = new StringBuilder();
            int at = 0;
            while (true) {
                var size = CHUNK.matcher(chunks).region(at, chunks.length());
                assertThat(size.lookingAt()).isTrue();
                int length = Integer.parseInt(size.group(1), 16);
                if (length == 0) {
                    return data + "|" + chunks.substring(at);
                }
                data.append(chunks, size.end(), size.end() + length);
                at = size.end() + length + 2;
            }
        }
    }
}
