package dev.anyhost.verifier.events;

import dev.anyhost.domain.Hostname;
import dev.anyhost.verifier.onboarding.DomainEvent;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.databind.json.JsonMapper;

/**
 * The operator's endpoint for events. A call is {@code POST} with a JSON object and two headers: {@code Anyhost-Event-Id}, the
 * same for each attempt, so that a receiver can pass over what it has seen; and {@code Anyhost-Signature: t=<unix
 * seconds>,v1=<hex>}, where {@code v1} is HMAC-SHA256 (RFC 2104) of {@code <t>.<body>} under a secret that both know. There is
 * one {@code v1} for each secret, so that secrets can be changed; a receiver takes any of them and refuses an old {@code t}.
 *
 * <p>The URL is the operator's own word, so it may lead anywhere; redirects are not followed.
 */
public final class Webhook implements AutoCloseable {

    /** What {@link #isSecret} accepts, as the tail of an error message. */
    public static final String SECRET_EXPECTED = "secrets of at least 16 characters each";

    private static final int SHORTEST_SECRET = 16;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int OK = 200;
    private static final int REDIRECTS = 300;

    private final URI url;
    private final List<String> secrets;
    private Optional<HttpClient> http = Optional.empty();

    /** @param secrets one or, while they are changed, several */
    public Webhook(URI url, List<String> secrets) {
        this.url = url;
        this.secrets = List.copyOf(secrets);
    }

    /** Whether the text is long enough to be a secret. */
    public static boolean isSecret(String text) {
        return text.length() >= SHORTEST_SECRET;
    }

    /** What came of a call. */
    sealed interface Result {
        record Delivered() implements Result {}

        record Failed(String reason) implements Result {}

        /** Whoever called has no more time; that says nothing of the endpoint. */
        record Interrupted() implements Result {}
    }

    /** Calls; blocks for 10 s at most, the answer's body included. The body is read to its end and means nothing. */
    Result call(Hostname hostname, DomainEvent event, Instant now) {
        String body = body(hostname, event);
        HttpRequest request = HttpRequest.newBuilder(url)
                .header("Content-Type", "application/json")
                .header("Anyhost-Event-Id", event.id())
                .header("Anyhost-Signature", signature(body, now))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        // The client's own limit would end at the answer's head, and leave a body that never ends to go on for ever.
        CompletableFuture<HttpResponse<Void>> answer =
                client().sendAsync(request, HttpResponse.BodyHandlers.discarding());
        try {
            int status = answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).statusCode();
            return status >= OK && status < REDIRECTS ? new Result.Delivered() : new Result.Failed("status " + status);
        } catch (TimeoutException slow) {
            answer.cancel(true);
            return new Result.Failed("no answer within " + PATIENCE.toSeconds() + " s");
        } catch (ExecutionException unreachable) {
            return new Result.Failed(String.valueOf(unreachable.getCause()));
        } catch (InterruptedException stopped) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            return new Result.Interrupted();
        }
    }

    /** Made when first used: a client's threads have no place in a snapshot. */
    private synchronized HttpClient client() {
        HttpClient client = http.orElseGet(() -> HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(PATIENCE)
                .build());
        http = Optional.of(client);
        return client;
    }

    private static String body(Hostname hostname, DomainEvent event) {
        var object = JsonMapper.shared().createObjectNode();
        object.put("id", event.id());
        object.put("type", event.type().text());
        object.put("at", event.at().toString());
        object.put("hostname", hostname.value());
        object.put("tenant", event.tenant());
        object.put("status", event.status().text());
        event.cause().ifPresent(cause -> {
            object.put("code", cause.code());
            object.put("message", cause.message());
        });
        return object.toString();
    }

    private String signature(String body, Instant now) {
        String signed = now.getEpochSecond() + "." + body;
        return "t=" + now.getEpochSecond() + ","
                + secrets.stream().map(secret -> "v1=" + mac(secret, signed)).collect(Collectors.joining(","));
    }

    private static String mac(String secret, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing); // Every Java has it (javax.crypto.Mac).
        }
    }

    @Override
    public synchronized void close() {
        http.ifPresent(HttpClient::shutdownNow);
    }
}
