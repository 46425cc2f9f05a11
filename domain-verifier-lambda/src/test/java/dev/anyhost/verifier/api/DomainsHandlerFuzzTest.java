package dev.anyhost.verifier.api;

import static dev.anyhost.verifier.api.TestApi.ADMIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Events that AWS never makes, and requests that nobody in his right mind does: answered, and never by an exception. */
class DomainsHandlerFuzzTest {

    private static final TestApi API = TestApi.start();
    private static final int RUNS = 3_000;

    @AfterAll
    static void stop() {
        API.close();
    }

    private static APIGatewayV2HTTPEvent event(
            @Nullable String method, @Nullable String path, @Nullable String body, boolean base64) {
        var http = APIGatewayV2HTTPEvent.RequestContext.Http.builder()
                .withMethod(method)
                .build();
        var headers = new HashMap<String, String>();
        headers.put("authorization", "Bearer " + ADMIN);
        headers.put("Content-Type", "application/json");
        return APIGatewayV2HTTPEvent.builder()
                .withRawPath(path)
                .withRequestContext(APIGatewayV2HTTPEvent.RequestContext.builder()
                        .withHttp(http)
                        .build())
                .withHeaders(headers)
                .withBody(body)
                .withIsBase64Encoded(base64)
                .build();
    }

    private static APIGatewayV2HTTPResponse handled(@Nullable APIGatewayV2HTTPEvent event) {
        return API.handler().handleRequest(event, null);
    }

    @Test
    void eventsWithHoles_4xx() {
        assertThat(handled(null).getStatusCode()).isEqualTo(404);
        assertThat(handled(new APIGatewayV2HTTPEvent()).getStatusCode()).isEqualTo(404);
        assertThat(handled(event(null, "/v1/domains", null, false)).getStatusCode())
                .isEqualTo(405);
        assertThat(handled(event("GET", null, null, false)).getStatusCode()).isEqualTo(404);
        assertThat(handled(event("POST", "/v1/domains", null, false)).getStatusCode())
                .isEqualTo(400);
        assertThat(handled(event("POST", "/v1/domains", null, true)).getStatusCode())
                .isEqualTo(400);
        assertThat(handled(event("POST", "/v1/domains", "not base64!", true)).getStatusCode())
                .isEqualTo(400);
        assertThat(handled(event("POST", "/v1/domains", "null", false)).getStatusCode())
                .isEqualTo(422);
        var headless = event("GET", "/v1/domains", null, false);
        headless.setHeaders(null);
        assertThat(handled(headless).getStatusCode()).isEqualTo(401);
        var hollow = event("GET", "/v1/domains", null, false);
        hollow.getHeaders().put("authorization", null);
        hollow.getHeaders().put(null, "x");
        assertThat(handled(hollow).getStatusCode()).isEqualTo(401);
    }

    @Test
    void megabyteBody_413() {
        String megabyte = "{\"hostname\":\"" + "a".repeat(1_000_000) + "\"}";
        assertThat(handled(event("POST", "/v1/domains", megabyte, false)).getStatusCode())
                .isEqualTo(413);
        String encoded = Base64.getEncoder().encodeToString(megabyte.getBytes(StandardCharsets.UTF_8));
        assertThat(handled(event("PATCH", "/v1/domains/a.example", encoded, true))
                        .getStatusCode())
                .isEqualTo(413);
        assertThat(API.post(ADMIN, "/v1/domains", megabyte).status()).isEqualTo(413);
    }

    @Test
    void deepJson_400() {
        for (String brackets : List.of("[", "{\"policy\":")) {
            String body = brackets.repeat(16_000 / brackets.length());
            assertThat(handled(event("POST", "/v1/domains", body, false)).getStatusCode())
                    .isEqualTo(400);
        }
    }

    @Test
    void randomEvents_neverAnExceptionNor5xx() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int i = 0; i < RUNS; i++) {
            var event = randomEvent(random);
            assertThatCode(() -> {
                        var response = handled(event);
                        assertThat(response.getStatusCode()).isBetween(200, 499);
                        if (response.getStatusCode() >= 400) {
                            assertThat(response.getHeaders()).containsEntry("Content-Type", "application/problem+json");
                            JsonNode problem = JsonMapper.shared().readTree(response.getBody());
                            assertThat(problem.get("status").asInt()).isEqualTo(response.getStatusCode());
                        }
                    })
                    .as("seed %d, input %d: %s", seed, i, event)
                    .doesNotThrowAnyException();
        }
    }

    private static APIGatewayV2HTTPEvent randomEvent(Random random) {
        String method = pick(random, "GET", "POST", "PATCH", "DELETE", "HEAD", "PUT", "get", "");
        String path = pick(
                random,
                "/v1/domains",
                "/v1/domains/",
                "/v1/domains/fuzz.example",
                "/v1/domains/fuzz.example/check",
                "/v1/domains/" + text(random),
                "/v1/domains/%" + text(random),
                "/v1/domains/%C3%BC.example",
                "//v1/domains",
                text(random));
        String body = random.nextInt(4) == 0 ? text(random) : json(random, 0).toString();
        boolean base64 = random.nextInt(3) == 0;
        var event = event(
                method,
                path,
                base64 && random.nextBoolean()
                        ? Base64.getEncoder().encodeToString(body.getBytes(StandardCharsets.UTF_8))
                        : body,
                base64);
        event.setRawQueryString(pick(
                random,
                "",
                text(random),
                "tenant=" + text(random),
                "limit=" + text(random),
                "cursor=%zz",
                "cursor=Zm9v"));
        event.getHeaders().put("if-match", pick(random, "*", "\"x\"", text(random)));
        return event;
    }

    /** Of the shape of a request, and each part of it of any type. */
    private static JsonNode json(RandomGenerator random, int depth) {
        var mapper = JsonMapper.shared();
        if (depth < 3 && random.nextInt(3) > 0) {
            var object = mapper.createObjectNode();
            for (String name : List.of(
                    "hostname",
                    "tenant",
                    "origin",
                    "policy",
                    "status",
                    "preserve_host",
                    "https_redirect",
                    "hsts_max_age")) {
                if (random.nextBoolean()) {
                    object.set(name, json(random, depth + 1));
                }
            }
            return object;
        }
        return switch (random.nextInt(8)) {
            case 0 -> mapper.nullNode();
            case 1 -> mapper.getNodeFactory().booleanNode(random.nextBoolean());
            case 2 -> mapper.getNodeFactory().numberNode(random.nextLong());
            case 3 -> mapper.getNodeFactory().numberNode(random.nextDouble() * 1e300);
            case 4 -> mapper.createArrayNode().add(1);
            case 5 -> mapper.getNodeFactory().stringNode("fuzz.example");
            case 6 -> mapper.getNodeFactory().stringNode("https://o.example");
            default -> mapper.getNodeFactory().stringNode(text(random));
        };
    }

    private static String text(RandomGenerator random) {
        return random.ints(random.nextInt(40), 0, random.nextBoolean() ? 128 : 0x10000)
                .collect(StringBuilder::new, (b, c) -> b.append((char) c), StringBuilder::append)
                .toString();
    }

    private static String pick(RandomGenerator random, String... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
