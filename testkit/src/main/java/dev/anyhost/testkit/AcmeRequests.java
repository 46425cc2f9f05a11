package dev.anyhost.testkit;

import java.time.Duration;
import java.util.Base64;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The requests of RFC 8555 that an {@link HttpGate} in front of a {@link PebbleCa} tells apart, by pebble's paths. */
public final class AcmeRequests {

    private AcmeRequests() {}

    /** Section 7.4: newOrder. Retries after a bad nonce are such requests too; who counts orders counts the 201s. */
    public static Predicate<RawRequest> newOrder() {
        return post("/order-plz");
    }

    /** As above, for one hostname. */
    public static Predicate<RawRequest> newOrder(String hostname) {
        return newOrder()
                .and(request ->
                        payload(request).at("/identifiers/0/value").asString("").equals(hostname));
    }

    /** Section 7.5: an authorization is fetched. */
    public static Predicate<RawRequest> authorization() {
        return post("/authZ/");
    }

    /** Section 7.5.1: the challenge is ready and may be validated. */
    public static Predicate<RawRequest> challengeReady() {
        return post("/chalZ/").and(request -> payload(request).isObject());
    }

    /** Section 7.4: finalize, with the CSR. */
    public static Predicate<RawRequest> finalization() {
        return post("/finalize-order/");
    }

    /** Section 7.4.2: the download of a certificate. */
    public static Predicate<RawRequest> download() {
        return post("/certZ/");
    }

    /** How many orders were placed for a hostname. */
    public static long orders(HttpGate gate, String hostname) {
        return gate.exchanges(newOrder(hostname)).stream()
                .filter(exchange -> exchange.answeredWith(201))
                .count();
    }

    /** A new order that names the certificate it replaces (RFC 9773 section 5). */
    public static Predicate<RawRequest> newOrderThatReplaces() {
        return newOrder().and(request -> payload(request).has("replaces"));
    }

    /**
     * A problem document (section 6.7).
     *
     * @param type without the namespace, such as {@code rateLimited}
     */
    public static HttpAnswer problem(int status, String type, Duration retryAfter) {
        return HttpAnswer.of(
                status,
                "application/problem+json",
                "{\"type\":\"urn:ietf:params:acme:error:" + type + "\",\"detail\":\"scripted\",\"status\":" + status
                        + "}",
                "Retry-After: " + retryAfter.toSeconds());
    }

    private static Predicate<RawRequest> post(String path) {
        return request -> request.method().equals("POST") && request.target().startsWith(path);
    }

    /** The signed JSON (RFC 7515 section 7.2.2); missing in a POST-as-GET. */
    private static JsonNode payload(RawRequest request) {
        JsonMapper json = JsonMapper.builder().build();
        String encoded = json.readTree(request.body()).path("payload").asString("");
        return json.readTree(Base64.getUrlDecoder().decode(encoded));
    }
}
