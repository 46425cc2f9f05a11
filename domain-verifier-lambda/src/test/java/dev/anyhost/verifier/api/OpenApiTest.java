package dev.anyhost.verifier.api;

import static dev.anyhost.verifier.api.TestApi.ACME;
import static dev.anyhost.verifier.api.TestApi.ADMIN;
import static dev.anyhost.verifier.api.TestApi.RIVAL;
import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.anyhost.verifier.onboarding.FindingCode;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** The document against the handlers: everything that it says is answered is, and nothing else. */
class OpenApiTest {

    private static final String DOMAINS = "/v1/domains";
    private static final String ITEM = "/v1/domains/a.example";
    private static final String CHECK = "/v1/domains/a.example/check";
    private static final String NEW = "{\"hostname\":\"a.example\",\"tenant\":\"acme\"}";
    private static final Map<String, String> JSON = Map.of("Content-Type", "application/json");
    private static final Map<String, String> STALE =
            Map.of("If-Match", "\"stale\"", "Content-Type", "application/merge-patch+json");

    @Test
    void document_isServedWithoutAKey_andItsSchemasAreSchemas() {
        try (var api = TestApi.start()) {
            var served = api.send("", "GET", "/v1/openapi.json", "", Map.of());
            assertThat(served.status()).isEqualTo(200);
            assertThat(served.body()).isEqualTo(OpenApi.document());
            var registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
            var metaschema = registry.getSchema(
                    JsonMapper.shared().readTree("{\"$ref\":\"https://json-schema.org/draft/2020-12/schema\"}"));
            served.json()
                    .get("components")
                    .get("schemas")
                    .forEach(schema -> assertThat(metaschema.validate(schema)).isEmpty());
        }
    }

    @Test
    void everyAnswerOfTheDocument_isGivenAndIsAsItSays() {
        try (var api = TestApi.start()) {
            goodRequests(api);
            wrongRequests(api);
            wrongKeys(api);
            stuckDomains(api);
            api.kill();
            api.get(ADMIN, DOMAINS);
            api.post(ADMIN, DOMAINS, NEW);
            api.get(ADMIN, ITEM);
            api.patch(ADMIN, ITEM, "{}");
            api.delete(ADMIN, ITEM);
            api.send(ADMIN, "POST", CHECK, "", Map.of());
            assertThat(api.contract().seen())
                    .containsExactlyInAnyOrderElementsOf(api.contract().listed());
        }
    }

    private static void goodRequests(TestApi api) {
        api.send("", "GET", "/v1/openapi.json", "", Map.of());
        api.post(ADMIN, DOMAINS, NEW);
        api.get(ADMIN, DOMAINS);
        api.get(ADMIN, ITEM);
        api.patch(ADMIN, ITEM, "{\"origin\":\"https://o.example\",\"policy\":{\"hsts_max_age\":null}}");
        api.send(ADMIN, "POST", CHECK, "", Map.of());
        api.post(ADMIN, DOMAINS, "{\"hostname\":\"b.example\",\"tenant\":\"acme\"}");
        api.delete(ADMIN, "/v1/domains/b.example");
    }

    private static void wrongRequests(TestApi api) {
        String large = "{\"hostname\":\"" + "a".repeat(20_000) + "\"}";
        api.send(ADMIN, "GET", DOMAINS + "?limit=0", "", Map.of());
        api.post(ADMIN, DOMAINS, "{");
        api.post(ADMIN, DOMAINS, "{}");
        api.post(ADMIN, DOMAINS, large);
        api.send(ADMIN, "POST", DOMAINS, NEW, Map.of("Content-Type", "text/plain"));
        api.post(ADMIN, DOMAINS, "{\"hostname\":\"a.example\",\"tenant\":\"rival\"}");
        api.patch(ADMIN, ITEM, "[");
        api.patch(ADMIN, ITEM, "[]");
        api.patch(ADMIN, ITEM, large);
        api.send(ADMIN, "PATCH", ITEM, "{}", Map.of());
        api.send(ADMIN, "PATCH", ITEM, "{}", STALE);
        api.send(ADMIN, "DELETE", ITEM, "", STALE);
        for (String method : new String[] {"GET", "PATCH", "DELETE"}) {
            api.send(ADMIN, method, "/v1/domains/nobody.example", "{}", JSON);
        }
        api.send(ADMIN, "POST", "/v1/domains/nobody.example/check", "", Map.of());
    }

    private static void wrongKeys(TestApi api) {
        for (String method : new String[] {"GET", "POST"}) {
            api.send("", method, DOMAINS, NEW, JSON);
        }
        for (String method : new String[] {"GET", "PATCH", "DELETE"}) {
            api.send("nonsense", method, ITEM, "{}", JSON);
        }
        api.send("", "POST", CHECK, "", Map.of());
        api.get(RIVAL, DOMAINS + "?tenant=acme");
        api.post(RIVAL, DOMAINS, NEW);
        api.patch(ACME, ITEM, "{\"status\":\"blocked\"}");
    }

    private static void stuckDomains(TestApi api) {
        api.patch(ADMIN, ITEM, "{\"status\":\"blocked\"}");
        api.send(ADMIN, "POST", CHECK, "", Map.of());
        api.post(ADMIN, DOMAINS, "{\"hostname\":\"c.example\",\"tenant\":\"acme\"}");
        api.checked("c.example", FindingCode.CNAME_OK, "Fine.");
        api.patch(ADMIN, "/v1/domains/c.example", "{\"status\":\"pending\"}");
        api.spoil("odd.example");
        String odd = "/v1/domains/odd.example";
        api.post(ADMIN, DOMAINS, "{\"hostname\":\"odd.example\",\"tenant\":\"acme\"}");
        api.get(ADMIN, odd);
        api.patch(ADMIN, odd, "{}");
        api.delete(ADMIN, odd);
        api.send(ADMIN, "POST", odd + "/check", "", Map.of());
        api.direct(ADMIN, DOMAINS, "tenant=%zz");
    }
}
