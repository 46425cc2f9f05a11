package dev.anyhost.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.anyhost.domain.Verdict.Refused.Reason;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AskCodecTest {

    private static final Hostname SHOP = Hostname.parse("shop.example").orElseThrow();
    private static final Hostname OTHER = Hostname.parse("other.example").orElseThrow();
    private static final Route ROUTE =
            new Route(Optional.of("acme"), Optional.of(URI.create("https://origin.example:8443")));
    private static final Policy POLICY = new Policy(Optional.of(false), false, Optional.of(Duration.ofDays(365)));
    private static final Set<Integer> REFUSING = Set.of(400, 403, 404, 410);

    @Test
    void written_exactBytes() {
        assertThat(AskCodec.allowed(SHOP, ROUTE, "active"))
                .isEqualTo(new AskAnswer(
                        200, Map.of("Content-Type", "application/json", "Cache-Control", "max-age=300"), """
                        {"hostname":"shop.example","tenant":"acme","origin":"https://origin.example:8443",\
                        "status":"active",\
                        "policy":{"preserve_host":null,"https_redirect":true,"hsts_max_age":null}}"""));
        assertThat(AskCodec.allowed(SHOP, ROUTE.with(POLICY), "active").body())
                .endsWith("\"status\":\"active\","
                        + "\"policy\":{\"preserve_host\":false,\"https_redirect\":false,\"hsts_max_age\":31536000}}");
        assertThat(AskCodec.allowed(SHOP, Route.UNNAMED, "active").body())
                .startsWith("{\"hostname\":\"shop.example\",\"tenant\":null,\"origin\":null,\"status\":\"active\",");
        assertThat(AskCodec.refused(SHOP, "pending"))
                .isEqualTo(uncached(403, "{\"hostname\":\"shop.example\",\"status\":\"pending\"}"));
        assertThat(AskCodec.unknown(SHOP))
                .isEqualTo(uncached(404, "{\"hostname\":\"shop.example\",\"status\":\"unknown\"}"));
        assertThat(AskCodec.notAHostname("a\"b\n"))
                .isEqualTo(
                        uncached(400, "{\"hostname\":null,\"status\":\"not_a_hostname\",\"message\":\"a\\\"b\\n\"}"));
        assertThat(AskCodec.couldNotTell("table"))
                .isEqualTo(uncached(503, "{\"hostname\":null,\"status\":\"could_not_tell\",\"message\":\"table\"}"));
    }

    private static AskAnswer uncached(int status, String body) {
        return new AskAnswer(status, Map.of("Content-Type", "application/json", "Cache-Control", "no-store"), body);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ourAnswers_readBackAsMeant(boolean awsIam) {
        assertThat(AskCodec.read(SHOP, AskCodec.allowed(SHOP, ROUTE, "active"), awsIam))
                .isEqualTo(new Verdict.Allowed(ROUTE, Duration.ofMinutes(5)));
        assertThat(AskCodec.read(SHOP, AskCodec.allowed(SHOP, Route.UNNAMED, "active"), awsIam))
                .isEqualTo(new Verdict.Allowed(Route.UNNAMED, Duration.ofMinutes(5)));
        assertThat(AskCodec.read(SHOP, AskCodec.refused(SHOP, "pending"), awsIam))
                .isEqualTo(new Verdict.Refused(Reason.KNOWN));
        assertThat(AskCodec.read(SHOP, AskCodec.unknown(SHOP), awsIam)).isEqualTo(new Verdict.Refused(Reason.UNKNOWN));
        assertThat(AskCodec.read(SHOP, AskCodec.notAHostname("two domains"), awsIam))
                .isEqualTo(new Verdict.Refused(Reason.NOT_A_HOSTNAME));
        assertThat(AskCodec.read(SHOP, AskCodec.couldNotTell("table"), awsIam))
                .isEqualTo(new Verdict.Silent("status 503"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyStatus_asTheTableSays(boolean awsIam) {
        for (int status = -5; status < 1_100; status++) {
            // The bodies of Caddy's peers, of AWS, and ours: only ours makes a difference, and only with IAM.
            for (String body : List.of(
                    "",
                    "ok",
                    "{\"Message\":\"Forbidden\"}",
                    AskCodec.unknown(OTHER).body())) {
                assertThat(read(status, body, awsIam).getClass())
                        .as("status %d, body %s", status, body)
                        .isEqualTo(foreign(status, body, awsIam));
            }
            assertThat(read(status, AskCodec.refused(SHOP, "pending").body(), awsIam)
                            .getClass())
                    .as("status %d, our body", status)
                    .isEqualTo(foreign(status, "", false));
        }
    }

    private static Class<?> foreign(int status, String body, boolean awsIam) {
        if (status >= 200 && status < 300) {
            return Verdict.Allowed.class;
        }
        boolean ours = status == 410 || (status == 400 && body.contains("hostname"));
        return REFUSING.contains(status) && (!awsIam || ours) ? Verdict.Refused.class : Verdict.Silent.class;
    }

    private static Verdict read(int status, String body, boolean awsIam) {
        return AskCodec.read(SHOP, new AskAnswer(status, Map.of(), body), awsIam);
    }

    @ParameterizedTest
    @CsvSource({"403, KNOWN", "410, KNOWN", "404, UNKNOWN", "400, NOT_A_HOSTNAME"})
    void refusal_reason(int status, Reason reason) {
        assertThat(read(status, "", false)).isEqualTo(new Verdict.Refused(reason));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ok",
                "null",
                "[]",
                "\"shop.example\"",
                "{}",
                "{\"tenant\":\"acme\",\"origin\":\"https://evil.example\"}",
                "{\"hostname\":\"other.example\",\"tenant\":\"acme\",\"origin\":\"https://evil.example\"}",
                "{\"hostname\":null,\"tenant\":\"acme\"}",
                "{\"hostname\":[\"shop.example\"],\"tenant\":\"acme\"}",
                "{\"hostname\":\"shop.example\",\"tenant\":\"acme\"",
                "{\"hostname\":\"shop.example\",\"tenant\":\"acme\"} {}",
                "{\"hostname\":\"shop.example\",\"hostname\":\"other.example\",\"tenant\":\"acme\"}",
                "{\"x\":{\"hostname\":\"shop.example\"},\"tenant\":\"acme\"}"
            })
    void permissionWithoutABodyAboutTheName_namesNoRoute(String body) {
        assertThat(read(200, body, true)).isEqualTo(new Verdict.Allowed(Route.UNNAMED, Duration.ofMinutes(5)));
    }

    @Test
    void permission_bodyMembersInAnyOrderAndCase() {
        String body = """
                {"extra":{"tenant":"no"},"origin":"HTTPS://Origin.Example:8443/","list":[1,{"a":[]}],"n":1.5,
                 "tenant":"acme","hostname":"SHOP.example.","status":"misconfigured"}
                """;
        assertThat(read(204, body, false)).isEqualTo(new Verdict.Allowed(ROUTE, Duration.ofMinutes(5)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"origin\":\"not a url\"",
                "\"origin\":\"\"",
                "\"origin\":\"file:///etc/passwd\"",
                "\"origin\":\"https://user@origin.example\"",
                "\"origin\":7",
                "\"origin\":{\"url\":\"https://origin.example\"}",
                "\"tenant\":\"\"",
                "\"tenant\":7",
                "\"tenant\":\"a\\r\\nb\"",
                "\"tenant\":\"\\ud800\""
            })
    void permissionWithAnUnusableRoute_isSilence(String member) {
        assertThat(read(200, "{\"hostname\":\"shop.example\"," + member + "}", false))
                .isInstanceOf(Verdict.Silent.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                                             |       | true  |",
                "{\"hsts_max_age\":0}                                           |       | true  | 0",
                "{\"hsts_max_age\":63072000}                                    |       | true  | 63072000",
                "{\"hsts_max_age\":null,\"preserve_host\":null}                 |       | true  |",
                "{\"preserve_host\":true}                                       | true  | true  |",
                "{\"preserve_host\":false,\"https_redirect\":false}             | false | false |",
                "{\"later\":{\"hsts_max_age\":[1]},\"hsts_max_age\":60,\"x\":[]} |       | true  | 60",
            })
    void policy_isRead(String policy, @Nullable Boolean preserveHost, boolean httpsRedirect, @Nullable Long hsts) {
        assertThat(policyOf(policy))
                .isEqualTo(new Policy(
                        Optional.ofNullable(preserveHost),
                        httpsRedirect,
                        Optional.ofNullable(hsts).map(Duration::ofSeconds)));
    }

    /** One unusable member makes the whole policy the default, and neither refuses the name nor loses its origin. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "true",
                "7",
                "\"https_redirect\"",
                "[]",
                "[{\"https_redirect\":false}]",
                "{\"https_redirect\":false,\"hsts_max_age\":-1}",
                "{\"https_redirect\":false,\"hsts_max_age\":63072001}",
                "{\"https_redirect\":false,\"hsts_max_age\":99999999999999999999999999}",
                "{\"https_redirect\":false,\"hsts_max_age\":60.0}",
                "{\"https_redirect\":false,\"hsts_max_age\":1e3}",
                "{\"https_redirect\":false,\"hsts_max_age\":\"60\"}",
                "{\"https_redirect\":false,\"hsts_max_age\":\"60\\r\\nX: y\"}",
                "{\"https_redirect\":false,\"hsts_max_age\":true}",
                "{\"https_redirect\":false,\"hsts_max_age\":{\"origin\":\"https://evil.example\"}}",
                "{\"https_redirect\":false,\"preserve_host\":\"true\"}",
                "{\"https_redirect\":false,\"preserve_host\":1}",
                "{\"https_redirect\":null,\"preserve_host\":true}",
                "{\"https_redirect\":\"false\",\"preserve_host\":true}",
                "{\"https_redirect\":0,\"preserve_host\":true}",
                "{\"https_redirect\":[false],\"preserve_host\":true}"
            })
    void unusablePolicy_isTheDefault(String policy) {
        assertThat(policyOf(policy)).isEqualTo(Policy.DEFAULT);
    }

    private static Policy policyOf(String policy) {
        String body = "{\"hostname\":\"shop.example\",\"policy\":" + policy
                + ",\"origin\":\"https://origin.example:8443\",\"tenant\":\"acme\"}";
        Route route = ((Verdict.Allowed) read(200, body, true)).route();
        assertThat(route.leadsWhere(ROUTE)).isTrue();
        return route.policy();
    }

    @Test
    void permissionWithoutAPolicy_isTheDefault() {
        assertThat(read(200, "{\"hostname\":\"shop.example\"}", true))
                .isEqualTo(new Verdict.Allowed(Route.UNNAMED, Duration.ofMinutes(5)));
        assertThat(Route.UNNAMED.policy()).isEqualTo(Policy.DEFAULT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "max-age=60                       | 60",
                "MAX-AGE=60                       | 60",
                "private, max-age=60              | 60",
                "private,max-age=60,must-revalidate | 60",
                "max-age=\"60\"                   | 60",
                "max-age=60, max-age=9            | 60",
                "max-age=00060                    | 60",
                "max-age=1                        | 1",
                "max-age=0                        | 1",
                "max-age=000000                   | 1",
                "max-age=                         | 1",
                "max-age=-5                       | 1",
                "max-age=soon                     | 1",
                "max-age=1e3                      | 1",
                "no-store                         | 1",
                "no-cache                         | 1",
                "no-store, max-age=60             | 1",
                "max-age=60, No-Store             | 1",
                "max-age=86400                    | 86400",
                "max-age=86401                    | 86400",
                "max-age=99999                    | 86400",
                "max-age=99999999999999999999999  | 86400",
                "s-maxage=60                      | 300",
                "public                           | 300",
                "''                               | 300",
                ",,;=                             | 300"
            })
    void permission_maxAge(String cacheControl, long seconds) {
        for (String name : List.of("Cache-Control", "cache-control", "CACHE-CONTROL")) {
            var answer = new AskAnswer(200, Map.of("Date", "now", name, cacheControl), "");
            assertThat(AskCodec.read(SHOP, answer, true))
                    .isEqualTo(new Verdict.Allowed(Route.UNNAMED, Duration.ofSeconds(seconds)));
        }
    }

    @Test
    void deepOrLongBody_isNobodys() {
        assertThat(read(200, "{\"hostname\":".repeat(2_000), false)).isInstanceOf(Verdict.Allowed.class);
        assertThat(read(404, "{\"hostname\":\"shop.example\",\"x\":\"" + "x".repeat(20_000) + "\"}", true))
                .isInstanceOf(Verdict.Silent.class);
    }

    @Test
    void anyRoute_roundTrip() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            var route = new Route(
                    Optional.of(text(random, 20)).filter(Route::isTenant),
                    Optional.of("http://h" + random.nextInt(99) + ".example:" + random.nextInt(70_000))
                            .flatMap(Route::parseOrigin),
                    policy(random));
            assertThat(AskCodec.read(SHOP, AskCodec.allowed(SHOP, route, text(random, 9)), true))
                    .as("seed %d, input %d", seed, i)
                    .isEqualTo(new Verdict.Allowed(route, Duration.ofMinutes(5)));
        }
    }

    private static Policy policy(Random random) {
        return new Policy(
                random.nextBoolean() ? Optional.of(random.nextBoolean()) : Optional.empty(),
                random.nextBoolean(),
                random.nextBoolean()
                        ? Optional.of(Duration.ofSeconds(random.nextLong(Policy.LONGEST_HSTS.toSeconds() + 1)))
                        : Optional.empty());
    }

    @Test
    void randomGarbage_givesAVerdict() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int i = 0; i < 50_000; i++) {
            var answer = new AskAnswer(
                    random.nextBoolean() ? random.nextInt() : random.nextInt(600),
                    Map.of(text(random, 14), text(random, 30), "cache-control", "max-age=" + text(random, 5)),
                    random.nextBoolean() ? text(random, 400) : damaged(random));
            boolean awsIam = random.nextBoolean();
            assertThatCode(() -> assertThat(AskCodec.read(SHOP, answer, awsIam)).isNotNull())
                    .as("seed %d, input %d", seed, i)
                    .doesNotThrowAnyException();
        }
    }

    private static String damaged(Random random) {
        var body = new StringBuilder(
                AskCodec.allowed(SHOP, ROUTE.with(POLICY), "active").body());
        for (int i = random.nextInt(1, 5); i > 0; i--) {
            int at = random.nextInt(body.length());
            switch (random.nextInt(3)) {
                case 0 -> body.setCharAt(at, (char) random.nextInt(256));
                case 1 -> body.deleteCharAt(at);
                default -> body.insert(at, body.substring(random.nextInt(at + 1), at));
            }
        }
        return body.toString();
    }

    private static String text(Random random, int bound) {
        int range = List.of(128, 256, 0x10000).get(random.nextInt(3));
        var text = new StringBuilder();
        for (int i = random.nextInt(bound); i > 0; i--) {
            text.append((char) random.nextInt(range));
        }
        return text.toString();
    }
}
