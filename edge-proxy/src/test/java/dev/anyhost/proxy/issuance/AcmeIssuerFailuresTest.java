package dev.anyhost.proxy.issuance;

import static dev.anyhost.proxy.challenge.ChallengeType.HTTP_01;
import static dev.anyhost.proxy.challenge.ChallengeType.TLS_ALPN_01;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.challenge.ChallengeBoard;
import dev.anyhost.proxy.challenge.ChallengeType;
import dev.anyhost.proxy.issuance.IssuanceOutcome.Cause;
import dev.anyhost.proxy.issuance.IssuanceOutcome.ChallengeFailed;
import dev.anyhost.proxy.issuance.IssuanceOutcome.RateLimited;
import dev.anyhost.proxy.issuance.IssuanceOutcome.Rejected;
import dev.anyhost.proxy.issuance.IssuanceOutcome.Unavailable;
import dev.anyhost.proxy.issuance.ScriptedAuthority.Answer;
import dev.anyhost.store.ChallengeResult;
import dev.anyhost.testkit.TestCa;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an issuer makes of an authority that doesn't do what it should. Pauses pass on the test's own clock. */
class AcmeIssuerFailuresTest {

    private static final Instant NOW = Instant.parse("2026-11-21T05:00:00.250Z");
    private static final Hostname SHOP = Hostname.parse("shop.example").orElseThrow();
    private static final BooleanSupplier NEVER = () -> false;

    private final MemoryStore store = new MemoryStore();
    private final List<URI> recorded = new ArrayList<>();
    private final List<Duration> pauses = new ArrayList<>();
    private final AtomicLong nanos = new AtomicLong();
    private ScriptedAuthority authority;

    @BeforeEach
    void start() throws Exception {
        authority = new ScriptedAuthority();
    }

    @AfterEach
    void stop() {
        authority.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/dir", "/nonce", "/account", "/orders", "/order/1", "/authz/1", "/challenge/1", "/finalize/1"})
    void tooManyRequests_isRateLimitedUntilExactlyThen(String path) {
        authority.on(path, Answer.problem(429, "rateLimited", "too many").with("Retry-After", "7200"));

        assertThat(issue()).isInstanceOfSatisfying(RateLimited.class, limited -> {
            assertThat(limited.retryAt()).isEqualTo(NOW.plus(Duration.ofHours(2)));
            if (!path.equals("/nonce")) {
                assertThat(limited.problem().is("rateLimited")).isTrue();
                assertThat(limited.problem().detail()).contains("too many");
            }
        });
    }

    @Test
    void busyWithRetryAfterAsADate_isRateLimitedUntilExactlyThen() {
        authority.on(
                "/orders",
                new Answer(
                        503,
                        Map.of("Content-Type", "text/html", "Retry-After", "Sun, 22 Nov 2026 08:49:37 GMT"),
                        "<p>"));

        assertThat(issue()).isInstanceOfSatisfying(RateLimited.class, limited -> {
            assertThat(limited.retryAt()).isEqualTo(Instant.parse("2026-11-22T08:49:37Z"));
            assertThat(limited.problem().status()).contains(503);
        });
    }

    @Test
    void tooManyRequestsWithoutATime_pausesAMinute() {
        authority.on("/orders", Answer.problem(429, "rateLimited", "too many"));

        assertThat(issue())
                .isInstanceOfSatisfying(
                        RateLimited.class,
                        limited -> assertThat(limited.retryAt()).isEqualTo(NOW.plus(AuthorityFailures.UNTOLD_PAUSE)));
    }

    @Test
    void internalError_isUnavailable() {
        authority.on("/orders", Answer.problem(500, "serverInternal", "oops"));

        assertThat(issue()).isInstanceOfSatisfying(Unavailable.class, unavailable -> {
            assertThat(unavailable.cause()).isEqualTo(Cause.AUTHORITY_FAILED);
            assertThat(unavailable.detail()).contains("oops");
        });
    }

    @Test
    void rejectedIdentifier_isRejected() {
        authority.on("/orders", Answer.problem(400, "rejectedIdentifier", "policy"));

        assertThat(issue())
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.problem().is("rejectedIdentifier"))
                                .isTrue());
    }

    @Test
    void caaAtValidation_isRejected_sinceTheOtherChallengeWouldFailToo() {
        authority.on("/authz/1", authority.authorization("pending"), failed("caa"));

        assertThat(issue())
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.problem().is("caa")).isTrue());
    }

    @Test
    void failedValidation_keepsTheProblemWithItsParts() {
        authority.on("/authz/1", authority.authorization("pending"), failed("connection"));

        assertThat(issue()).isInstanceOfSatisfying(ChallengeFailed.class, failure -> {
            assertThat(failure.type()).isEqualTo(HTTP_01);
            assertThat(failure.problem().is("connection")).isTrue();
            assertThat(failure.problem().subproblems())
                    .singleElement()
                    .satisfies(sub -> assertThat(sub.is("dns")).isTrue());
        });
    }

    @Test
    void challengeThatIsNotOffered_isAFailureOfItsType() {
        assertThat(issue(SHOP, TLS_ALPN_01, Optional.empty(), NEVER))
                .isInstanceOfSatisfying(
                        ChallengeFailed.class,
                        failure -> assertThat(failure.type()).isEqualTo(TLS_ALPN_01));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/dir", "/account", "/orders", "/authz/1", "/challenge/1", "/order/1"})
    void garbage_isUnavailable(String path) {
        authority.on(path, Answer.json(200, "<html>").with("Location", "x"));

        assertThat(issue())
                .isInstanceOfSatisfying(
                        Unavailable.class,
                        unavailable -> assertThat(unavailable.cause()).isEqualTo(Cause.UNUSABLE_ANSWER));
    }

    @Test
    void validOrderWithoutACertificate_isUnavailable() {
        authority.on("/order/1", authority.order("ready"), Answer.json(200, "{\"status\":\"valid\"}"));

        assertThat(causeOf(issue())).isEqualTo(Cause.UNUSABLE_ANSWER);
    }

    @Test
    void invalidOrder_isRejected() {
        authority.on("/order/1", authority.order("ready"), authority.order("invalid"));

        assertThat(issue()).isInstanceOf(Rejected.class);
    }

    @Test
    void certificateForAnotherKey_isNeverIssued() {
        TestCa ca = TestCa.create("ca");
        certificate(ca.issue("shop.example").chainPem());

        assertThat(causeOf(issue())).isEqualTo(Cause.WRONG_CERTIFICATE);
    }

    @Test
    void emptyChain_isNeverIssued() {
        certificate("");

        assertThat(causeOf(issue())).isEqualTo(Cause.WRONG_CERTIFICATE);
    }

    @Test
    void stuckOrder_endsWithTheTimeLimit() {
        authority.on("/order/1", authority.order("ready"), authority.order("processing"));

        assertThat(causeOf(issue())).isEqualTo(Cause.TIMED_OUT);
        assertThat(Duration.ofNanos(nanos.get()))
                .isBetween(AcmeSettings.ORDER_TIMEOUT.minusSeconds(2), AcmeSettings.ORDER_TIMEOUT);
        assertThat(pauses).startsWith(Duration.ofMillis(25)).endsWith(Duration.ofSeconds(1));
    }

    @Test
    void retryAfterInTheFuture_isObeyedByPolls() {
        authority.on(
                "/authz/1",
                authority.authorization("pending"),
                authority.authorization("pending").with("Retry-After", "7"),
                authority.authorization("pending").with("Retry-After", "Sat, 21 Nov 2020 05:00:00 GMT"),
                authority.authorization("valid"));

        issue();

        // The first wait, seven seconds in slices, and the grown one in place of a time that is over.
        assertThat(pauses.subList(0, 9))
                .startsWith(Duration.ofMillis(25))
                .endsWith(AttemptPace.FIRST_DELAY.multipliedBy(3).dividedBy(2));
        assertThat(pauses.subList(1, 8)).containsOnly(Duration.ofSeconds(1));
    }

    @Test
    void retryAfterBeyondTheTimeLimit_endsAtOnce() {
        authority.on(
                "/authz/1",
                authority.authorization("pending"),
                authority.authorization("pending").with("Retry-After", "3600"));

        assertThat(causeOf(issue())).isEqualTo(Cause.TIMED_OUT);
        assertThat(pauses).hasSize(1);
    }

    @Test
    void lostAnswersOfPolls_areAskedForAgain() {
        authority.on("/order/1", Answer.lost(), authority.order("ready"), Answer.lost(), authority.order("valid"));

        issue();

        assertThat(authority.asked()).endsWith("/certificate/1");
    }

    @Test
    void lostAnswerOfFinalize_isNoNewOrder() {
        authority.on("/finalize/1", Answer.lost(), authority.order("processing"));
        authority.on("/order/1", authority.order("ready"), authority.order("ready"), authority.order("valid"));

        issue();

        assertThat(authority.asked()).filteredOn("/orders"::equals).hasSize(1);
        assertThat(authority.asked()).filteredOn("/finalize/1"::equals).hasSize(2);
        assertThat(authority.asked()).endsWith("/certificate/1");
    }

    @Test
    void newOrder_isRecordedBeforeAnythingElse() {
        authority.on("/authz/1", Answer.problem(500, "serverInternal", "oops"));

        issue();

        assertThat(recorded).containsExactly(authority.url("/order/1"));
    }

    @Test
    void orderToResume_isResumed() {
        authority.on("/order/1", authority.order("ready"), authority.order("ready"), authority.order("valid"));

        issue(SHOP, HTTP_01, Optional.of(authority.url("/order/1")), NEVER);

        assertThat(authority.asked()).doesNotContain("/orders").contains("/finalize/1");
        assertThat(recorded).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"processing", "valid", "invalid"})
    void orderThatCanNotBeFinished_isNotResumed(String status) {
        authority.on("/order/2", authority.order(status));

        issue(SHOP, HTTP_01, Optional.of(authority.url("/order/2")), NEVER);

        assertThat(authority.asked()).contains("/orders");
    }

    @Test
    void orderOfAnotherHostname_isNotResumed() {
        authority.on("/order/2", authority.order("ready"));

        issue(Hostname.parse("other.example").orElseThrow(), HTTP_01, Optional.of(authority.url("/order/2")), NEVER);

        assertThat(authority.asked()).contains("/orders");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/gone", "ftp:/x", "nonsense"})
    void orderThatIsGone_isNotResumed(String url) {
        URI order = url.startsWith("/") ? authority.url(url) : URI.create(url);

        issue(SHOP, HTTP_01, Optional.of(order), NEVER);

        assertThat(authority.asked()).contains("/orders");
    }

    @Test
    void authorizationThatIsStillValid_needsNoChallenge() {
        authority.on("/authz/1", authority.authorization("valid"));

        issue();

        assertThat(authority.asked()).doesNotContain("/challenge/1").contains("/finalize/1");
    }

    @Test
    void forgottenAccount_isRegisteredAgain() {
        store.recordUrl(authority.directory().toString(), authority.url("/account/0"));
        authority.on(
                "/orders",
                Answer.problem(400, "accountDoesNotExist", "who?"),
                authority
                        .order("pending")
                        .with("Location", authority.url("/order/1").toString()));

        issue();

        assertThat(store.urls()).containsValue(authority.url("/account/1"));
        assertThat(authority.asked()).contains("/finalize/1");
    }

    @Test
    void knownAccount_isNotRegistered_andTheDirectoryIsReadOnce() {
        store.recordUrl(authority.directory().toString(), authority.url("/account/1"));

        issue();

        assertThat(authority.asked()).doesNotContain("/account");
        assertThat(authority.asked()).filteredOn("/dir"::equals).hasSize(1);
    }

    @Test
    void stop_endsBetweenSteps() {
        List<String> steps = new ArrayList<>();

        IssuanceOutcome outcome = issue(SHOP, HTTP_01, Optional.empty(), () -> {
            steps.add("asked");
            return authority.asked().contains("/challenge/1");
        });

        assertThat(causeOf(outcome)).isEqualTo(Cause.STOPPED);
        assertThat(authority.asked()).doesNotContain("/finalize/1");
        assertThat(steps).isNotEmpty();
    }

    @Test
    void interruption_endsTheAttempt() {
        Thread.currentThread().interrupt();

        IssuanceOutcome outcome = issue();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(causeOf(outcome)).isEqualTo(Cause.STOPPED);
    }

    @Test
    void storeThatIsAway_postsNothingAndTriggersNothing() {
        authority.on(
                "/authz/1",
                Answer.json(200, authority.authorization("pending").body().replace("http-01", "tls-alpn-01")));

        IssuanceOutcome outcome;
        try (AcmeIssuer issuer = issuer(authority.directory())) {
            store.setReachable(false);
            outcome = issuer.issue(request(SHOP, TLS_ALPN_01, Optional.empty(), NEVER));
        }

        assertThat(causeOf(outcome)).isEqualTo(Cause.STORE_FAILED);
        assertThat(authority.asked()).doesNotContain("/challenge/1");
    }

    @Test
    void postedChallenge_isWithdrawnWhateverHappens() {
        authority.on(
                "/authz/1",
                Answer.json(200, authority.authorization("pending").body().replace("http-01", "tls-alpn-01")));
        authority.on("/challenge/1", Answer.lost());

        issue(SHOP, TLS_ALPN_01, Optional.empty(), NEVER);

        assertThat(authority.asked()).contains("/challenge/1");
        assertThat(store.find(SHOP)).isEqualTo(new ChallengeResult.None());
    }

    @Test
    void authorityThatIsDown_isUnreachable() throws Exception {
        int port;
        try (ServerSocket closed = new ServerSocket(0)) {
            port = closed.getLocalPort();
        }

        assertThat(causeOf(issueAt(URI.create("https://127.0.0.1:" + port + "/dir"))))
                .isEqualTo(Cause.UNREACHABLE);
    }

    @Test
    void authorityThatNeverAnswers_timesOut() throws Exception {
        try (ServerSocket silent = new ServerSocket(0)) {
            URI directory = URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/dir");

            assertThat(causeOf(issueAt(directory))).isEqualTo(Cause.TIMED_OUT);
        }
    }

    @Test
    void authorityWhoseBodyNeverEnds_timesOut() throws Exception {
        try (ServerSocket slow = new ServerSocket(0)) {
            Thread.startVirtualThread(() -> beginAnswer(slow));
            URI directory = URI.create("http://127.0.0.1:" + slow.getLocalPort() + "/dir");

            assertThat(causeOf(issueAt(directory))).isEqualTo(Cause.TIMED_OUT);
        }
    }

    /** The connection stays open until the client leaves. */
    private static void beginAnswer(ServerSocket server) {
        try (Socket client = server.accept()) {
            client.getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
                            .getBytes(StandardCharsets.US_ASCII));
            client.getInputStream().readAllBytes();
        } catch (IOException testIsOver) {
            Thread.currentThread().interrupt();
        }
    }

    private void certificate(String pem) {
        authority.on(
                "/certificate/1", new Answer(200, Map.of("Content-Type", "application/pem-certificate-chain"), pem));
    }

    private Answer failed(String type) {
        String error = """
                ,"error":{"type":"urn:ietf:params:acme:error:%s","detail":"d",
                 "subproblems":[{"type":"urn:ietf:params:acme:error:dns"}]},"status":"invalid\"""".formatted(type);
        String body = authority.authorization("invalid").body();
        return Answer.json(200, body.replace(",\"status\":\"invalid\"}]", error + "}]"));
    }

    private static Cause causeOf(IssuanceOutcome outcome) {
        assertThat(outcome).isInstanceOf(Unavailable.class);
        return ((Unavailable) outcome).cause();
    }

    private IssuanceOutcome issue() {
        return issue(SHOP, HTTP_01, Optional.empty(), NEVER);
    }

    private IssuanceOutcome issue(Hostname hostname, ChallengeType type, Optional<URI> order, BooleanSupplier stopped) {
        try (AcmeIssuer issuer = issuer(authority.directory())) {
            return issuer.issue(request(hostname, type, order, stopped));
        }
    }

    private IssuanceOutcome issueAt(URI directory) {
        try (AcmeIssuer issuer = issuer(directory)) {
            return issuer.issue(request(SHOP, HTTP_01, Optional.empty(), NEVER));
        }
    }

    private IssuanceRequest request(
            Hostname hostname, ChallengeType type, Optional<URI> order, BooleanSupplier stopped) {
        return new IssuanceRequest(hostname, type, order, recorded::add, stopped);
    }

    private AcmeIssuer issuer(URI directory) {
        var settings = new AcmeSettings(
                directory,
                "ops@example.com",
                Optional.empty(),
                List.of(HTTP_01, TLS_ALPN_01),
                Duration.ofSeconds(1),
                AcmeSettings.ORDER_TIMEOUT);
        InstantSource clock = InstantSource.fixed(NOW);
        var time = new IssuanceTime(clock, nanos::get, this::pass);
        var board = new ChallengeBoard(store, clock);
        if (SharedAccount.load(store, directory) instanceof SharedAccount.Loading.Loaded(SharedAccount account)
                && DirectoryTrust.reading(Optional.empty()) instanceof DirectoryTrust.Trusting(var tls)) {
            return new AcmeIssuer(settings, tls, account, board, time);
        }
        throw new AssertionError("no account");
    }

    private void pass(Duration duration) {
        pauses.add(duration);
        nanos.addAndGet(duration.toNanos());
    }
}
