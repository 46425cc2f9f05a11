package dev.anyhost.proxy.issuance;

import static dev.anyhost.proxy.challenge.ChallengeType.HTTP_01;
import static dev.anyhost.proxy.challenge.ChallengeType.TLS_ALPN_01;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.issuance.IssuanceOutcome.Cause;
import dev.anyhost.proxy.issuance.ScriptedAuthority.Answer;
import dev.anyhost.store.ChallengeResult;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How an attempt goes on, resumes, waits, and ends. */
class OrderAttemptTest {

    private static final Hostname SHOP = ScriptedAttempt.SHOP;
    private final ScriptedAttempt attempt = new ScriptedAttempt();

    @AfterEach
    void stop() {
        attempt.close();
    }

    @Test
    void stuckOrder_endsWithTheTimeLimit() {
        attempt.authority.on("/order/1", attempt.authority.order("ready"), attempt.authority.order("processing"));

        assertThat(ScriptedAttempt.causeOf(attempt.issue())).isEqualTo(Cause.TIMED_OUT);
        assertThat(Duration.ofNanos(attempt.nanos.get()))
                .isBetween(
                        AcmeSettings.TimeLimits.USUAL.order().minusSeconds(2), AcmeSettings.TimeLimits.USUAL.order());
        assertThat(attempt.pauses).startsWith(Duration.ofMillis(25)).endsWith(Duration.ofSeconds(1));
    }

    @Test
    void leaseLostWhileThePermitWasAsked_ordersNothing() {
        assertThat(ScriptedAttempt.causeOf(attempt.issueLosingTheLeaseOverThePermit()))
                .isEqualTo(Cause.STOPPED);

        assertThat(attempt.recorded).isEmpty();
        assertThat(attempt.authority.asked()).noneMatch(request -> request.contains("/orders"));
    }

    @Test
    void retryAfterInTheFuture_isObeyedByPolls() {
        attempt.authority.on(
                "/authz/1",
                attempt.authority.authorization("pending"),
                attempt.authority.authorization("pending").with("Retry-After", "7"),
                attempt.authority.authorization("pending").with("Retry-After", "Sat, 21 Nov 2020 05:00:00 GMT"),
                attempt.authority.authorization("valid"));

        attempt.issue();

        // The first wait, seven seconds in slices, and the grown one in place of a time that is over.
        assertThat(attempt.pauses.subList(0, 9))
                .startsWith(Duration.ofMillis(25))
                .endsWith(AttemptPace.FIRST_DELAY.multipliedBy(3).dividedBy(2));
        assertThat(attempt.pauses.subList(1, 8)).containsOnly(Duration.ofSeconds(1));
    }

    @Test
    void retryAfterBeyondTheTimeLimit_endsAtOnce() {
        attempt.authority.on(
                "/authz/1",
                attempt.authority.authorization("pending"),
                attempt.authority.authorization("pending").with("Retry-After", "3600"));

        assertThat(ScriptedAttempt.causeOf(attempt.issue())).isEqualTo(Cause.TIMED_OUT);
        assertThat(attempt.pauses).hasSize(1);
    }

    @Test
    void lostAnswersOfPolls_areAskedForAgain() {
        attempt.authority.on(
                "/order/1",
                Answer.lost(),
                attempt.authority.order("ready"),
                Answer.lost(),
                attempt.authority.order("valid"));

        attempt.issue();

        assertThat(attempt.authority.asked()).endsWith("/certificate/1");
    }

    @Test
    void lostAnswerOfFinalize_isNoNewOrder() {
        attempt.authority.on("/finalize/1", Answer.lost(), attempt.authority.order("processing"));
        attempt.authority.on(
                "/order/1",
                attempt.authority.order("ready"),
                attempt.authority.order("ready"),
                attempt.authority.order("valid"));

        attempt.issue();

        assertThat(attempt.authority.asked()).filteredOn("/orders"::equals).hasSize(1);
        assertThat(attempt.authority.asked()).filteredOn("/finalize/1"::equals).hasSize(2);
        assertThat(attempt.authority.asked()).endsWith("/certificate/1");
    }

    @Test
    void newOrder_isRecordedBeforeAnythingElse() {
        attempt.authority.on("/authz/1", Answer.problem(500, "serverInternal", "oops"));

        attempt.issue();

        assertThat(attempt.recorded).containsExactly(attempt.authority.url("/order/1"));
    }

    @Test
    void orderToResume_isResumed() {
        attempt.authority.on(
                "/order/1",
                attempt.authority.order("ready"),
                attempt.authority.order("ready"),
                attempt.authority.order("valid"));

        attempt.issue(SHOP, HTTP_01, Optional.of(attempt.authority.url("/order/1")));

        assertThat(attempt.authority.asked()).doesNotContain("/orders").contains("/finalize/1");
        assertThat(attempt.recorded).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"processing", "valid", "invalid"})
    void orderThatCanNotBeFinished_isNotResumed(String status) {
        attempt.authority.on("/order/2", attempt.authority.order(status));

        attempt.issue(SHOP, HTTP_01, Optional.of(attempt.authority.url("/order/2")));

        assertThat(attempt.authority.asked()).contains("/orders");
    }

    @Test
    void orderOfAnotherHostname_isNotResumed() {
        attempt.authority.on("/order/2", attempt.authority.order("ready"));

        attempt.issue(
                Hostname.parse("other.example").orElseThrow(), HTTP_01, Optional.of(attempt.authority.url("/order/2")));

        assertThat(attempt.authority.asked()).contains("/orders");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/gone", "ftp:/x", "nonsense"})
    void orderThatIsGone_isNotResumed(String url) {
        URI order = url.startsWith("/") ? attempt.authority.url(url) : URI.create(url);

        attempt.issue(SHOP, HTTP_01, Optional.of(order));

        assertThat(attempt.authority.asked()).contains("/orders");
    }

    @Test
    void authorizationThatIsStillValid_needsNoChallenge() {
        attempt.authority.on("/authz/1", attempt.authority.authorization("valid"));

        attempt.issue();

        assertThat(attempt.authority.asked()).doesNotContain("/challenge/1").contains("/finalize/1");
    }

    @Test
    void forgottenAccount_isRegisteredAgain() {
        attempt.store.recordUrl(attempt.authority.directory().toString(), attempt.authority.url("/account/0"));
        attempt.authority.on(
                "/orders",
                Answer.problem(400, "accountDoesNotExist", "who?"),
                attempt.authority
                        .order("pending")
                        .with("Location", attempt.authority.url("/order/1").toString()));

        attempt.issue();

        assertThat(attempt.store.urls()).containsValue(attempt.authority.url("/account/1"));
        assertThat(attempt.authority.asked()).contains("/finalize/1");
    }

    @Test
    void knownAccount_isNotRegistered_andTheDirectoryIsReadOnce() {
        attempt.store.recordUrl(attempt.authority.directory().toString(), attempt.authority.url("/account/1"));

        attempt.issue();

        assertThat(attempt.authority.asked()).doesNotContain("/account");
        assertThat(attempt.authority.asked()).filteredOn("/dir"::equals).hasSize(1);
    }

    @Test
    void stop_endsBetweenSteps() {
        List<String> steps = new ArrayList<>();

        IssuanceOutcome outcome = attempt.issue(SHOP, HTTP_01, Optional.empty(), () -> {
            steps.add("asked");
            return attempt.authority.asked().contains("/challenge/1");
        });

        assertThat(ScriptedAttempt.causeOf(outcome)).isEqualTo(Cause.STOPPED);
        assertThat(attempt.authority.asked()).doesNotContain("/finalize/1");
        assertThat(steps).isNotEmpty();
    }

    @Test
    void interruption_endsTheAttempt() {
        Thread.currentThread().interrupt();

        IssuanceOutcome outcome = attempt.issue();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(ScriptedAttempt.causeOf(outcome)).isEqualTo(Cause.STOPPED);
    }

    @Test
    void storeThatIsAway_postsNothingAndTriggersNothing() {
        attempt.authority.on(
                "/authz/1",
                Answer.json(
                        200, attempt.authority.authorization("pending").body().replace("http-01", "tls-alpn-01")));

        IssuanceOutcome outcome = attempt.issueWithoutStore(TLS_ALPN_01);

        assertThat(ScriptedAttempt.causeOf(outcome)).isEqualTo(Cause.STORE_FAILED);
        assertThat(attempt.authority.asked()).doesNotContain("/challenge/1");
    }

    @Test
    void postedChallenge_isWithdrawnWhateverHappens() {
        attempt.authority.on(
                "/authz/1",
                Answer.json(
                        200, attempt.authority.authorization("pending").body().replace("http-01", "tls-alpn-01")));
        attempt.authority.on("/challenge/1", Answer.lost());

        attempt.issue(SHOP, TLS_ALPN_01, Optional.empty());

        assertThat(attempt.authority.asked()).contains("/challenge/1");
        assertThat(attempt.store.find(SHOP)).isEqualTo(new ChallengeResult.None());
    }
}
