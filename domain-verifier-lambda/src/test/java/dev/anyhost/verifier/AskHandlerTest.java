package dev.anyhost.verifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import dev.anyhost.domain.AskAnswer;
import dev.anyhost.domain.AskCodec;
import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Policy;
import dev.anyhost.domain.Route;
import dev.anyhost.domain.Verdict;
import dev.anyhost.testkit.Ports;
import dev.anyhost.verifier.onboarding.Application;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.whitelist.AddResult;
import dev.anyhost.verifier.whitelist.Whitelist;
import dev.anyhost.verifier.whitelist.WhitelistSettings;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AskHandlerTest {

    private static final String POLICY =
            "\"policy\":{\"preserve_host\":null,\"https_redirect\":true,\"hsts_max_age\":null}}";
    private static final TestWhitelist WHITELIST = TestWhitelist.start();

    private final AskHandler handler = new AskHandler(WHITELIST.whitelist());

    @AfterAll
    static void stop() {
        WHITELIST.close();
    }

    @ParameterizedTest
    @CsvSource({
        "domain=active.example, 200",
        "domain=misconfigured.example, 200",
        "domain=ACTIVE.Example., 200",
        "domain=active%2Eexample, 200",
        "%64omain=active.example, 200",
        "x=1&domain=active.example&y, 200",
        "Domain=x&domain=active.example, 200",
        "domain=pending.example, 403",
        "domain=suspended.example, 403",
        "domain=blocked.example, 403",
        "domain=unknown.example, 404",
        "domain=www.active.example, 404",
        "domain=xn--bcher-kva.example, 404",
        "'', 400",
        "domain, 400",
        "domain=, 400",
        "DOMAIN=active.example, 400",
        "host=active.example, 400",
        "domain=active.example&domain=active.example, 400",
        "domain=active.example&domain=, 400",
        "domain=active.example&domain, 400",
        "domain=active.example&%64omain=other.example, 400",
        "domain=127.0.0.1, 400",
        "domain=localhost, 400",
        "domain=*.example, 400",
        "domain=active.example%00, 400",
        "domain=active.example+, 400",
        "domain=%20active.example, 400",
        "domain=b%C3%BCcher.example, 400",
        "domain=%zz, 400",
        "domain=active.example%, 400",
        "%=&domain=active.example, 400",
        "?domain=active.example, 400",
        "domain=active.example;domain=x, 400",
        "domain=active.example%26domain=x, 400"
    })
    void query_status(String rawQuery, int status) {
        var response = ask("GET", rawQuery);
        assertThat(response.getStatusCode()).isEqualTo(status);
        assertThat(response.getHeaders())
                .containsEntry("Cache-Control", status == 200 ? "max-age=300" : "no-store")
                .containsEntry("Content-Type", "application/json");
        assertThat(response.getIsBase64Encoded()).isFalse();
    }

    @Test
    void bodies_sayMoreToOurOwnProxy() {
        assertThat(ask("GET", "domain=Active.example").getBody())
                .isEqualTo("{\"hostname\":\"active.example\",\"tenant\":\"acme\","
                        + "\"origin\":\"https://origin.example\",\"status\":\"active\"," + POLICY);
        assertThat(ask("GET", "domain=misconfigured.example").getBody())
                .isEqualTo("{\"hostname\":\"misconfigured.example\",\"tenant\":\"acme\",\"origin\":null,"
                        + "\"status\":\"misconfigured\"," + POLICY);
        assertThat(ask("GET", "domain=blocked.example").getBody())
                .isEqualTo("{\"hostname\":\"blocked.example\",\"status\":\"blocked\"}");
    }

    @Test
    void proxy_readsWhatIsMeant() {
        assertThat(verdict("active.example"))
                .isEqualTo(new Verdict.Allowed(
                        new Route(Optional.of("acme"), Optional.of(URI.create("https://origin.example"))),
                        Duration.ofMinutes(5)));
        assertThat(verdict("pending.example")).isEqualTo(new Verdict.Refused(Verdict.Refused.Reason.KNOWN));
        assertThat(verdict("unknown.example")).isEqualTo(new Verdict.Refused(Verdict.Refused.Reason.UNKNOWN));
    }

    @Test
    void policyOfTheDomain_isSaid() {
        var hostname = Hostname.parse("strict.example").orElseThrow();
        var policy = new Policy(Optional.of(true), false, Optional.of(Duration.ofDays(365)));
        var application = new Application(hostname, "acme", Optional.empty(), policy);
        assertThat(WHITELIST.whitelist().add(application, DomainStatus.ACTIVE)).isInstanceOf(AddResult.Added.class);

        assertThat(ask("GET", "domain=strict.example").getBody())
                .endsWith("\"policy\":{\"preserve_host\":true,\"https_redirect\":false,\"hsts_max_age\":31536000}}");
        assertThat(verdict("strict.example"))
                .isEqualTo(new Verdict.Allowed(
                        new Route(Optional.of("acme"), Optional.empty(), policy), Duration.ofMinutes(5)));
    }

    private Verdict verdict(String hostname) {
        var response = ask("GET", "domain=" + hostname);
        var answer = new AskAnswer(response.getStatusCode(), response.getHeaders(), response.getBody());
        return AskCodec.read(Hostname.parse(hostname).orElseThrow(), answer, true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "HEAD", "OPTIONS", "get", "", "CONNECT"})
    void otherMethod_isNoAnswerAboutTheName(String method) {
        var response = ask(method, "domain=blocked.example");
        assertThat(response.getStatusCode()).isEqualTo(405);
        assertThat(response.getHeaders()).containsEntry("Allow", "GET");
        var answer = new AskAnswer(405, response.getHeaders(), response.getBody());
        assertThat(AskCodec.read(Hostname.parse("blocked.example").orElseThrow(), answer, false))
                .isInstanceOf(Verdict.Silent.class);
    }

    @Test
    void eventWithoutRequest_isNoAnswer() {
        var empty = APIGatewayV2HTTPEvent.builder().build();
        assertThat(handler.handleRequest(empty, context()).getStatusCode()).isEqualTo(405);
        assertThat(handler.handleRequest(null, context()).getStatusCode()).isEqualTo(405);
        var hollow = APIGatewayV2HTTPEvent.builder()
                .withRequestContext(new APIGatewayV2HTTPEvent.RequestContext())
                .build();
        assertThat(handler.handleRequest(hollow, context()).getStatusCode()).isEqualTo(405);
        assertThat(handler.handleRequest(event("GET", null), context()).getStatusCode())
                .isEqualTo(400);
    }

    @Test
    void megabyteQuery_400() {
        assertThat(ask("GET", "domain=" + "a".repeat(1_000_000)).getStatusCode())
                .isEqualTo(400);
        assertThat(ask("GET", "x&".repeat(500_000)).getStatusCode()).isEqualTo(400);
    }

    @Test
    void whitelistAway_couldNotTell() {
        var nowhere = Optional.of(URI.create("http://127.0.0.1:" + Ports.free()));
        var settings = new WhitelistSettings("us-east-1", nowhere, "domains", false);
        try (var away = Whitelist.open(settings, InstantSource.system())) {
            var asked = new AskHandler(away);
            var response = asked.handleRequest(event("GET", "domain=active.example"), context());
            assertThat(response.getStatusCode()).isEqualTo(503);
            assertThat(response.getHeaders()).containsEntry("Cache-Control", "no-store");
            assertThat(response.getBody())
                    .isEqualTo(
                            "{\"hostname\":null,\"status\":\"could_not_tell\",\"message\":\"whitelist unreachable\"}");
            assertThat(asked.handleRequest(event("GET", "domain=nonsense"), context())
                            .getStatusCode())
                    .isEqualTo(400);
        }
    }

    @Test
    void randomQueries_getOneOfTheStatuses_neverARedirect() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            String query = random.ints(random.nextInt(60), 0, 256)
                    .collect(StringBuilder::new, (b, c) -> b.append((char) c), StringBuilder::append)
                    .toString();
            String asked = random.nextBoolean() ? query : "domain=" + query;
            assertThatCode(() -> assertThat(ask("GET", asked).getStatusCode()).isIn(200, 400, 403, 404))
                    .as("seed %d, input %d", seed, i)
                    .doesNotThrowAnyException();
        }
    }

    private APIGatewayV2HTTPResponse ask(String method, String rawQuery) {
        return handler.handleRequest(event(method, rawQuery), context());
    }

    private static LocalContext context() {
        return new LocalContext(event("GET", ""));
    }

    private static APIGatewayV2HTTPEvent event(String method, @Nullable String rawQuery) {
        var http = APIGatewayV2HTTPEvent.RequestContext.Http.builder()
                .withMethod(method)
                .withPath("/")
                .build();
        return APIGatewayV2HTTPEvent.builder()
                .withRawPath("/")
                .withRawQueryString(rawQuery)
                .withRequestContext(APIGatewayV2HTTPEvent.RequestContext.builder()
                        .withHttp(http)
                        .build())
                .build();
    }
}
