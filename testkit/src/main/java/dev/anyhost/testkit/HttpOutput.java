package dev.anyhost.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.OutputStream;

/** Writes one HTTP/1.1 response (RFC 9112) to one request. */
final class HttpOutput {

    private final OutputStream out;
    private final boolean headOnly;
    private final boolean closes;
    private final boolean old;
    private boolean chunked;

    HttpOutput(OutputStream out, RawRequest request) {
        this.out = out;
        this.headOnly = request.method().equals("HEAD");
        this.old = request.requestLine().endsWith("HTTP/1.0");
        this.closes = old || request.header("Connection").orElse("").equalsIgnoreCase("close");
    }

    /** Whether the connection ends after this response. */
    boolean closes() {
        return closes;
    }

    /** RFC 9110 section 10.1.1: asks for the body. */
    void continueRequest() throws IOException {
        out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1));
    }

    void send(int status, String type, byte[] body) throws IOException {
        if (status == 204 || status == 304) {
            head(status, type, "");
            return;
        }
        startWithLength(status, type, body.length);
        write(body, body.length);
    }

    void startWithLength(int status, String type, long length) throws IOException {
        head(status, type, "Content-Length: " + length + "\r\n");
    }

    /** A body of unknown length; to an HTTP/1.0 client it ends with the connection. */
    void startChunked(int status, String type) throws IOException {
        chunked = !old;
        head(status, type, chunked ? "Transfer-Encoding: chunked\r\n" : "");
    }

    void write(byte[] bytes, int length) throws IOException {
        if (headOnly || length == 0) {
            return;
        }
        if (!chunked) {
            out.write(bytes, 0, length);
            return;
        }
        byte[] framed = new ByteWriter()
                .bytes((Integer.toHexString(length) + "\r\n").getBytes(ISO_8859_1))
                .bytes(bytes, 0, length)
                .bytes("\r\n".getBytes(ISO_8859_1))
                .toBytes();
        out.write(framed);
    }

    void end() throws IOException {
        if (chunked && !headOnly) {
            out.write("0\r\n\r\n".getBytes(ISO_8859_1));
        }
    }

    private void head(int status, String type, String framing) throws IOException {
        String head = "HTTP/1.1 " + status + " " + reason(status) + "\r\n"
                + "Content-Type: " + type + "\r\n"
                + framing
                + (closes ? "Connection: close\r\n" : "")
                + "\r\n";
        out.write(head.getBytes(ISO_8859_1));
    }

    private static String reason(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 404 -> "Not Found";
            case 426 -> "Upgrade Required";
            case 503 -> "Service Unavailable";
            default -> "Demo";
        };
    }
}
