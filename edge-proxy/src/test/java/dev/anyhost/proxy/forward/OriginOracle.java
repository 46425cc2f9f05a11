package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Reads what origins get, by text and without any code of ours, and answers each complete request. Whatever is there must be
 * the beginning of exactly one.
 */
final class OriginOracle {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final Pattern CHUNK = Pattern.compile("([0-9a-f]+)\r\n");

    private final EmbeddedProxy proxy;
    private final String description;
    private final Map<Integer, StringBuilder> buffers = new HashMap<>();
    private int requests;

    OriginOracle(EmbeddedProxy proxy, String description) {
        this.proxy = proxy;
        this.description = description;
    }

    /** How many requests were complete and got an answer. */
    int answered() {
        return requests;
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
                    if (proxy.origins.get(i).isActive()) {
                        requests++;
                        proxy.answer(i, OK);
                        answered = true;
                    }
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
        assertThat(lines.subList(1, lines.size())).as(description).allMatch(line -> line.matches("(?s).+: .*"));
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
