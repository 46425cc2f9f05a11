package dev.anyhost.proxy.preflight;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.anyhost.proxy.challenge.Http01Answers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A real HTTP server at an address of this machine. */
final class Answering implements AutoCloseable {

    private final HttpServer server;
    private final List<String> hosts = Collections.synchronizedList(new ArrayList<>());

    /** What it answers. */
    record Page(int status, Map<String, String> fields, String body) {

        static Page of(int status, String body) {
            return new Page(status, Map.of(), body);
        }

        static Page redirect(String location) {
            return new Page(302, Map.of("Location", location), "");
        }
    }

    private Answering(HttpServer server) {
        this.server = server;
    }

    static Answering at(String address, int port, Function<String, Page> pages) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral(address), port), 0);
            var answering = new Answering(server);
            server.createContext("/", exchange -> answering.answer(exchange, pages));
            server.start();
            return answering;
        } catch (IOException taken) {
            throw new UncheckedIOException(taken);
        }
    }

    /** One of a deployment's instances. */
    static Answering ours(String address, int port, Http01Answers answers) {
        return at(
                address,
                port,
                path -> answers.answer(path.substring(Http01Answers.PATH_PREFIX.length()))
                        .map(body -> Page.of(200, body))
                        .orElseThrow());
    }

    private void answer(HttpExchange exchange, Function<String, Page> pages) throws IOException {
        hosts.add(exchange.getRequestHeaders().getFirst("Host"));
        Page page = pages.apply(exchange.getRequestURI().getPath());
        page.fields().forEach(exchange.getResponseHeaders()::add);
        byte[] body = page.body().getBytes(StandardCharsets.US_ASCII);
        exchange.sendResponseHeaders(page.status(), body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    /** The Host fields of what was asked so far. */
    List<String> hosts() {
        return List.copyOf(hosts);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
