package dev.anyhost.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/**
 * An application to put behind the proxy: HTTP/1.1 on loopback, plain or behind TLS. It tells what it received, so that
 * one sees what the proxy did to a request.
 *
 * <ul>
 *   <li>{@code /health}: 200
 *   <li>{@code /stream?bytes=N}: N bytes in chunks, or with {@code &length} at once
 *   <li>{@code /status/NNN}: that status
 *   <li>{@code /delay?ms=N}: answers after a while
 *   <li>{@code /upload}: says the request's body back while it comes
 *   <li>{@code /ws}: a WebSocket that says every message back
 *   <li>everything else: the request in text, or in JSON when {@code Accept} asks for it
 * </ul>
 */
public final class DemoOrigin implements AutoCloseable {

    private static final String TEXT = "text/plain; charset=utf-8";
    private static final byte[] PATTERN = "0123456789abcdef".repeat(1_024).getBytes(ISO_8859_1);

    private final String scheme;
    private final SocketServer server;
    private final JsonMapper json = JsonMapper.builder().build();

    private DemoOrigin(int port, Optional<ServerIdentity> identity) {
        this.scheme = identity.isPresent() ? "https" : "http";
        this.server = SocketServer.start(port, identity, this::serve);
    }

    /** One that speaks plain HTTP, on a port of the system's choice. */
    public static DemoOrigin start() {
        return start(0);
    }

    /** One that speaks plain HTTP; port 0 lets the system choose. */
    public static DemoOrigin start(int port) {
        return new DemoOrigin(port, Optional.empty());
    }

    /** One behind TLS; port 0 lets the system choose. */
    public static DemoOrigin startTls(ServerIdentity identity, int port) {
        return new DemoOrigin(port, Optional.of(identity));
    }

    public int port() {
        return server.port();
    }

    /** {@code http://127.0.0.1:PORT} or {@code https://127.0.0.1:PORT}. */
    public URI uri() {
        return uri("127.0.0.1");
    }

    /** With another name for the same machine, for example {@code localhost}. */
    public URI uri(String host) {
        return URI.create(scheme + "://" + host + ":" + port());
    }

    @Override
    public void close() {
        server.close();
    }

    private void serve(Socket socket) throws IOException {
        InputStream in = new BufferedInputStream(socket.getInputStream());
        HttpInput http = new HttpInput(in);
        Optional<String> head = http.head();
        while (head.isPresent()) {
            RawRequest request = new RawRequest(head.get(), "", "");
            HttpOutput out = new HttpOutput(socket.getOutputStream(), request);
            if (path(request).equals("/ws")
                    && request.header("Sec-WebSocket-Key").isPresent()) {
                new WebSocketEcho(in, socket.getOutputStream()).run(request);
                return;
            }
            if (request.header("Expect")
                    .filter("100-continue"::equalsIgnoreCase)
                    .isPresent()) {
                out.continueRequest();
            }
            InputStream body = http.body(request);
            answer(request, body, out);
            body.transferTo(OutputStream.nullOutputStream());
            if (out.closes()) {
                return;
            }
            head = http.head();
        }
    }

    private void answer(RawRequest request, InputStream body, HttpOutput out) throws IOException {
        String path = path(request);
        switch (path) {
            case "/health" -> out.send(200, TEXT, "ok\n".getBytes(UTF_8));
            case "/stream" -> stream(request, out);
            case "/upload" -> upload(body, out);
            case "/delay" -> {
                LockSupport.parkNanos(Duration.ofMillis(number(request, "ms")).toNanos());
                out.send(200, TEXT, "late\n".getBytes(UTF_8));
            }
            case "/ws" -> out.send(426, TEXT, "This is a WebSocket.\n".getBytes(UTF_8));
            default -> {
                if (path.matches("/status/[2-5][0-9][0-9]")) {
                    out.send(Integer.parseInt(path.substring(8)), TEXT, (path.substring(8) + "\n").getBytes(UTF_8));
                } else {
                    echo(request, body.readAllBytes(), out);
                }
            }
        }
    }

    private static void stream(RawRequest request, HttpOutput out) throws IOException {
        long left = number(request, "bytes");
        boolean chunked = !query(request).containsKey("length");
        if (chunked) {
            out.startChunked(200, "application/octet-stream");
        } else {
            out.startWithLength(200, "application/octet-stream", left);
        }
        while (left > 0) {
            int length = (int) Math.min(left, PATTERN.length);
            out.write(PATTERN, length);
            left -= length;
        }
        out.end();
    }

    private static void upload(InputStream body, HttpOutput out) throws IOException {
        out.startChunked(200, "application/octet-stream");
        byte[] buffer = new byte[16_384];
        for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
            out.write(buffer, read);
        }
        out.end();
    }

    private void echo(RawRequest request, byte[] body, HttpOutput out) throws IOException {
        if (request.header("Accept").orElse("").contains("application/json")) {
            out.send(200, "application/json", json.writeValueAsBytes(described(request, body)));
        } else {
            out.send(200, TEXT, page(request, body).getBytes(UTF_8));
        }
    }

    private static Map<String, Object> described(RawRequest request, byte[] body) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (String line : request.headerLines()) {
            String name = line.split(":", 2)[0];
            headers.putIfAbsent(name, request.headers(name));
        }
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("method", request.method());
        described.put("path", request.target());
        described.put("headers", headers);
        described.put("body_bytes", body.length);
        return described;
    }

    private static String page(RawRequest request, byte[] body) {
        return """
                Hello from the demo origin.

                This is the request as it arrived here:

                  %s
                %s
                  (and %d bytes of body)

                There is more: /health, /stream?bytes=1000000, /status/503, /delay?ms=500, /upload, and a WebSocket at /ws.
                """.formatted(
                        request.requestLine(),
                        request.headerLines().stream().map(line -> "  " + line).collect(Collectors.joining("\n")),
                        body.length);
    }

    private static String path(RawRequest request) {
        return request.target().split("\\?", 2)[0];
    }

    private static long number(RawRequest request, String parameter) {
        String value = query(request).getOrDefault(parameter, "0");
        return value.matches("[0-9]{1,12}") ? Long.parseLong(value) : 0;
    }

    private static Map<String, String> query(RawRequest request) {
        Map<String, String> parameters = new LinkedHashMap<>();
        String[] parts = request.target().split("\\?", 2);
        if (parts.length == 2) {
            for (String pair : parts[1].split("&", -1)) {
                String[] sides = pair.split("=", 2);
                parameters.putIfAbsent(sides[0], sides.length == 2 ? sides[1] : "");
            }
        }
        return parameters;
    }
}
