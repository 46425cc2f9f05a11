package dev.anyhost.verifier.api;

import static dev.anyhost.verifier.api.TestApi.ACME;
import static dev.anyhost.verifier.api.TestApi.ADMIN;
import static dev.anyhost.verifier.api.TestApi.RIVAL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.verifier.onboarding.FindingCode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a tenant's key shows of other tenants: nothing. */
class TenantKeysTest {

    private static final TestApi API = TestApi.start();

    /** Of the same length as {@code absent}, so that answers can be compared byte by byte. */
    private static final String THEIRS = "theirs.example";

    private static final String ABSENT = "absent.example";
    private static final String BROKEN = "broken.example";

    @BeforeAll
    static void register() {
        API.post(ACME, "/v1/domains", "{\"hostname\":\"" + THEIRS + "\"}");
        API.checked(THEIRS, FindingCode.CNAME_OK, "Fine.");
        API.spoil(BROKEN);
    }

    @AfterAll
    static void stop() {
        API.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET    |       |                           |",
                "GET    |       |                           | *",
                "HEAD   |       |                           |",
                "PATCH  |       | {}                        |",
                "PATCH  |       | {\"origin\":\"https://x.example\"} | *",
                "PATCH  |       | {\"origin\":7}            |",
                "PATCH  |       | nonsense                  |",
                "PATCH  |       | {\"status\":\"blocked\"}  |",
                "DELETE |       |                           |",
                "DELETE |       |                           | \"x\"",
                "POST   | /check|                           |",
                "PUT    |       | {}                        |"
            })
    void anothersName_isAnsweredAsOneThatIsNobodys(String method, String below, String body, String ifMatch) {
        var absent = answer(method, ABSENT, below, body, ifMatch);
        for (String hostname : List.of(THEIRS, BROKEN)) {
            var theirs = answer(method, hostname, below, body, ifMatch);
            assertThat(theirs.status()).isEqualTo(absent.status());
            assertThat(theirs.body().replace(hostname, ABSENT)).isEqualTo(absent.body());
            assertThat(theirs.headers().keySet()).isEqualTo(absent.headers().keySet());
        }
        assertThat(API.domain(THEIRS).tenant()).isEqualTo("acme");
    }

    private static Answer answer(String method, String hostname, String below, String body, String ifMatch) {
        Map<String, String> headers = ifMatch == null
                ? Map.of("Content-Type", "application/json")
                : Map.of("Content-Type", "application/json", "If-Match", ifMatch);
        String path = "/v1/domains/" + hostname + (below == null ? "" : below);
        return API.send(RIVAL, method, path, body == null ? "" : body, headers);
    }

    @Test
    void post_ofAnothersName_tellsThatItIsTakenAndNoMore() {
        var answer = API.post(RIVAL, "/v1/domains", "{\"hostname\":\"" + THEIRS + "\"}");
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.body())
                .isEqualTo("{\"type\":\"tag:anyhost.dev,2026:problem/conflict\","
                        + "\"title\":\"The hostname is registered otherwise\",\"status\":409,"
                        + "\"detail\":\"theirs.example is registered already.\",\"code\":\"conflict\"}");
        assertThat(answer.header("etag")).isEmpty();
        var broken = API.post(RIVAL, "/v1/domains", "{\"hostname\":\"" + BROKEN + "\"}");
        assertThat(broken.body().replace(BROKEN, THEIRS)).isEqualTo(answer.body());
        assertThat(API.post(ACME, "/v1/domains", "{\"hostname\":\"" + THEIRS + "\",\"origin\":\"https://o.example\"}")
                        .at("/detail"))
                .contains("tenant acme", "the default origin");
    }

    @Test
    void list_isOnesOwn() {
        API.post(RIVAL, "/v1/domains", "{\"hostname\":\"mine.example\"}");
        assertThat(API.get(RIVAL, "/v1/domains")
                        .json()
                        .get("domains")
                        .valueStream()
                        .map(domain -> domain.get("tenant").asString()))
                .containsOnly("rival");
        assertThat(API.get(RIVAL, "/v1/domains?tenant=rival&status=active")
                        .json()
                        .get("domains"))
                .isEmpty();
        var theirs = API.get(RIVAL, "/v1/domains?tenant=acme");
        var nobodys = API.get(RIVAL, "/v1/domains?tenant=none");
        assertThat(theirs.status()).isEqualTo(403);
        assertThat(theirs.body()).isEqualTo(nobodys.body());
        assertThat(API.get(ADMIN, "/v1/domains?limit=100")
                        .json()
                        .get("domains")
                        .valueStream()
                        .map(domain -> domain.get("tenant").asString()))
                .contains("acme", "rival");
    }

    @Test
    void list_cursorOfAnother_showsStillOnesOwn() {
        API.post(RIVAL, "/v1/domains", "{\"hostname\":\"zebra.example\"}");
        String cursor = java.util.Base64.getUrlEncoder()
                .encodeToString(THEIRS.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        var page = API.get(RIVAL, "/v1/domains?cursor=" + cursor);
        assertThat(page.json()
                        .get("domains")
                        .valueStream()
                        .map(domain -> domain.get("hostname").asString()))
                .containsExactly("zebra.example");
    }

    @Test
    void post_forAnother_isForbidden() {
        var answer = API.post(RIVAL, "/v1/domains", "{\"hostname\":\"new.example\",\"tenant\":\"acme\"}");
        assertThat(answer.at("/code")).isEqualTo("forbidden");
        assertThat(API.get(ADMIN, "/v1/domains/new.example").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Basic YTpi", "Bearer", "Bearer ", "Bearer x", "Bearer sha256:0"})
    void withoutAKey_401(String authorization) {
        for (String path : List.of("/v1/domains", "/v1/domains/" + THEIRS, "/v1/domains/" + ABSENT)) {
            var answer = API.send("", "GET", path, "", Map.of("Authorization", authorization));
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.header("www-authenticate")).contains("Bearer realm=\"anyhost domains\"");
        }
    }

    @Test
    void key_schemeInAnyCase() {
        assertThat(API.send("", "GET", "/v1/domains", "", Map.of("Authorization", "bearer  " + ACME))
                        .status())
                .isEqualTo(200);
    }
}
