package dev.anyhost.proxy.issuance;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An ACME authority that says what a test wants, right or wrong: it checks no signatures. Unscripted, it has a directory,
 * nonces, an account, and an order at /order/1 for shop.example whose every step succeeds but the certificate.
 */
final class ScriptedAuthority implements AutoCloseable {

    private final HttpServer server;
    private final Map<String, Deque<Answer>> script = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();

    /** What is answered; the last answer for a path is repeated for ever. A status of 0 cuts the connection. */
    record Answer(int status, Map<String, String> headers, String body) {

        static Answer json(int status, String body) {
            return new Answer(status, Map.of("Content-Type", "application/json"), body);
        }

        static Answer problem(int status, String type, String detail) {
            return new Answer(
                    status,
                    Map.of("Content-Type", "application/problem+json"),
                    "{\"type\":\"urn:ietf:params:acme:error:%s\",\"detail\":\"%s\"}".formatted(type, detail));
        }

        static Answer lost() {
            return new Answer(0, Map.of(), "");
        }

        Answer with(String header, String value) {
            var more = new HashMap<>(headers);
            more.put(header, value);
            return new Answer(status, more, body);
        }
    }

    static ScriptedAuthority start() {
        try {
            return new ScriptedAuthority(
                    HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
        } catch (IOException noPort) {
            throw new UncheckedIOException(noPort);
        }
    }

    private ScriptedAuthority(HttpServer server) {
        this.server = server;
        server.createContext("/", this::answer);
        server.setExecutor(Thread::startVirtualThread);
        server.start();
        String base = "http://127.0.0.1:" + server.getAddress().getPort();
        on("/dir", Answer.json(200, """
                {"newNonce":"%1$s/nonce","newAccount":"%1$s/account","newOrder":"%1$s/orders"}""".formatted(base)));
        on("/nonce", Answer.json(200, ""));
        on("/account", Answer.json(201, "{\"status\":\"valid\"}").with("Location", base + "/account/1"));
        on("/orders", order("pending").with("Location", base + "/order/1"));
        on("/order/1", order("ready"), order("valid"));
        on("/authz/1", authorization("pending"), authorization("valid"));
        on("/challenge/1", Answer.json(200, challenge("pending")));
        on("/finalize/1", order("processing"));
    }

    URI directory() {
        return url("/dir");
    }

    URI url(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    /** Replaces what is answered on a path. */
    void on(String path, Answer... answers) {
        script.put(path, new ArrayDeque<>(List.of(answers)));
    }

    /** The paths that were asked so far, in order. */
    List<String> asked() {
        return List.copyOf(asked);
    }

    Answer order(String status) {
        return Answer.json(status.equals("pending") ? 201 : 200, """
                {"status":"%1$s","identifiers":[{"type":"dns","value":"shop.example"}],
                 "authorizations":["%2$s"],"finalize":"%3$s"%4$s}""".formatted(
                        status,
                        url("/authz/1"),
                        url("/finalize/1"),
                        status.equals("valid") ? ",\"certificate\":\"" + url("/certificate/1") + "\"" : ""));
    }

    Answer authorization(String status) {
        return Answer.json(200, """
                {"status":"%s","identifier":{"type":"dns","value":"shop.example"},"challenges":[%s]}""".formatted(status, challenge(status)));
    }

    private String challenge(String status) {
        return """
                {"type":"http-01","url":"%s","token":"LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0","status":"%s"}""".formatted(url("/challenge/1"), status);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            asked.add(path);
            exchange.getRequestBody().readAllBytes();
            Deque<Answer> answers = script.getOrDefault(path, new ArrayDeque<>());
            Answer answer;
            synchronized (answers) {
                answer = answers.size() > 1 ? answers.poll() : answers.peek();
            }
            if (answer == null) {
                answer = Answer.problem(404, "malformed", "no such resource");
            }
            if (answer.status() == 0) {
                return;
            }
            if (!path.equals("/dir")) {
                exchange.getResponseHeaders().set("Replay-Nonce", "bm9uY2U" + asked.size());
            }
            answer.headers().forEach(exchange.getResponseHeaders()::set);
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(answer.status(), head || body.length == 0 ? -1 : body.length);
            if (!head) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
