package dev.anyhost.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.testkit.LambdaFunction;
import dev.anyhost.testkit.LambdaRuntimeApi;
import dev.anyhost.testkit.Ports;
import dev.anyhost.verifier.api.DomainsHandler;
import dev.anyhost.verifier.check.CheckHandler;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The functions as Lambda runs them: the packages that are deployed, under AWS's own Runtime Interface Client. */
class LambdaRuntimeIT {

    private static final TestWhitelist WHITELIST = TestWhitelist.start();

    @AfterAll
    static void stop() {
        WHITELIST.close();
    }

    @Test
    void realRuntime_everyStatus() throws Exception {
        try (var function = start(WHITELIST.endpoint().toString())) {
            var api = function.api();
            // The first look-up of a cold JVM may take longer than its limit on a busy machine.
            assertThat(status(api, "GET", "domain=cold.example")).isIn(404, 503);
            var allowed = response(api.invoke(event("GET", "domain=Active.example.")));
            assertThat(allowed.get("statusCode").asInt()).isEqualTo(200);
            assertThat(allowed.get("headers").get("Cache-Control").asString()).isEqualTo("max-age=300");
            assertThat(allowed.get("headers").get("Content-Type").asString()).isEqualTo("application/json");
            assertThat(allowed.get("body").asString())
                    .isEqualTo("{\"hostname\":\"active.example\",\"tenant\":\"acme\","
                            + "\"origin\":\"https://origin.example\",\"status\":\"active\",\"policy\":"
                            + "{\"preserve_host\":null,\"https_redirect\":true,\"hsts_max_age\":null}}");
            assertThat(allowed.get("isBase64Encoded").asBoolean()).isFalse();
            assertThat(status(api, "GET", "domain=pending.example")).isEqualTo(403);
            assertThat(status(api, "GET", "domain=unknown.example")).isEqualTo(404);
            assertThat(status(api, "GET", "domain=nonsense")).isEqualTo(400);
            assertThat(status(api, "GET", "")).isEqualTo(400);
            assertThat(status(api, "POST", "domain=active.example")).isEqualTo(405);
        }
    }

    @Test
    void realRuntime_whitelistAway_503() throws Exception {
        try (var function = start("http://127.0.0.1:" + Ports.free())) {
            var api = function.api();
            assertThat(status(api, "GET", "domain=active.example")).isEqualTo(503);
        }
    }

    @Test
    void realRuntime_wrongConfiguration_isAnInitialisationErrorThatNamesIt() throws Exception {
        try (var function = start("not a url")) {
            var api = function.api();
            var error = api.invoke(event("GET", "domain=active.example"));
            assertThat(error.path()).isEqualTo("init/error");
            assertThat(error.body()).contains("ANYHOST_WHITELIST_ENDPOINT: not a url (expected: ");
        }
    }

    @Test
    void domainsHandler_realRuntime_operatorsBySignature() throws Exception {
        var environment = Map.of(
                "ANYHOST_WHITELIST_ENDPOINT", WHITELIST.endpoint().toString(), "ANYHOST_EDGE_DOMAIN", "edge.example");
        try (var function = start(DomainsHandler.class.getName(), environment)) {
            var api = function.api();
            // The first look-up of a cold JVM may take longer than its limit on a busy machine.
            assertThat(call(api, "GET", "/v1/domains/cold.example", "")
                            .get("statusCode")
                            .asInt())
                    .isIn(404, 503);
            String body = "{\"hostname\":\"lambda.example\",\"tenant\":\"acme\"}";
            var created = call(api, "POST", "/v1/domains", body);
            assertThat(created.get("statusCode").asInt()).isEqualTo(201);
            assertThat(created.get("headers").get("ETag").asString()).startsWith("\"");
            assertThat(created.get("body").asString()).contains("\"status\":\"pending\"", ".edge.example\"");
            assertThat(call(api, "GET", "/v1/domains/lambda.example", "")
                            .get("body")
                            .asString())
                    .isEqualTo(created.get("body").asString());
            assertThat(call(api, "DELETE", "/v1/domains/lambda.example", "")
                            .get("statusCode")
                            .asInt())
                    .isEqualTo(204);
            String unsigned = at("GET", "/v1/domains", "").replace("\"iam\"", "\"other\"");
            assertThat(response(api.invoke(unsigned)).get("statusCode").asInt()).isEqualTo(401);
            var unreadable = response(api.invoke("{}"));
            assertThat(unreadable.get("statusCode").asInt()).isEqualTo(404);
        }
    }

    @Test
    void checkHandler_realRuntime_runsForOnePart() throws Exception {
        String endpoint = WHITELIST.endpoint().toString();
        var environment = Map.of("ANYHOST_WHITELIST_ENDPOINT", endpoint, "ANYHOST_EDGE_DOMAIN", "edge.example");
        try (var function = start(CheckHandler.class.getName(), environment)) {
            var api = function.api();
            Hostname pending = Hostname.parse("pending.example").orElseThrow();
            int empty = (Math.floorMod(pending.value().hashCode(), Whitelist.SHARDS) + 1) % Whitelist.SHARDS;
            // A cold JVM may be slower than a call's limit on a busy machine: then the run is void, and says so.
            var first = api.invoke("{\"shard\": " + empty + "}");
            assertThat(first.path()).isIn("invocation/response", "invocation/error");
            JsonNode report = response(api.invoke("{\"shard\": " + empty + "}"));
            assertThat(report.get("checked").isInt()).isTrue();
            assertThat(report.get("ending").asString()).isIn("done", "blind");
            for (String wrong : List.of("{}", "{\"shard\": 16}", "{\"shard\": \"1\"}", "{\"shard\": 1.5}")) {
                var refused = api.invoke(wrong);
                assertThat(refused.path()).isEqualTo("invocation/error");
                assertThat(refused.body()).contains("shard: ", "(expected: a whole number from 0 to 15)");
            }
        }
    }

    @Test
    void checkHandler_realRuntime_whitelistAway_isAnErrorThatLambdaSees() throws Exception {
        var environment = Map.of(
                "ANYHOST_WHITELIST_ENDPOINT",
                "http://127.0.0.1:" + Ports.free(),
                "ANYHOST_EDGE_DOMAIN",
                "edge.example");
        try (var function = start(CheckHandler.class.getName(), environment)) {
            var api = function.api();
            var failed = api.invoke("{\"shard\": 3}");
            assertThat(failed.path()).isEqualTo("invocation/error");
            assertThat(failed.body()).contains("TableUnreachable");
        }
    }

    private static JsonNode call(LambdaRuntimeApi api, String method, String path, String body)
            throws InterruptedException {
        return response(api.invoke(at(method, path, body)));
    }

    private static String at(String method, String path, String body) {
        String encoded = Base64.getEncoder().encodeToString(body.getBytes(StandardCharsets.UTF_8));
        return event(method, "")
                .replace("\"rawPath\": \"/\"", "\"rawPath\": \"" + path + "\"")
                .replace("\"x-forwarded-proto\"", "\"content-type\": \"application/json\", \"x-forwarded-proto\"")
                .replace("\"isBase64Encoded\": false", "\"isBase64Encoded\": true, \"body\": \"" + encoded + "\"");
    }

    private static LambdaFunction start(String endpoint) throws IOException {
        return start(AskHandler.class.getName(), Map.of("ANYHOST_WHITELIST_ENDPOINT", endpoint));
    }

    private static LambdaFunction start(String handler, Map<String, String> environment) throws IOException {
        String name = handler.equals(AskHandler.class.getName()) ? "ask" : "domains";
        Map<String, String> variables = new HashMap<>(environment);
        variables.put("ANYHOST_WHITELIST_TABLE", TestWhitelist.TABLE);
        return LambdaFunction.start(Path.of("target", "lambda-" + name + ".zip"), handler, variables);
    }

    private static int status(LambdaRuntimeApi api, String method, String query) throws InterruptedException {
        return response(api.invoke(event(method, query))).get("statusCode").asInt();
    }

    private static JsonNode response(LambdaRuntimeApi.Posted posted) {
        assertThat(posted.path()).isEqualTo("invocation/response");
        return JsonMapper.shared().readTree(posted.body());
    }

    /** As AWS documents what a function URL sends. */
    private static String event(String method, String query) {
        return """
                {
                  "version": "2.0",
                  "routeKey": "$default",
                  "rawPath": "/",
                  "rawQueryString": "%s",
                  "headers": {"host": "abc.lambda-url.us-east-1.on.aws", "x-forwarded-proto": "https"},
                  "queryStringParameters": {"domain": "whatever.example"},
                  "requestContext": {
                    "accountId": "anonymous",
                    "apiId": "abc",
                    "authentication": null,
                    "authorizer": {
                      "iam": {
                        "accessKey": "AKIA", "accountId": "000000000000", "callerId": "AIDA", "cognitoIdentity": null,
                        "principalOrgId": "o-1", "userArn": "arn:aws:iam::000000000000:role/edge", "userId": "AIDA"
                      }
                    },
                    "domainName": "abc.lambda-url.us-east-1.on.aws",
                    "domainPrefix": "abc",
                    "http": {
                      "method": "%s", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "proxy"
                    },
                    "requestId": "id",
                    "routeKey": "$default",
                    "stage": "$default",
                    "time": "12/Mar/2026:19:03:58 +0000",
                    "timeEpoch": 1583348638390
                  },
                  "isBase64Encoded": false
                }
                """.formatted(query, method);
    }
}
