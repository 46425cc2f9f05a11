package dev.anyhost.store;

import static dev.anyhost.store.TestCertificates.certificate;
import static dev.anyhost.store.TestCertificates.hostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Failed attempts: remembered for all, heard in the claim itself, cleared by a certificate or by word. */
interface FailureContract extends StoreContract {

    Hostname FAILING = hostname("failing.example.com");
    Route ROUTE = new Route(Optional.of("acme"), Optional.of(URI.create("https://acme.example")));
    String DIRECTORY = "https://ca.test/directory";

    private static Lease claimed(IssuanceLeases leases) {
        return ((ClaimResult.Claimed) leases.claim(FAILING, "proxy-1")).lease();
    }

    private static IssuanceFailure failure(int count, Instant now, Duration pause) {
        return new IssuanceFailure(
                count,
                now,
                now.plus(pause),
                "challenge_failed",
                "{\"type\":\"urn:ietf:params:acme:error:dns\"}",
                Optional.of("http-01"),
                ROUTE);
    }

    private static IssuanceFailure failing(StoreFixture store, Duration pause) {
        IssuanceLeases leases = store.open("first").leases();
        IssuanceFailure failure = failure(1, store.time.instant(), pause);
        assertThat(leases.fail(claimed(leases), failure)).isEqualTo(new StoreEffect.Done());
        store.calls.operations();
        return failure;
    }

    @Test
    default void failure_putsEveryClaimOffInTheSameCall() {
        StoreFixture store = store();
        IssuanceFailure failure = failing(store, Duration.ofMinutes(1));
        store.time.advance(Duration.ofSeconds(59));

        assertThat(store.open("first").leases().claim(FAILING, "proxy-2")).isEqualTo(new ClaimResult.PutOff(failure));
        assertThat(store.calls.operations()).containsExactly("UpdateItem");
        assertThat(store.open("first").leases().claim(hostname("other.example.com"), "proxy-2"))
                .isInstanceOf(ClaimResult.Claimed.class);
    }

    @Test
    default void failureWhoseTimeIsOver_isHandedToTheNextHolder() {
        StoreFixture store = store();
        IssuanceFailure failure = failing(store, Duration.ofMinutes(1));
        store.time.advance(Duration.ofMinutes(1));

        IssuanceLeases leases = store.open("first").leases();
        Lease next = claimed(leases);
        assertThat(next.failure()).contains(failure);
        assertThat(next.token()).isEqualTo(2);

        IssuanceFailure second = failure(2, store.time.instant(), Duration.ofMinutes(10));
        leases.fail(next, second);
        assertThat(leases.findFailure(FAILING)).isEqualTo(new FailureResult.Remembered(second));
    }

    @Test
    default void retryInTheMiddleOfASecond_isRoundedUp() {
        StoreFixture store = store();
        failing(store, Duration.ofMillis(1_500));
        store.time.advance(Duration.ofMillis(1_999));
        assertThat(store.open("first").leases().claim(FAILING, "proxy-2")).isInstanceOf(ClaimResult.PutOff.class);
        store.time.advance(Duration.ofMillis(1));
        assertThat(store.open("first").leases().claim(FAILING, "proxy-2")).isInstanceOf(ClaimResult.Claimed.class);
    }

    @Test
    default void releasedOrHandedOver_clearsOrKeepsTheFailure() {
        StoreFixture store = store();
        failing(store, Duration.ofSeconds(1));
        store.time.advance(Duration.ofSeconds(1));
        IssuanceLeases leases = store.open("first").leases();

        leases.handOver(claimed(leases));
        assertThat(leases.findFailure(FAILING)).isInstanceOf(FailureResult.Remembered.class);
        leases.release(claimed(leases));
        assertThat(leases.findFailure(FAILING)).isEqualTo(new FailureResult.None());
    }

    @Test
    default void forgivenFailure_isNoObstacleAnyMore() {
        StoreFixture store = store();
        IssuanceFailure failure = failing(store, Duration.ofDays(1));
        IssuanceLeases leases = store.open("first").leases();

        Instant now = store.time.instant();
        assertThat(leases.forgive(FAILING, now.minusSeconds(1))).isEqualTo(new FailureResult.None());
        assertThat(leases.claim(FAILING, "proxy-1")).isInstanceOf(ClaimResult.PutOff.class);
        assertThat(leases.forgive(FAILING, now)).isEqualTo(new FailureResult.Remembered(failure));
        assertThat(leases.forgive(FAILING, now)).isEqualTo(new FailureResult.None());
        assertThat(leases.forgive(hostname("never.example.com"), now)).isEqualTo(new FailureResult.None());
        assertThat(claimed(leases).failure()).isEmpty();
    }

    @Test
    default void holderThatDiedAfterAFailure_isTakenOverAllTheSame() {
        StoreFixture store = store();
        failing(store, Duration.ofSeconds(1));
        store.time.advance(Duration.ofSeconds(1));
        IssuanceLeases leases = store.open("first").leases();
        claimed(leases);
        LeaseWatch watch = ((ClaimResult.HeldByOther) leases.claim(FAILING, "proxy-2")).watch();
        store.time.advance(Lease.TERM);

        assertThat(leases.claimAfterWatching(watch, "proxy-2")).isInstanceOf(ClaimResult.Claimed.class);
    }

    @Test
    default void lateHolder_canNotFailItsSuccessor() {
        StoreFixture store = store();
        IssuanceLeases leases = store.open("first").leases();
        Lease late = claimed(leases);
        leases.handOver(late);
        Lease successor = claimed(leases);

        leases.fail(late, failure(1, store.time.instant(), Duration.ofDays(1)));

        assertThat(leases.findFailure(FAILING)).isEqualTo(new FailureResult.None());
        assertThat(leases.renew(successor)).isInstanceOf(LeaseUpdate.Kept.class);
    }

    @Test
    default void endlessProblem_isCut() {
        StoreFixture store = store();
        IssuanceFailure failure = new IssuanceFailure(
                1,
                store.time.instant(),
                store.time.instant(),
                "x",
                "ä".repeat(1_000_000),
                Optional.empty(),
                Route.UNNAMED);
        IssuanceLeases leases = store.open("first").leases();

        assertThat(leases.fail(claimed(leases), failure)).isEqualTo(new StoreEffect.Done());
        assertThat(claimed(leases).failure().orElseThrow().problem()).hasSize(IssuanceFailure.LONGEST_PROBLEM);
    }

    @Test
    default void certificatesAndFailures_areListedWithoutAScan() {
        StoreFixture store = store();
        CertificateTables tables = store.open("first");
        Set<String> names = new TreeSet<>();
        for (int i = 0; i < 40; i++) {
            Hostname host = hostname("n" + i + ".example.com");
            names.add(host.value());
            Lease lease = ((ClaimResult.Claimed) tables.leases().claim(host, "proxy-1")).lease();
            tables.certificates().put(certificate(host), 0, lease);
            tables.leases().release(lease);
        }
        IssuanceFailure failure = failing(store, Duration.ofMinutes(1));
        store.calls.operations();

        Set<String> listed = new TreeSet<>();
        Map<Hostname, IssuanceFailure> failures = new HashMap<>();
        assertThat(tables.certificates().list(line -> listed.add(line.hostname().value())))
                .isEqualTo(new StoreEffect.Done());
        assertThat(tables.leases().listFailures(failures::put)).isEqualTo(new StoreEffect.Done());

        assertThat(listed).isEqualTo(names);
        assertThat(failures).isEqualTo(Map.of(FAILING, failure));
        assertThat(store.calls.operations()).containsOnly("Query");
    }

    @Test
    default void pausedIssuer_isPausedForAllAndNeverForLess() {
        StoreFixture store = store();
        IssuerPauses pauses = store.open("first").pauses();
        Instant until = store.time.instant().plus(Duration.ofMinutes(7)).plusMillis(1);
        Instant rounded = store.time.instant().plus(Duration.ofMinutes(7)).plusSeconds(1);

        assertThat(pauses.look(DIRECTORY)).isEqualTo(new PauseResult.Open());
        pauses.pause(DIRECTORY, until, "too many");
        pauses.pause(DIRECTORY, store.time.instant().plusSeconds(1), "a little");

        assertThat(store.open("first").pauses().look(DIRECTORY)).isEqualTo(new PauseResult.Paused(rounded, "too many"));
        assertThat(pauses.look("https://other.test/directory")).isEqualTo(new PauseResult.Open());
        store.time.advance(Duration.ofMinutes(7).plusSeconds(1));
        assertThat(pauses.look(DIRECTORY)).isEqualTo(new PauseResult.Open());
        pauses.pause(DIRECTORY, store.time.instant().plusSeconds(9), "again");
        assertThat(pauses.look(DIRECTORY)).isInstanceOf(PauseResult.Paused.class);
    }
}
