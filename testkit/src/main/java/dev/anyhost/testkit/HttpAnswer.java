package dev.anyhost.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;

/**
 * An HTTP/1.1 response. Strings have one character per byte (ISO-8859-1).
 *
 * @param head the status line and the headers, the empty line included, byte for byte
 * @param rawBody what followed, byte for byte: with chunk sizes if chunked
 * @param body the content, without chunk sizes
 */
public record HttpAnswer(String head, String rawBody, String body) {

    /** One with a body of known length; further header lines as they are, without line ends. */
    public static HttpAnswer of(int status, String type, String body, String... headers) {
        String bytes = new String(body.getBytes(UTF_8), ISO_8859_1);
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Scripted\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        head.append("Content-Type: ").append(type).append("\r\n");
        head.append("Content-Length: ").append(bytes.length()).append("\r\n\r\n");
        return new HttpAnswer(head.toString(), bytes, bytes);
    }

    /** Bytes that are sent as they are, before the connection ends. */
    public static HttpAnswer garbage(String bytes) {
        return new HttpAnswer(bytes, "", "");
    }

    /** Whether this is its status code; false for garbage. */
    public boolean is(int status) {
        return head.startsWith("HTTP/1.1 " + status + " ");
    }

    /** The first value of a header. */
    public Optional<String> header(String name) {
        return asHead().header(name);
    }

    /** Whether the connection ends after it. */
    boolean closes() {
        boolean framed = header("Content-Length").isPresent()
                || header("Transfer-Encoding").isPresent()
                || rawBody.isEmpty();
        return !head.startsWith("HTTP/1.1 ")
                || !framed
                || header("Connection").filter("close"::equalsIgnoreCase).isPresent();
    }

    String bytes() {
        return head + rawBody;
    }

    private RawRequest asHead() {
        return new RawRequest(head, "", "");
    }
}
