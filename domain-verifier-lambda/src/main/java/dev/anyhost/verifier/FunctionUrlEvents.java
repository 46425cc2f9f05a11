package dev.anyhost.verifier;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.sun.net.httpserver.HttpExchange;
import java.net.URI;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** HTTP requests as the events that a function URL makes of them (payload format 2.0). */
final class FunctionUrlEvents {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT);
    private static final String STAGE = "$default";

    private final InstantSource clock;

    FunctionUrlEvents(InstantSource clock) {
        this.clock = clock;
    }

    APIGatewayV2HTTPEvent event(HttpExchange exchange, byte[] body) {
        URI uri = exchange.getRequestURI();
        Map<String, String> headers = headers(exchange);
        var event = APIGatewayV2HTTPEvent.builder()
                .withVersion("2.0")
                .withRouteKey(STAGE)
                .withRawPath(Optional.ofNullable(uri.getRawPath())
                        .filter(path -> !path.isEmpty())
                        .orElse("/"))
                .withRawQueryString(Optional.ofNullable(uri.getRawQuery()).orElse(""))
                .withHeaders(headers)
                .withRequestContext(context(exchange, headers))
                .withIsBase64Encoded(body.length > 0);
        if (headers.containsKey("cookie")) {
            event.withCookies(List.of(headers.get("cookie").split("; *")));
        }
        return body.length > 0
                ? event.withBody(Base64.getEncoder().encodeToString(body)).build()
                : event.build();
    }

    /** Names in lower case, several values of one joined by commas, as function URLs do. */
    private static Map<String, String> headers(HttpExchange exchange) {
        var headers = new TreeMap<String, String>();
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), String.join(",", values)));
        return headers;
    }

    private APIGatewayV2HTTPEvent.RequestContext context(HttpExchange exchange, Map<String, String> headers) {
        var now = clock.instant();
        var http = APIGatewayV2HTTPEvent.RequestContext.Http.builder()
                .withMethod(exchange.getRequestMethod())
                .withPath(exchange.getRequestURI().getPath())
                .withProtocol(exchange.getProtocol())
                .withSourceIp(exchange.getRemoteAddress().getAddress().getHostAddress())
                .withUserAgent(headers.getOrDefault("user-agent", ""))
                .build();
        return APIGatewayV2HTTPEvent.RequestContext.builder()
                .withAccountId("anonymous")
                .withApiId("local")
                .withDomainName(headers.getOrDefault("host", "localhost"))
                .withDomainPrefix("local")
                .withHttp(http)
                .withRequestId(UUID.randomUUID().toString())
                .withRouteKey(STAGE)
                .withStage(STAGE)
                .withTime(TIME.format(now.atOffset(ZoneOffset.UTC)))
                .withTimeEpoch(now.toEpochMilli())
                .build();
    }
}
