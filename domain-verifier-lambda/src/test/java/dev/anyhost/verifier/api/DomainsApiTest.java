package dev.anyhost.verifier.api;

import static dev.anyhost.verifier.api.TestApi.ACME;
import static dev.anyhost.verifier.api.TestApi.ADMIN;
import static dev.anyhost.verifier.api.TestApi.RIVAL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Policy;
import dev.anyhost.store.changes.Change;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.onboarding.FindingCode;
import dev.anyhost.verifier.whitelist.Tenants;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class DomainsApiTest {

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

    private static long count(String tenant) {
        return ((Tenants.Result.Tenant) API.whitelist().tenants().find(tenant)).domains();
    }

    @Test
    void create_isPendingAndSaysWhatToCreateInDns() {
        var answer = API.post(
                ADMIN,
                "/v1/domains",
                "{\"hostname\":\"Shop.Example.\",\"tenant\":\"acme\",\"origin\":\"https://App.Example:443/\"}");
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.header("location")).contains("/v1/domains/shop.example");
        assertThat(answer.header("cache-control")).contains("no-store");
        assertThat(answer.at("/hostname")).isEqualTo("shop.example");
        assertThat(answer.at("/tenant")).isEqualTo("acme");
        assertThat(answer.at("/origin")).isEqualTo("https://app.example");
        assertThat(answer.at("/status")).isEqualTo("pending");
        assertThat(answer.at("/summary/state")).isEqualTo("in_progress");
        assertThat(answer.at("/summary/code")).isEqualTo("not_checked_yet");
        assertThat(answer.at("/created_at")).isEqualTo(API.clock().instant().toString());
        var stored = API.domain("shop.example");
        assertThat(stored.status()).isEqualTo(DomainStatus.PENDING);
        String label = ((Tenants.Result.Tenant) API.whitelist().tenants().find("acme")).label();
        assertThat(answer.json().get("dns_records").valueStream().map(DomainsApiTest::line))
                .containsExactly(
                        "CNAME shop.example " + label + ".edge.example false",
                        "A shop.example 192.0.2.1 true",
                        "AAAA shop.example 2001:db8:0:0:0:0:0:1 true",
                        "TXT _anyhost.shop.example anyhost-verification="
                                + stored.registration().proof().token() + " false");
    }

    private static String line(JsonNode node) {
        return String.join(
                " ",
                node.get("type").asString(),
                node.get("name").asString(),
                node.get("value").asString(),
                node.get("alternative").toString());
    }

    @Test
    void create_repeated_sameAnswer_countedOnce() {
        long before = count("acme");
        String body = "{\"hostname\":\"again.example\",\"tenant\":\"acme\",\"origin\":\"https://app.example\"}";
        var first = API.post(ADMIN, "/v1/domains", body);
        API.clock().advance(Duration.ofSeconds(1));
        var second = API.post(ACME, "/v1/domains", body);
        assertThat(second.status()).isEqualTo(201);
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(second.header("etag")).isEqualTo(first.header("etag"));
        assertThat(count("acme")).isEqualTo(before + 1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"hostname\":\"%s\",\"tenant\":\"rival\",\"origin\":\"https://app.example\"}",
                "{\"hostname\":\"%s\",\"tenant\":\"acme\",\"origin\":\"https://other.example\"}",
                "{\"hostname\":\"%s\",\"tenant\":\"acme\"}",
                "{\"hostname\":\"%s\",\"tenant\":\"acme\",\"origin\":\"https://app.example\",\"policy\":{\"hsts_max_age\":1}}"
            })
    void create_otherTenantOriginOrPolicy_409_countedNowhere(String body) {
        String hostname = "taken" + Math.floorMod(body.hashCode(), 100_000) + ".example";
        API.post(
                ADMIN,
                "/v1/domains",
                "{\"hostname\":\"" + hostname + "\",\"tenant\":\"acme\",\"origin\":\"https://app.example\"}");
        long acme = count("acme");
        long rival = count("rival");
        var answer = API.post(ADMIN, "/v1/domains", body.formatted(hostname));
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.at("/code")).isEqualTo("conflict");
        assertThat(count("acme")).isEqualTo(acme);
        assertThat(count("rival")).isEqualTo(rival);
    }

    @Test
    void create_unicode_isConvertedAndShown() {
        var answer = API.post(ADMIN, "/v1/domains", "{\"hostname\":\"B\u00dcCHER.example\",\"tenant\":\"acme\"}");
        assertThat(answer.at("/hostname")).isEqualTo("xn--bcher-kva.example");
        assertThat(answer.at("/hostname_unicode")).isEqualTo("b\u00fccher.example");
        assertThat(API.get(ADMIN, "/v1/domains/b%C3%BCcher.example").body()).isEqualTo(answer.body());
        assertThat(API.get(ADMIN, "/v1/domains/XN--Bcher-KVA.example.").body()).isEqualTo(answer.body());
    }

    @Test
    void create_withPolicy_keepsIt() {
        var answer = API.post(
                ADMIN,
                "/v1/domains",
                "{\"hostname\":\"policy.example\",\"tenant\":\"acme\",\"origin\":null,"
                        + "\"policy\":{\"preserve_host\":true,\"https_redirect\":false,\"hsts_max_age\":300}}");
        assertThat(answer.json().get("policy").toString())
                .isEqualTo("{\"preserve_host\":true,\"https_redirect\":false,\"hsts_max_age\":300}");
        assertThat(API.domain("policy.example").registration().policy())
                .isEqualTo(new Policy(Optional.of(true), false, Optional.of(Duration.ofSeconds(300))));
    }

    @Test
    void create_everyMistakeAtOnce() {
        var answer = API.post(
                ADMIN,
                "/v1/domains",
                "{\"hostname\":\"localhost\",\"tenant\":7,\"origin\":\"ftp://x\",\"orgin\":1,"
                        + "\"policy\":{\"preserve_host\":\"yes\",\"https_redirect\":0,\"hsts_max_age\":63072001,\"a/b\":1}}");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.header("content-type")).contains("application/problem+json");
        assertThat(answer.at("/type")).isEqualTo("tag:anyhost.dev,2026:problem/invalid");
        assertThat(answer.json()
                        .get("errors")
                        .valueStream()
                        .map(error -> error.get("pointer").asString()))
                .containsExactly(
                        "/hostname",
                        "/tenant",
                        "/origin",
                        "/policy/preserve_host",
                        "/policy/https_redirect",
                        "/policy/hsts_max_age",
                        "/policy/a~1b",
                        "/orgin");
        assertThat(answer.at("/errors/0/detail")).startsWith("\"localhost\" (expected: a public hostname");
        assertThat(answer.at("/errors/5/detail")).isEqualTo("63072001 (expected: a whole number from 0 to 63072000)");
        assertThat(answer.at("/errors/7/detail"))
                .isEqualTo("unknown (expected: one of hostname, tenant, origin, policy)");
        assertThat(API.post(ADMIN, "/v1/domains", "{}").json().get("errors")).hasSize(2);
    }

    @Test
    void quota_isHeld_andGivenBackByRemoval() {
        for (int i = 0; i < TestApi.QUOTA; i++) {
            created("q" + i + ".full.example", "full");
        }
        String one = "{\"hostname\":\"more.full.example\",\"tenant\":\"full\"}";
        var refused = API.post(ADMIN, "/v1/domains", one);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.at("/code")).isEqualTo("quota_exceeded");
        assertThat(refused.at("/detail")).isEqualTo("full has 120 domains (expected: at most 120).");
        // A repeat isn't one more.
        created("q0.full.example", "full");
        assertThat(API.delete(ADMIN, "/v1/domains/q0.full.example").status()).isEqualTo(204);
        assertThat(API.post(ADMIN, "/v1/domains", one).status()).isEqualTo(201);
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

    @Test
    void list_pageByPage_everyDomainOnce() {
        for (int i = 0; i < 7; i++) {
            created("l" + i + ".example", "lister");
        }
        API.checked("l3.example", FindingCode.CNAME_OK, "Fine.");
        List<String> hostnames = new ArrayList<>();
        String cursor = "";
        do {
            var page = API.get(ADMIN, "/v1/domains?tenant=lister&limit=3" + cursor);
            assertThat(page.json().get("domains").size()).isLessThanOrEqualTo(3);
            page.json()
                    .get("domains")
                    .forEach(domain -> hostnames.add(domain.get("hostname").asString()));
            JsonNode next = page.json().get("next_cursor");
            cursor = next.isNull() ? "" : "&cursor=" + next.asString();
        } while (!cursor.isEmpty());
        assertThat(hostnames)
                .containsExactly(
                        "l0.example",
                        "l1.example",
                        "l2.example",
                        "l3.example",
                        "l4.example",
                        "l5.example",
                        "l6.example");
        assertThat(API.get(ADMIN, "/v1/domains?tenant=lister&status=active").at("/domains/0/hostname"))
                .isEqualTo("l3.example");
        assertThat(API.get(ADMIN, "/v1/domains?tenant=nobody").json().get("domains"))
                .isEmpty();
    }

    @Test
    void list_everyMistakeAtOnce() {
        var answer = API.get(ADMIN, "/v1/domains?tenant=&status=on&limit=0&cursor=%21&limit=3&page=2");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json()
                        .get("errors")
                        .valueStream()
                        .map(error -> error.get("parameter").asString()))
                .containsExactly("limit", "page", "tenant", "status", "limit", "cursor");
    }
}
