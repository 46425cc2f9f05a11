package dev.anyhost.verifier.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Holds exchanges against the OpenAPI document, and remembers which of its answers were seen. */
final class ApiContract {

    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    private final JsonNode document = JsonMapper.shared().readTree(OpenApi.document());
    private final Set<String> seen = new ConcurrentSkipListSet<>();

    /** {@code method path status} of everything that the document lists. */
    Set<String> listed() {
        Set<String> listed = new TreeSet<>();
        document.get("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(operation -> Optional.ofNullable(
                                        operation.getValue().get("responses"))
                                .ifPresent(responses -> responses
                                        .propertyNames()
                                        .forEach(status ->
                                                listed.add(operation.getKey() + " " + path.getKey() + " " + status)))));
        return listed;
    }

    Set<String> seen() {
        return Set.copyOf(seen);
    }

    /** Fails unless the answer is one that the document lists, and as it says; a good request must be as it says too. */
    void hold(String method, String path, String requestBody, Answer answer) {
        String where = method + " " + path + " " + answer.status();
        if (method.equals("HEAD")) {
            assertThat(answer.body()).as(where).isEmpty();
            return;
        }
        Optional<String> template = template(path);
        Optional<JsonNode> operation =
                template.map(name -> document.get("paths").get(name).get(method.toLowerCase(Locale.ROOT)));
        if (operation.isEmpty()) {
            // No such path or method: a problem like every other.
            assertThat(answer.status()).as(where).isIn(404, 405);
            assertThat(mistakes(answer.json(), reference("Problem"))).as(where).isEmpty();
            return;
        }
        seen.add(method.toLowerCase(Locale.ROOT) + " " + template.get() + " " + answer.status());
        JsonNode response = operation.get().get("responses").get(Integer.toString(answer.status()));
        assertThat(response).as(where + ": isn't in the document").isNotNull();
        holdHeaders(where, response, answer);
        JsonNode content = response.get("content");
        if (content == null) {
            assertThat(answer.body()).as(where).isEmpty();
            return;
        }
        String mediaType = answer.header("content-type").orElse("");
        assertThat(content.propertyNames()).as(where).contains(mediaType);
        assertThat(mistakes(answer.json(), content.get(mediaType).get("schema")))
                .as(where + " " + answer.body())
                .isEmpty();
        if (answer.status() < 300 && operation.get().has("requestBody")) {
            JsonNode schema = operation
                    .get()
                    .get("requestBody")
                    .get("content")
                    .get("application/json")
                    .get("schema");
            assertThat(mistakes(JsonMapper.shared().readTree(requestBody), schema))
                    .as(where + " took " + requestBody)
                    .isEmpty();
        }
    }

    private static void holdHeaders(String where, JsonNode response, Answer answer) {
        Optional.ofNullable(response.get("headers"))
                .ifPresent(headers -> headers.properties()
                        .forEach(header -> assertThat(answer.header(header.getKey()))
                                .as(where + ": " + header.getKey())
                                .isPresent()));
    }

    private Optional<String> template(String path) {
        List<String> segments = segments(path.split("\\?", 2)[0]);
        return document.get("paths").propertyNames().stream()
                .filter(template -> isLike(segments(template), segments))
                .findFirst();
    }

    private static List<String> segments(String path) {
        return Arrays.asList(path.split("/", -1));
    }

    private static boolean isLike(List<String> template, List<String> path) {
        if (template.size() != path.size()) {
            return false;
        }
        for (int i = 0; i < path.size(); i++) {
            if (!template.get(i).equals("{hostname}") && !template.get(i).equals(path.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static JsonNode reference(String schema) {
        return JsonMapper.shared().createObjectNode().put("$ref", "#/components/schemas/" + schema);
    }

    private List<String> mistakes(JsonNode json, JsonNode schema) {
        ObjectNode whole = (ObjectNode) closed(schema);
        whole.set("components", closed(document.get("components")));
        Schema compiled = SCHEMAS.getSchema(whole);
        return compiled
                .validate(json, context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
                .stream()
                .map(Error::toString)
                .toList();
    }

    /** The document leaves room for members to come; here nothing may be that it doesn't name. */
    private static JsonNode closed(JsonNode schema) {
        JsonNode copy = schema.deepCopy();
        close(copy);
        return copy;
    }

    private static void close(JsonNode schema) {
        if (schema instanceof ObjectNode object && object.has("properties") && object.has("type")) {
            object.put("additionalProperties", false);
        }
        schema.forEach(ApiContract::close);
    }

    /** The headers that a test sends unless it says otherwise. */
    static Map<String, String> jsonHeaders() {
        return Map.of("Content-Type", "application/json");
    }
}
