package dev.anyhost.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.testkit.ChildProcess;
import dev.anyhost.testkit.Ports;
import dev.anyhost.verifier.api.DomainsHandler;
import dev.anyhost.verifier.check.CheckHandler;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The handler as Lambda runs it: AWS's own Runtime Interface Client in a process of its own. */
class LambdaRuntimeTest {

    private static final TestWhitelist WHITELIST = TestWhitelist.start();

    @AfterAll
    static void stop() {
        WHITELIST.close();
    }

    @Test
    void realRuntime_everyStatus() throws Exception {
        try (var api = new LoopbackRuntimeApi();
                var _ = startRuntime(api, WHITELIST.endpoint().toString())) {
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
        try (var api = new LoopbackRuntimeApi();
                var _ = startRuntime(api, "http://127.0.0.1:" + Ports.free())) {
            assertThat(status(api, "GET", "domain=active.example")).isEqualTo(503);
        }
    }

    @Test
    void realRuntime_wrongConfiguration_isAnInitialisationErrorThatNamesIt() throws Exception {
        try (var api = new LoopbackRuntimeApi();
                var _ = startRuntime(api, "not a url")) {
            var error = api.invoke(event("GET", "domain=active.example"));
            assertThat(error.path()).isEqualTo("init/error");
            assertThat(error.body()).contains("ANYHOST_WHITELIST_ENDPOINT: not a url (expected: ");
        }
    }

    @Test
    void domainsHandler_realRuntime_operatorsBySignature() throws Exception {
        var environment = Map.of(
                "ANYHOST_WHITELIST_ENDPOINT", WHITELIST.endpoint().toString(), "ANYHOST_EDGE_DOMAIN", "edge.example");
        try (var api = new LoopbackRuntimeApi();
                var _ = startRuntime(api, DomainsHandler.class.getName(), environment)) {
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
        try (var api = new LoopbackRuntimeApi();
                var _ = startRuntime(api, CheckHandler.class.getName(), environment)) {
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
        try (var api = new LoopbackRuntimeApi();
                var _ = startRuntime(api, CheckHandler.class.getName(), environment)) {
            var failed = api.invoke("{\"shard\": 3}");
            assertThat(failed.path()).isEqualTo("invocation/error");
            assertThat(failed.body()).contains("TableUnreachable");
        }
    }

    private static JsonNode call(LoopbackRuntimeApi api, String method, String path, String body)
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

    private static ChildProcess startRuntime(LoopbackRuntimeApi api, String endpoint) {
        return startRuntime(api, AskHandler.class.getName(), Map.of("ANYHOST_WHITELIST_ENDPOINT", endpoint));
    }

    private static ChildProcess startRuntime(LoopbackRuntimeApi api, String handler, Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(more);
        environment.putAll(Map.of(
                "AWS_LAMBDA_RUNTIME_API", api.address(),
                "AWS_LAMBDA_FUNCTION_NAME", "ask",
                "AWS_LAMBDA_FUNCTION_VERSION", "$LATEST",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512",
                "AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/ask",
                "AWS_LAMBDA_LOG_STREAM_NAME", "local",
                "AWS_REGION", "us-east-1",
                "LAMBDA_TASK_ROOT", Path.of("target").toAbsolutePath().toString(),
                "ANYHOST_WHITELIST_TABLE", TestWhitelist.TABLE));
        var command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-cp",
                System.getProperty("java.class.path"),
                "com.amazonaws.services.lambda.runtime.api.client.AWSLambda",
                handler);
        return ChildProcess.start(command, environment, Optional.empty());
    }

    private static int status(LoopbackRuntimeApi api, String method, String query) throws InterruptedException {
        return response(api.invoke(event(method, query))).get("statusCode").asInt();
    }

    private static JsonNode response(LoopbackRuntimeApi.Posted posted) {
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
