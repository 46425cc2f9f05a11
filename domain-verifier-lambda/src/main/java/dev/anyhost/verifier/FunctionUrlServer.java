package dev.anyhost.verifier;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A local stand-in for a Lambda function URL: an HTTP server that hands each request to a handler as a payload 2.0
 * event. For development, and for people who host the verifier themselves.
 */
public final class FunctionUrlServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FunctionUrlServer.class);

    /** Handlers answer from one table look-up; a larger body is nobody's. Function URLs themselves take 6 MB. */
    private static final int MAX_BODY = 1024 * 1024;

    private static final int DRAIN_SECONDS = 5;

    private final HttpServer server;
    private final ExecutorService threads;
    private final RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> handler;
    private final FunctionUrlEvents events;

    private FunctionUrlServer(
            HttpServer server,
            RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> handler,
            InstantSource clock) {
        this.server = server;
        this.handler = handler;
        this.events = new FunctionUrlEvents(clock);
        this.threads = Executors.newVirtualThreadPerTaskExecutor();
    }

    /**
     * Listens and serves until closed.
     *
     * @param address port 0 takes a free one
     * @throws IOException when the address can't be listened on
     */
    public static FunctionUrlServer start(
            InetSocketAddress address,
            RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> handler,
            InstantSource clock)
            throws IOException {
        var http = HttpServer.create(address, 0);
        var server = new FunctionUrlServer(http, handler, clock);
        http.setExecutor(server.threads);
        http.createContext("/", server::serve);
        http.start();
        return server;
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    /** What a proxy's {@code verifier.url} is; for a server on all addresses, its loopback one. */
    public URI uri() {
        InetAddress listening = address().getAddress();
        InetAddress reachable = listening.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : listening;
        String host =
                reachable instanceof Inet6Address ? "[" + reachable.getHostAddress() + "]" : reachable.getHostAddress();
        return URI.create("http://" + host + ":" + address().getPort() + "/");
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
            if (body.length > MAX_BODY) {
                send(exchange, 413, Map.of(), new byte[0]);
                return;
            }
            APIGatewayV2HTTPResponse response = handled(events.event(exchange, body));
            send(exchange, response.getStatusCode(), headers(response), bytes(response));
        }
    }

    /** A function that fails is a 502 at its URL, with AWS's own text, and none of the failure's. */
    private APIGatewayV2HTTPResponse handled(APIGatewayV2HTTPEvent event) {
        try {
            return handler.handleRequest(event, new LocalContext(event));
        } catch (RuntimeException failed) {
            LOG.error("The function failed", failed);
            return APIGatewayV2HTTPResponse.builder()
                    .withStatusCode(502)
                    .withHeaders(Map.of("Content-Type", "text/plain"))
                    .withBody("Internal Server Error")
                    .build();
        }
    }

    private static Map<String, String> headers(APIGatewayV2HTTPResponse response) {
        return Optional.ofNullable(response.getHeaders()).orElse(Map.of());
    }

    private static byte[] bytes(APIGatewayV2HTTPResponse response) {
        String body = Optional.ofNullable(response.getBody()).orElse("");
        return response.getIsBase64Encoded() ? Base64.getDecoder().decode(body) : body.getBytes(StandardCharsets.UTF_8);
    }

    private static void send(HttpExchange exchange, int status, Map<String, String> headers, byte[] body)
            throws IOException {
        headers.forEach(exchange.getResponseHeaders()::set);
        boolean bodiless = body.length == 0 || exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, bodiless ? -1 : body.length);
        if (!bodiless) {
            exchange.getResponseBody().write(body);
        }
    }

    /** Stops listening at once, and ends when what is in flight has been answered, after 5 s at the latest. */
    @Override
    public void close() {
        server.stop(DRAIN_SECONDS);
        threads.shutdownNow();
    }
}
