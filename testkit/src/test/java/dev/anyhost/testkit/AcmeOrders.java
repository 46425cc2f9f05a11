package dev.anyhost.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Just enough ACME (RFC 8555) to place orders: an account, and signed requests that try again on a bad nonce. */
final class AcmeOrders implements AutoCloseable {

    private final JsonMapper json = JsonMapper.builder().build();
    private final HttpClient http;
    private final JsonNode directory;
    private final KeyPair key;
    private final Map<String, Object> account;

    AcmeOrders(PebbleCa ca) throws Exception {
        this(ca, ca.directory());
    }

    /** Through a gate in front of the directory. */
    AcmeOrders(PebbleCa ca, URI start) throws Exception {
        http = HttpClient.newBuilder()
                .sslContext(Trust.context(ca.trustedRoots()))
                .build();
        directory = json.readTree(send(HttpRequest.newBuilder(start)).body());
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        key = generator.generateKeyPair();
        HttpResponse<String> created =
                post(endpoint("newAccount"), Map.of("jwk", jwk()), Map.of("termsOfServiceAgreed", true));
        account = Map.of("kid", created.headers().firstValue("Location").orElseThrow());
    }

    /** The status of the new order for {@code hostname}. */
    String order(String hostname) throws Exception {
        var identifier = Map.of("type", "dns", "value", hostname);
        HttpResponse<String> created = post(endpoint("newOrder"), account, Map.of("identifiers", List.of(identifier)));
        return json.readTree(created.body()).get("status").asString();
    }

    @Override
    public void close() {
        http.close();
    }

    private URI endpoint(String name) {
        return URI.create(directory.get(name).asString());
    }

    private HttpResponse<String> post(URI url, Map<String, Object> signer, Map<String, Object> payload)
            throws Exception {
        HttpResponse<String> response;
        do {
            String nonce = send(HttpRequest.newBuilder(endpoint("newNonce")).HEAD())
                    .headers()
                    .firstValue("Replay-Nonce")
                    .orElseThrow();
            Map<String, Object> header = new HashMap<>(Map.of("alg", "ES256", "nonce", nonce, "url", url.toString()));
            header.putAll(signer);
            response = send(HttpRequest.newBuilder(url)
                    .header("Content-Type", "application/jose+json")
                    .POST(BodyPublishers.ofString(signed(header, payload))));
        } while (response.body().contains("urn:ietf:params:acme:error:badNonce"));
        return response;
    }

    private String signed(Map<String, Object> header, Map<String, Object> payload) throws Exception {
        String first = base64(json.writeValueAsBytes(header));
        String second = base64(json.writeValueAsBytes(payload));
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initSign(key.getPrivate());
        signature.update((first + "." + second).getBytes(UTF_8));
        return json.writeValueAsString(
                Map.of("protected", first, "payload", second, "signature", base64(signature.sign())));
    }

    private Map<String, String> jwk() {
        var point = ((ECPublicKey) key.getPublic()).getW();
        return Map.of(
                "kty", "EC", "crv", "P-256", "x", coordinate(point.getAffineX()), "y", coordinate(point.getAffineY()));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private static String coordinate(BigInteger value) {
        byte[] bytes = value.toByteArray();
        byte[] fixed = new byte[32];
        int length = Math.min(bytes.length, 32);
        System.arraycopy(bytes, bytes.length - length, fixed, 32 - length, length);
        return base64(fixed);
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
