package dev.anyhost.proxy.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.shredzone.acme4j.toolbox.JSON;

class AcmeProblemTest {

    @Test
    void document_isKeptWhole() {
        // After RFC 8555 section 6.7.1.
        AcmeProblem problem = AcmeProblem.of(JSON.parse("""
                {"type": "urn:ietf:params:acme:error:malformed", "title": "t", "detail": "Some of the identifiers…",
                 "instance": "/doc/1", "status": 403,
                 "subproblems": [
                   {"type": "urn:ietf:params:acme:error:caa", "detail": "CAA forbids",
                    "identifier": {"type": "dns", "value": "_example.org"}}]}"""));

        assertThat(problem.is("malformed")).isTrue();
        assertThat(problem.title()).contains("t");
        assertThat(problem.detail()).contains("Some of the identifiers…");
        assertThat(problem.instance()).contains("/doc/1");
        assertThat(problem.status()).contains(403);
        assertThat(problem.subproblems()).singleElement().satisfies(sub -> {
            assertThat(sub.is("caa")).isTrue();
            assertThat(sub.detail()).contains("CAA forbids");
            assertThat(sub.identifier()).contains("_example.org");
        });
    }

    @Test
    void emptyDocument_isAboutBlank() {
        AcmeProblem problem = AcmeProblem.of(JSON.parse("{}"));

        assertThat(problem.type()).isEqualTo("about:blank");
        assertThat(problem.detail()).isEmpty();
        assertThat(problem.subproblems()).isEmpty();
    }

    @Test
    void membersOfTheWrongType_areLeftOut() {
        AcmeProblem problem = AcmeProblem.of(
                JSON.parse("{\"type\": 5, \"status\": \"teapot\", \"identifier\": 1, \"subproblems\": {\"a\": [1]}}"));

        assertThat(problem.status()).isEmpty();
        assertThat(problem.identifier()).isEmpty();
        assertThat(problem.subproblems()).isEmpty();
    }

    @Test
    void nestedDocuments_endSomewhere() {
        String document = "{}";
        for (int i = 0; i < 100; i++) {
            document = "{\"subproblems\": [" + document + "]}";
        }

        AcmeProblem problem = AcmeProblem.of(JSON.parse(document));

        assertThat(problem.subproblems().getFirst().subproblems().getFirst().subproblems())
                .isEmpty();
    }

    @Test
    void document_isWrittenAsItWasRead() {
        String document = "{\"type\":\"urn:ietf:params:acme:error:dns\",\"detail\":\"no \\\"A\\\"\\n\",\"status\":400,"
                + "\"subproblems\":[{\"type\":\"about:blank\",\"identifier\":{\"type\":\"dns\",\"value\":\"a.example\"}}]}";

        AcmeProblem problem = AcmeProblem.of(JSON.parse(document));

        assertThat(AcmeProblem.of(JSON.parse(problem.toJson()))).isEqualTo(problem);
        assertThat(problem.toJson()).contains("\"status\":400", "\"value\":\"a.example\"");
    }

    @Test
    void limitOfOneDomain_isToldFromTheAccounts() {
        String text = "too many %s. see https://letsencrypt.org/docs/rate-limits/#new-%s";
        assertThat(AcmeProblem.plain(
                                Optional.of(429),
                                text.formatted(
                                        "certificates (50) already issued for \"example.com\"",
                                        "certificates-per-registered-domain"))
                        .isLimitOfOneName())
                .isTrue();
        assertThat(AcmeProblem.plain(Optional.of(429), text.formatted("new orders", "orders-per-account"))
                        .isLimitOfOneName())
                .isFalse();
        assertThat(AcmeProblem.of(JSON.parse("{}")).isLimitOfOneName()).isFalse();
    }
}
