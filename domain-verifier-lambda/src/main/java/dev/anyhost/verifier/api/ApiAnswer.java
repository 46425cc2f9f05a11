package dev.anyhost.verifier.api;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * An answer as it goes out.
 *
 * @param body empty for none
 */
record ApiAnswer(int status, Map<String, String> headers, String body) {

    /** Keeps a copy of the headers. */
    ApiAnswer {
        headers = Map.copyOf(headers);
    }

    static ApiAnswer json(int status, JsonNode body) {
        // Answers tell of one caller's domains and are stale the moment a check runs.
        return new ApiAnswer(
                status, Map.of("Content-Type", "application/json", "Cache-Control", "no-store"), body.toString());
    }

    static ApiAnswer empty(int status) {
        return new ApiAnswer(status, Map.of("Cache-Control", "no-store"), "");
    }

    ApiAnswer with(String header, String value) {
        Map<String, String> all = new HashMap<>(headers);
        all.put(header, value);
        return new ApiAnswer(status, all, body);
    }

    APIGatewayV2HTTPResponse response() {
        return APIGatewayV2HTTPResponse.builder()
                .withStatusCode(status)
                .withHeaders(headers)
                .withBody(body)
                .withIsBase64Encoded(false)
                .build();
    }
}
