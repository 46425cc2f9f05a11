package dev.anyhost.benchmarks;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import dev.anyhost.domain.AskAnswer;
import dev.anyhost.domain.AskCodec;
import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import dev.anyhost.verifier.FunctionUrlServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** The ask server of a run, behind the verifier's own local function URL; counts what reaches it. */
final class AskServer implements AutoCloseable {

    private final LongAdder asks;
    private final FunctionUrlServer server;

    private AskServer(LongAdder asks, FunctionUrlServer server) {
        this.asks = asks;
        this.server = server;
    }

    static AskServer start(RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> answers) throws IOException {
        LongAdder asks = new LongAdder();
        return new AskServer(
                asks,
                FunctionUrlServer.start(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        (event, context) -> {
                            asks.increment();
                            return answers.handleRequest(event, context);
                        },
                        InstantSource.system()));
    }

    /** How many asks arrived so far. */
    long asks() {
        return asks.sum();
    }

    URI uri() {
        return server.uri();
    }

    @Override
    public void close() {
        server.close();
    }

    /**
     * Answers from memory, in the verifier's words. For floods: a table on the same two processors would make whoever
     * asks more pay for the table too.
     */
    static final class FromMemory implements RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> {

        private static final String PARAMETER = "domain=";

        private final String cacheControl;
        private final Set<Hostname> allowed = ConcurrentHashMap.newKeySet();

        /** @param maxAge how long a permission may be relied on */
        FromMemory(Duration maxAge) {
            this.cacheControl = "max-age=" + maxAge.toSeconds();
        }

        void allow(Hostname hostname) {
            allowed.add(hostname);
        }

        @Override
        public APIGatewayV2HTTPResponse handleRequest(
                APIGatewayV2HTTPEvent event, com.amazonaws.services.lambda.runtime.Context context) {
            String query = event.getRawQueryString();
            AskAnswer answer = Hostname.parse(query.substring(query.indexOf(PARAMETER) + PARAMETER.length()))
                    .map(this::answer)
                    .orElseGet(() -> AskCodec.notAHostname(query));
            return APIGatewayV2HTTPResponse.builder()
                    .withStatusCode(answer.status())
                    .withHeaders(answer.headers())
                    .withBody(answer.body())
                    .withIsBase64Encoded(false)
                    .build();
        }

        private AskAnswer answer(Hostname hostname) {
            if (!allowed.contains(hostname)) {
                return AskCodec.unknown(hostname);
            }
            AskAnswer usual = AskCodec.allowed(hostname, Route.UNNAMED, "active");
            Map<String, String> headers = new HashMap<>(usual.headers());
            headers.put("Cache-Control", cacheControl);
            return new AskAnswer(usual.status(), headers, usual.body());
        }
    }
}
