package dev.anyhost.testkit;

import java.util.List;
import java.util.Optional;

/**
 * An HTTP/1 request as an origin received it. Strings have one character per byte (ISO-8859-1).
 *
 * @param head the request line and the headers, the empty line included, byte for byte
 * @param rawBody what followed, byte for byte: with chunk sizes if chunked
 * @param body the content, without chunk sizes
 */
public record RawRequest(String head, String rawBody, String body) {

    public String method() {
        return requestLine().split(" ", -1)[0];
    }

    /** The request-target (RFC 9112 section 3.2). */
    public String target() {
        String[] parts = requestLine().split(" ", -1);
        return parts.length > 1 ? parts[1] : "";
    }

    public String requestLine() {
        return head.split("\r\n", 2)[0];
    }

    /** The header lines as they came, in order. */
    public List<String> headerLines() {
        List<String> lines = head.lines().toList();
        return lines.subList(1, Math.max(1, lines.size() - 1));
    }

    /** All values of a header, in order; names are compared without regard to case. */
    public List<String> headers(String name) {
        return headerLines().stream()
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).strip())
                .toList();
    }

    /** The first value of a header. */
    public Optional<String> header(String name) {
        return headers(name).stream().findFirst();
    }
}
