package dev.anyhost.proxy.issuance;

import static dev.anyhost.proxy.challenge.ChallengeType.HTTP_01;
import static dev.anyhost.proxy.challenge.ChallengeType.TLS_ALPN_01;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.issuance.IssuanceOutcome.Cause;
import dev.anyhost.proxy.issuance.IssuanceOutcome.ChallengeFailed;
import dev.anyhost.proxy.issuance.IssuanceOutcome.RateLimited;
import dev.anyhost.proxy.issuance.IssuanceOutcome.Rejected;
import dev.anyhost.proxy.issuance.IssuanceOutcome.Unavailable;
import dev.anyhost.proxy.issuance.ScriptedAuthority.Answer;
import dev.anyhost.testkit.TestCa;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an issuer makes of an authority that says no, or that doesn't say what it should. */
class AuthorityAnswersTest {

    private static final Instant NOW = ScriptedAttempt.NOW;
    private static final Hostname SHOP = ScriptedAttempt.SHOP;
    private final ScriptedAttempt attempt = new ScriptedAttempt();

    @AfterEach
    void stop() {
        attempt.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/dir", "/nonce", "/account", "/orders", "/order/1", "/authz/1", "/challenge/1", "/finalize/1"})
    void tooManyRequests_isRateLimitedUntilExactlyThen(String path) {
        attempt.authority.on(
                path, Answer.problem(429, "rateLimited", "too many").with("Retry-After", "7200"));

        assertThat(attempt.issue()).isInstanceOfSatisfying(RateLimited.class, limited -> {
            assertThat(limited.retryAt()).isEqualTo(NOW.plus(Duration.ofHours(2)));
            if (!path.equals("/nonce")) {
                assertThat(limited.problem().is("rateLimited")).isTrue();
                assertThat(limited.problem().detail()).contains("too many");
            }
        });
    }

    @Test
    void busyWithRetryAfterAsADate_isRateLimitedUntilExactlyThen() {
        attempt.authority.on(
                "/orders",
                new Answer(
                        503,
                        Map.of("Content-Type", "text/html", "Retry-After", "Sun, 22 Nov 2026 08:49:37 GMT"),
                        "<p>"));

        assertThat(attempt.issue()).isInstanceOfSatisfying(RateLimited.class, limited -> {
            assertThat(limited.retryAt()).isEqualTo(Instant.parse("2026-11-22T08:49:37Z"));
            assertThat(limited.problem().status()).contains(503);
        });
    }

    @Test
    void tooManyRequestsWithoutATime_pausesAMinute() {
        attempt.authority.on("/orders", Answer.problem(429, "rateLimited", "too many"));

        assertThat(attempt.issue())
                .isInstanceOfSatisfying(
                        RateLimited.class,
                        limited -> assertThat(limited.retryAt()).isEqualTo(NOW.plus(AuthorityFailures.UNTOLD_PAUSE)));
    }

    @Test
    void internalError_isUnavailable() {
        attempt.authority.on("/orders", Answer.problem(500, "serverInternal", "oops"));

        assertThat(attempt.issue()).isInstanceOfSatisfying(Unavailable.class, unavailable -> {
            assertThat(unavailable.cause()).isEqualTo(Cause.AUTHORITY_FAILED);
            assertThat(unavailable.detail()).contains("oops");
        });
    }

    @Test
    void rejectedIdentifier_isRejected() {
        attempt.authority.on("/orders", Answer.problem(400, "rejectedIdentifier", "policy"));

        assertThat(attempt.issue())
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.problem().is("rejectedIdentifier"))
                                .isTrue());
    }

    @Test
    void caaAtValidation_isRejected_sinceTheOtherChallengeWouldFailToo() {
        attempt.authority.on("/authz/1", attempt.authority.authorization("pending"), failed("caa"));

        assertThat(attempt.issue())
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.problem().is("caa")).isTrue());
    }

    @Test
    void failedValidation_keepsTheProblemWithItsParts() {
        attempt.authority.on("/authz/1", attempt.authority.authorization("pending"), failed("connection"));

        assertThat(attempt.issue()).isInstanceOfSatisfying(ChallengeFailed.class, failure -> {
            assertThat(failure.type()).isEqualTo(HTTP_01);
            assertThat(failure.problem().is("connection")).isTrue();
            assertThat(failure.problem().subproblems())
                    .singleElement()
                    .satisfies(sub -> assertThat(sub.is("dns")).isTrue());
        });
    }

    @Test
    void challengeThatIsNotOffered_isAFailureOfItsType() {
        assertThat(attempt.issue(SHOP, TLS_ALPN_01, Optional.empty()))
                .isInstanceOfSatisfying(
                        ChallengeFailed.class,
                        failure -> assertThat(failure.type()).isEqualTo(TLS_ALPN_01));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/dir", "/account", "/orders", "/authz/1", "/challenge/1", "/order/1"})
    void garbage_isUnavailable(String path) {
        attempt.authority.on(path, Answer.json(200, "<html>").with("Location", "x"));

        assertThat(attempt.issue())
                .isInstanceOfSatisfying(
                        Unavailable.class,
                        unavailable -> assertThat(unavailable.cause()).isEqualTo(Cause.UNUSABLE_ANSWER));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/orders", "/authz/1", "/finalize/1"})
    void problemOfAMalformedType_isUnavailable(String path) {
        attempt.authority.on(
                path, new Answer(400, Map.of("Content-Type", "application/problem+json"), "{\"type\":\"%% no URI\"}"));

        assertThat(ScriptedAttempt.causeOf(attempt.issue())).isEqualTo(Cause.UNUSABLE_ANSWER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"relative", "ftp://x/y", "http://[", "7"})
    void malformedUrl_isUnavailable(String url) {
        Answer order = Answer.json(201, """
                {"status":"pending","identifiers":[{"type":"dns","value":"shop.example"}],
                 "authorizations":["%s"],"finalize":"%s"}""".formatted(url, url));
        attempt.authority.on(
                "/orders",
                order.with("Location", attempt.authority.url("/order/1").toString()));

        assertThat(ScriptedAttempt.causeOf(attempt.issue())).isEqualTo(Cause.UNUSABLE_ANSWER);
    }

    @Test
    void validOrderWithoutACertificate_isUnavailable() {
        attempt.authority.on("/order/1", attempt.authority.order("ready"), Answer.json(200, "{\"status\":\"valid\"}"));

        assertThat(ScriptedAttempt.causeOf(attempt.issue())).isEqualTo(Cause.UNUSABLE_ANSWER);
    }

    @Test
    void invalidOrder_isRejected() {
        attempt.authority.on("/order/1", attempt.authority.order("ready"), attempt.authority.order("invalid"));

        assertThat(attempt.issue()).isInstanceOf(Rejected.class);
    }

    @Test
    void certificateForAnotherKey_isNeverIssued() {
        TestCa ca = TestCa.create("ca");
        certificate(ca.issue("shop.example").chainPem());

        assertThat(ScriptedAttempt.causeOf(attempt.issue())).isEqualTo(Cause.WRONG_CERTIFICATE);
    }

    @Test
    void emptyChain_isNeverIssued() {
        certificate("");

        assertThat(ScriptedAttempt.causeOf(attempt.issue())).isEqualTo(Cause.WRONG_CERTIFICATE);
    }

    private void certificate(String pem) {
        attempt.authority.on(
                "/certificate/1", new Answer(200, Map.of("Content-Type", "application/pem-certificate-chain"), pem));
    }

    private Answer failed(String type) {
        String error = """
                ,"error":{"type":"urn:ietf:params:acme:error:%s","detail":"d",
                 "subproblems":[{"type":"urn:ietf:params:acme:error:dns"}]},"status":"invalid\"""".formatted(type);
        String body = attempt.authority.authorization("invalid").body();
        return Answer.json(200, body.replace(",\"status\":\"invalid\"}]", error + "}]"));
    }
}
