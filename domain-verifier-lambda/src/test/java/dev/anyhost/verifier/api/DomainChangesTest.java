package dev.anyhost.verifier.api;

import static dev.anyhost.verifier.api.TestApi.ACME;
import static dev.anyhost.verifier.api.TestApi.ADMIN;
import static dev.anyhost.verifier.api.TestApi.RIVAL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Policy;
import dev.anyhost.store.changes.Change;
import dev.anyhost.verifier.onboarding.FindingCode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** PATCH, DELETE and checks, and what proxies hear of them. */
class DomainChangesTest {

    private static final TestApi API = TestApi.start();

    @AfterAll
    static void stop() {
        API.close();
    }

    private static String created(String hostname, String tenant) {
        var answer =
                API.post(ADMIN, "/v1/domains", "{\"hostname\":\"" + hostname + "\",\"tenant\":\"" + tenant + "\"}");
        assertThat(answer.status()).isEqualTo(201);
        return "/v1/domains/" + hostname;
    }

    @Test
    void patch_isAMergePatch() {
        String path = created("patch.example", "acme");
        var answer = API.patch(ACME, path, "{\"origin\":\"https://a.example\",\"policy\":{\"hsts_max_age\":60}}");
        assertThat(answer.status()).isEqualTo(200);
        answer = API.patch(ACME, path, "{\"policy\":{\"preserve_host\":false,\"https_redirect\":false}}");
        assertThat(answer.at("/origin")).isEqualTo("https://a.example");
        assertThat(answer.json().get("policy").toString())
                .isEqualTo("{\"preserve_host\":false,\"https_redirect\":false,\"hsts_max_age\":60}");
        answer = API.patch(ACME, path, "{\"origin\":null,\"policy\":{\"hsts_max_age\":null,\"https_redirect\":null}}");
        assertThat(answer.json().get("origin").isNull()).isTrue();
        assertThat(answer.json().get("policy").toString())
                .isEqualTo("{\"preserve_host\":false,\"https_redirect\":true,\"hsts_max_age\":null}");
        answer = API.patch(ACME, path, "{\"policy\":null}");
        assertThat(API.domain("patch.example").registration().policy()).isEqualTo(Policy.DEFAULT);
        var same = API.patch(ACME, path, "{}");
        assertThat(same.header("etag")).isEqualTo(answer.header("etag"));
        assertThat(same.body()).isEqualTo(answer.body());
    }

    @Test
    void ifMatch_keepsFromOverwritingWhatWasNotSeen() {
        String path = created("match.example", "acme");
        String first = API.get(ACME, path).header("etag").orElseThrow();
        String change = "{\"origin\":\"https://a.example\"}";
        var changed = API.send(
                ACME, "PATCH", path, change, Map.of("Content-Type", "application/json", "If-Match", "\"x\", " + first));
        assertThat(changed.status()).isEqualTo(200);
        String second = changed.header("etag").orElseThrow();
        assertThat(second).isNotEqualTo(first);
        for (String stale : List.of(first, "\"nonsense\"", "W/" + second, "")) {
            assertThat(API.send(ACME, "DELETE", path, "", Map.of("If-Match", stale))
                            .status())
                    .isEqualTo(412);
        }
        assertThat(API.get(ACME, path).header("etag")).contains(second);
        assertThat(API.send(ACME, "DELETE", path, "", Map.of("If-Match", "*")).status())
                .isEqualTo(204);
    }

    @Test
    void delete_goneFor404_andAnothersCanRegister() {
        String path = created("leave.example", "acme");
        assertThat(API.delete(ACME, path).status()).isEqualTo(204);
        assertThat(API.delete(ACME, path).status()).isEqualTo(404);
        assertThat(API.get(ACME, path).status()).isEqualTo(404);
        created("leave.example", "rival");
        assertThat(API.domain("leave.example").registration().proof().required())
                .isTrue();
        assertThat(API.get(ACME, path).status()).isEqualTo(404);
        assertThat(API.get(RIVAL, path).status()).isEqualTo(200);
    }

    @Test
    void check_isDueAtOnce_unlessBlocked() {
        String path = created("check.example", "acme");
        API.checked("check.example", FindingCode.NO_RECORDS, "There is nothing.");
        assertThat(API.domain("check.example").standing().checks().next())
                .isNotEqualTo(Optional.of(API.clock().instant()));
        var answer = API.send(ACME, "POST", path + "/check", "", Map.of());
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.at("/summary/code")).isEqualTo("no_records");
        assertThat(answer.at("/timeline/0/count")).isEqualTo("1");
        assertThat(API.domain("check.example").standing().checks().next().orElseThrow())
                .isBeforeOrEqualTo(API.clock().instant());
        var again = API.send(ACME, "POST", path + "/check", "", Map.of());
        assertThat(again.header("etag")).isEqualTo(answer.header("etag"));
        API.patch(ADMIN, path, "{\"status\":\"blocked\"}");
        assertThat(API.send(ACME, "POST", path + "/check", "", Map.of()).at("/code"))
                .isEqualTo("wrong_status");
    }

    @Test
    void blockAndUnblock_byOperatorsOnly() {
        String path = created("block.example", "acme");
        assertThat(API.patch(ACME, path, "{\"status\":\"blocked\"}").at("/code"))
                .isEqualTo("forbidden");
        assertThat(API.patch(ACME, path, "{\"status\":\"active\"}").status()).isEqualTo(422);
        assertThat(API.patch(ADMIN, path, "{\"status\":null}").status()).isEqualTo(422);
        API.checked("block.example", FindingCode.CNAME_OK, "Fine.");
        assertThat(API.patch(ADMIN, path, "{\"status\":\"pending\"}").at("/code"))
                .isEqualTo("wrong_status");
        var blocked = API.patch(ADMIN, path, "{\"status\":\"blocked\",\"origin\":\"https://b.example\"}");
        assertThat(blocked.at("/status")).isEqualTo("blocked");
        assertThat(blocked.at("/origin")).isEqualTo("https://b.example");
        assertThat(blocked.at("/summary/state")).isEqualTo("stuck");
        var unblocked = API.patch(ADMIN, path, "{\"status\":\"pending\"}");
        assertThat(unblocked.at("/status")).isEqualTo("pending");
        assertThat(unblocked.at("/summary/next_check_at")).isNotEmpty();
    }

    @Test
    void proxies_hearOfWhatTheyMustHearSooner() {
        String path = created("told.example", "acme");
        API.patch(ACME, path, "{\"origin\":\"https://a.example\"}");
        assertThat(told("told.example")).isEmpty();
        API.checked("told.example", FindingCode.CNAME_OK, "Fine.");
        API.patch(ACME, path, "{\"origin\":\"https://a.example\"}");
        assertThat(told("told.example")).isEmpty();
        API.patch(ACME, path, "{\"policy\":{\"hsts_max_age\":60}}");
        assertThat(told("told.example")).containsExactly(Change.Kind.ACTIVATED);
        API.patch(ADMIN, path, "{\"status\":\"blocked\"}");
        assertThat(told("told.example")).containsExactlyInAnyOrder(Change.Kind.ACTIVATED, Change.Kind.REFUSED);
        API.delete(ACME, path);
        assertThat(told("told.example"))
                .containsExactlyInAnyOrder(Change.Kind.ACTIVATED, Change.Kind.REFUSED, Change.Kind.REMOVED);
    }

    private static List<Change.Kind> told(String hostname) {
        return API.told().stream()
                .filter(change ->
                        change.hostname().equals(Hostname.parse(hostname).orElseThrow()))
                .map(Change::kind)
                .toList();
    }
}
