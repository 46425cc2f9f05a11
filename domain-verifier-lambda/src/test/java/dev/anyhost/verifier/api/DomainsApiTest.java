package dev.anyhost.verifier.api;

import static dev.anyhost.verifier.api.TestApi.ACME;
import static dev.anyhost.verifier.api.TestApi.ADMIN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Policy;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.onboarding.FindingCode;
import dev.anyhost.verifier.whitelist.Tenants;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
                .isEqualTo(new Policy(Optional.of(true), false, Optional.of(Duration.ofMinutes(5))));
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
