package dev.anyhost.verifier.api;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A request as a function URL hands it over (payload format 2.0). Anything may be missing from it or be nonsense.
 *
 * @param method in upper case as it came; empty when the event has none
 * @param rawPath percent-encoded
 * @param rawQuery percent-encoded, without the question mark
 * @param headers names in lower case
 * @param signer the IAM principal whose signature AWS has verified, when the function's URL asks for one
 */
record ApiRequest(
        String method,
        String rawPath,
        String rawQuery,
        Map<String, String> headers,
        Payload payload,
        Optional<String> signer) {

    /** No request of this API is longer; the longest origin and tenant together are a tenth of it. */
    static final int LARGEST_BODY = 16 * 1024;

    /** A body. */
    sealed interface Payload {
        record Bytes(byte[] bytes) implements Payload {}

        /** The event says base64, and it isn't. */
        record Undecodable() implements Payload {}

        record TooLarge() implements Payload {}
    }

    /** Reads an event. Total. */
    static ApiRequest of(@Nullable APIGatewayV2HTTPEvent event) {
        Optional<APIGatewayV2HTTPEvent> given = Optional.ofNullable(event);
        Optional<APIGatewayV2HTTPEvent.RequestContext> context = given.map(APIGatewayV2HTTPEvent::getRequestContext);
        return new ApiRequest(
                context.map(APIGatewayV2HTTPEvent.RequestContext::getHttp)
                        .map(APIGatewayV2HTTPEvent.RequestContext.Http::getMethod)
                        .orElse(""),
                given.map(APIGatewayV2HTTPEvent::getRawPath).orElse(""),
                given.map(APIGatewayV2HTTPEvent::getRawQueryString).orElse(""),
                headers(given.map(APIGatewayV2HTTPEvent::getHeaders)),
                payload(
                        given.map(APIGatewayV2HTTPEvent::getBody).orElse(""),
                        given.map(APIGatewayV2HTTPEvent::getIsBase64Encoded).orElse(false)),
                context.map(APIGatewayV2HTTPEvent.RequestContext::getAuthorizer)
                        .map(APIGatewayV2HTTPEvent.RequestContext.Authorizer::getIam)
                        .map(APIGatewayV2HTTPEvent.RequestContext.IAM::getUserArn)
                        .filter(arn -> !arn.isBlank()));
    }

    private static Map<String, String> headers(Optional<Map<String, String>> given) {
        Map<String, String> headers = new TreeMap<>();
        given.orElse(Map.of())
                .forEach((name, value) -> Optional.<String>ofNullable(name)
                        .ifPresent(present -> Optional.<String>ofNullable(value)
                                .ifPresent(text -> headers.put(present.toLowerCase(Locale.ROOT), text))));
        return headers;
    }

    private static Payload payload(String body, boolean base64) {
        if (body.length() > LARGEST_BODY * 2) {
            return new Payload.TooLarge();
        }
        try {
            byte[] bytes = base64 ? Base64.getDecoder().decode(body) : body.getBytes(StandardCharsets.UTF_8);
            return bytes.length > LARGEST_BODY ? new Payload.TooLarge() : new Payload.Bytes(bytes);
        } catch (IllegalArgumentException notBase64) {
            return new Payload.Undecodable();
        }
    }

    Optional<String> header(String lowerCaseName) {
        return Optional.ofNullable(headers.get(lowerCaseName));
    }

    /** The path's segments, decoded; empty when it can't be decoded. */
    Optional<List<String>> segments() {
        String path = rawPath.startsWith("/") ? rawPath.substring(1) : rawPath;
        try {
            // A plus is a plus in a path; the decoder is one for forms.
            return Optional.of(Arrays.stream(path.split("/", -1))
                    .map(segment -> decode(segment.replace("+", "%2B")))
                    .toList());
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    /** The query's parameters, decoded, in order; empty when it can't be decoded. */
    Optional<List<Map.Entry<String, String>>> parameters() {
        List<Map.Entry<String, String>> parameters = new ArrayList<>();
        try {
            for (String parameter : rawQuery.split("&", -1)) {
                if (!parameter.isEmpty()) {
                    int equals = parameter.indexOf('=');
                    String name = equals < 0 ? parameter : parameter.substring(0, equals);
                    String value = equals < 0 ? "" : parameter.substring(equals + 1);
                    parameters.add(Map.entry(decode(name), decode(value)));
                }
            }
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
        return Optional.of(parameters);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
